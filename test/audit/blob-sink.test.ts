import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, connect as tcp } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BlobSink, type BlobSinkOptions } from '../../shared/audit/blob-sink.ts';
import { connectContainer } from '../../shared/audit/connect-container.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { Azurite } from './azurite.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await Azurite.start();
});
afterAll(() => azurite?.stop());

function sinkOf(more: Partial<BlobSinkOptions> = {}, connectionString = azurite.connectionString) {
  const container = `audit-${randomUUID()}`;
  const connect = (signal: AbortSignal) => connectContainer({ container, account: { connectionString } }, signal);
  return { sink: new BlobSink({ connect, instance: 'one', ...more }), read: () => azurite.read(container) };
}

test('records are lines of one blob a day, in their order', async () => {
  let now = Date.UTC(2026, 10, 23, 23, 59);
  const { sink, read } = sinkOf({ now: () => now });
  await sink.write('first');
  await Promise.all(Array.from({ length: 50 }, (_, n) => sink.write(String(n))));
  now += 60_000;
  await sink.write('next day');
  const numbers = Array.from({ length: 50 }, (_, n) => `${n}\n`).join('');
  expect(await read()).toEqual({
    '2026/11/23/one-0001.jsonl': `first\n${numbers}`,
    '2026/11/24/one-0002.jsonl': 'next day\n',
  });
});

test('a blob that is full is followed by another', async () => {
  const { sink, read } = sinkOf({ maxBlocks: 3 });
  for (let n = 0; n < 7; n += 1) await sink.write(String(n));
  expect(Object.values(await read())).toEqual(['0\n1\n2\n', '3\n4\n5\n', '6\n']);
});

test('an append whose answer is lost on its way is kept once', async () => {
  // Between the sink and the service: forwards everything, but drops the answer to the second append.
  let appends = 0;
  const proxy = createServer((socket) => {
    const upstream = tcp(azurite.port, '127.0.0.1');
    let isDropped = false;
    const end = () => {
      for (const each of [socket, upstream]) each.destroy();
    };
    socket.on('data', (chunk) => {
      if (chunk.toString('latin1').includes('comp=appendblock')) isDropped = ++appends === 2;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => (isDropped ? end() : socket.write(chunk)));
    for (const each of [socket, upstream]) each.on('error', end).on('close', end);
  }).listen(0, '127.0.0.1');
  await new Promise((listens) => proxy.once('listening', listens));
  const { port } = proxy.address() as AddressInfo;
  const { sink, read } = sinkOf({}, azurite.connectionString.replace(`:${azurite.port}/`, `:${port}/`));
  for (const line of ['a', 'b', 'c']) await sink.write(line);
  expect(Object.values(await read())).toEqual(['a\nb\nc\n']);
  expect(appends).toBe(4);
  proxy.close();
});

test('a first request that hangs costs the records that wait for it, and no later one', async () => {
  const proxy = await TcpProxy.start(azurite.port);
  proxy.mode = 'hold';
  const behind = azurite.connectionString.replace(`:${azurite.port}/`, `:${proxy.port}/`);
  const { sink, read } = sinkOf({ stepMs: 4000 }, behind);
  const lost = expect(sink.write('lost')).rejects.toThrow();
  await eventually(() => proxy.isUsed);
  // The connection that there is never says another word; new ones are as good as ever.
  proxy.freeze();
  proxy.mode = 'pass';
  const next = sink.write('next');
  await lost;
  await next;
  expect(Object.values(await read())).toEqual(['next\n']);
  await proxy.stop();
});

test('a service that is away is told within the patience of a turn, and used again when it is back', async () => {
  // Nobody else is given its port while it is away.
  const own = await Azurite.start(await freePort());
  const container = 'audit';
  const connect = (signal: AbortSignal) =>
    connectContainer({ container, account: { connectionString: own.connectionString } }, signal);
  const sink = new BlobSink({ connect, instance: 'one' });
  await sink.write('before');
  await own.stop();
  const start = performance.now();
  await expect(sink.write('lost')).rejects.toThrow();
  expect(performance.now() - start).toBeLessThan(8000);
  const again = await Azurite.start(own.port);
  await sink.write('after');
  expect(Object.values(await again.read(container))).toEqual(['after\n']);
  await again.stop();
});
