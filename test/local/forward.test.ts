import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Forwarder } from '../../local/forward.ts';

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A host that forwards everything to a function's server, and what it has logged. */
async function forwardTo(answer: RequestListener) {
  const logged: string[] = [];
  const log = (_level: string, _category: string, message: string) => logged.push(message);
  const forwarder = new Forwarder(await listen(answer), { log, idleLimitMs: 100 });
  const url = await listen((request, response) =>
    forwarder.forward(request, response, { invocationId: 'an-id', own: {} }),
  );
  return { url, logged };
}

test('a function that never begins to answer is 504 after the limit', async () => {
  const { url, logged } = await forwardTo(() => {});
  expect((await fetch(url)).status).toBe(504);
  expect(logged).toEqual(['GET /: sent nothing for 0.1 s']);
});

test('a function that falls silent in its answer has it cut after the limit', async () => {
  const { url } = await forwardTo((_, response) => response.write('begun'));
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

test('a function whose connection breaks is 502', async () => {
  const { url } = await forwardTo((request) => request.socket.destroy());
  expect((await fetch(url)).status).toBe(502);
});

test('an upload whose client leaves breaks off for the function', async () => {
  const { promise: broken, resolve } = Promise.withResolvers<Error>();
  const { url } = await forwardTo((request) => request.on('error', resolve).resume());
  const leave = new AbortController();
  const body = ReadableStream.from(
    (async function* () {
      yield Buffer.from('begun');
      setTimeout(() => leave.abort(), 20);
      await new Promise(() => {});
    })(),
  );
  await expect(fetch(url, { method: 'POST', body, duplex: 'half', signal: leave.signal })).rejects.toThrow('aborted');
  expect((await broken).message).toBe('aborted');
});

test('every call has a connection of its own, which nobody may close just then', async () => {
  const ports = new Set<number | undefined>();
  const { url } = await forwardTo((request, response: ServerResponse) => {
    ports.add(request.socket.remotePort);
    response.end('x');
  });
  for (let turn = 0; turn < 5; turn++) await (await fetch(url)).text();
  expect(ports.size).toBe(5);
});
