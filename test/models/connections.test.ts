import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { retrying } from '../../shared/models/retrying.ts';
import { Client } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { makeCertificate } from '../redis/redis-server.ts';
import { eventsOf } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apis, deployment } from './deployment.ts';
import { failureOf, hear } from './hear.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A server that answers every request, whose connections are counted. */
async function serverOf(
  answer: RequestListener,
): Promise<{ origin: string; server: Server; connections: () => number }> {
  let connections = 0;
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => answer(incoming, response));
  });
  server.on('connection', () => {
    connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stops.push(() => server.close().closeAllConnections());
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    connections: () => connections,
  };
}

const stream = { 'content-type': 'text/event-stream' };
const hello = eventsOf(
  { choices: [{ delta: { content: 'Hello' } }] },
  { choices: [{ delta: {}, finish_reason: 'stop' }] },
  '[DONE]',
).join('');

test('a connection is used again, also after a refusal', async () => {
  let calls = 0;
  const { origin, connections } = await serverOf((_, response) => {
    calls += 1;
    if (calls === 2) response.writeHead(400).end('{}');
    else response.writeHead(200, stream).end(hello);
  });
  const model = deployment('chat', { origin });
  for (let call = 1; call <= 5; call += 1) await hear(model);
  expect(calls).toBe(5);
  // The next call may come before the end of a body was read.
  expect(connections()).toBeLessThanOrEqual(2);
});

test('a connection that ends just as it is used again is a failure, and the call is made once more', async () => {
  let calls = 0;
  const { origin, connections } = await serverOf((incoming, response) => {
    calls += 1;
    if (calls === 2) incoming.socket.destroy();
    else response.writeHead(200, stream).end(hello);
  });
  const model = retrying([deployment('chat', { origin })], { random: () => -1 });
  await hear(model);
  expect(await hear(model)).toMatchObject({ text: 'Hello', calls: ['asked', 'asked'], thrown: undefined });
  expect({ calls, connections: connections() }).toEqual({ calls: 3, connections: 2 });
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('an answer that is compressed with %s, though nobody asked for that, is read', async (encoding, compress) => {
  const { origin } = await serverOf((_, response) => {
    response.writeHead(200, { ...stream, 'content-encoding': encoding }).end(compress(hello));
  });
  expect(await hear(deployment('chat', { origin }))).toMatchObject({ text: 'Hello', thrown: undefined });
});

test('an answer that says it is compressed, and is not, is model-failed', async () => {
  const { origin } = await serverOf((_, response) => {
    response.writeHead(200, { ...stream, 'content-encoding': 'gzip' }).end(hello);
  });
  expect((await failureOf(deployment('chat', { origin }))).code).toBe('model-failed');
});

test.each(apis)('of a refusal by %s that has no end so much is read as tells what it is', async (api) => {
  let sent = 0;
  const { origin } = await serverOf((_, response) => {
    const piece = Buffer.alloc(16_384, 'x');
    const more = () => {
      while (!response.destroyed && response.write(piece)) sent += piece.length;
    };
    response.writeHead(429, { 'retry-after': '7' }).on('drain', more);
    more();
  });
  const failure = await failureOf(deployment(api, { origin }, { timeoutMs: 5000 }));
  expect(failure).toMatchObject({ code: 'model-busy', retryAfterSeconds: 7 });
  expect(sent).toBeLessThan(10_000_000);
});

test('a proxy is used where Node is told to take it from the environment', async () => {
  const upstream = await ScriptedUpstream.start();
  const { port } = new URL(upstream.origin);
  const asked: string[] = [];
  // Whichever way a client asks it: with the whole address, or for a tunnel.
  const proxy = await serverOf(() => {});
  proxy.server.removeAllListeners('request').on('request', (incoming, response) => {
    asked.push(new URL(incoming.url ?? '').host);
    const { method, headers } = incoming;
    const onward = request({ port, path: new URL(incoming.url ?? '').pathname, method, headers }, (answer) => {
      answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
    });
    incoming.pipe(onward);
  });
  proxy.server.on('connect', (incoming, client: Duplex) => {
    asked.push(incoming.url ?? '');
    const onward = connect(Number(port), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    onward.pipe(client).pipe(onward);
    stops.push(() => onward.destroy());
  });
  const host = await startHost({
    env: {
      OPENAI_BASE_URL: 'http://model.invalid/v1',
      OPENAI_MODEL: 'scripted',
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: proxy.origin,
    },
  });
  stops.push(
    () => upstream.stop(),
    () => host.stop(),
  );
  expect((await new Client(host.url).chat({ message: 'Hi' })).response).toBe('You said: Hi');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/^model\.invalid(:80)?$/);
});

test('over TLS a model is asked whose certificate is trusted, and no other', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-model-'));
  stops.push(() => rm(directory, { recursive: true }));
  const { key, certificate } = await makeCertificate(directory);
  let asked = 0;
  const server = createTlsServer({ key: await readFile(key), cert: await readFile(certificate) }, (_, response) => {
    asked += 1;
    response.writeHead(200, stream).end(hello);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stops.push(() => server.close().closeAllConnections());
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;

  expect((await failureOf(deployment('chat', { origin }))).code).toBe('model-failed');
  expect(asked).toBe(0);
  const env = { OPENAI_BASE_URL: `${origin}/v1`, OPENAI_MODEL: 'scripted', NODE_EXTRA_CA_CERTS: certificate };
  const host = await startHost({ env });
  stops.push(() => host.stop());
  expect((await new Client(host.url).chat({ message: 'Hi' })).response).toBe('Hello');
  expect(asked).toBe(1);
});
