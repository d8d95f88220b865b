import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, type Frame, framesOf, readUntil } from './client.ts';

let upstream: ScriptedUpstream;
let host: LocalHost;
let proxy: Server;
let client: Client;

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' } });
  proxy = await startProxy(host.url);
  client = new Client(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
});
afterAll(async () => {
  proxy.close();
  await host.stop();
  await upstream.stop();
});

/** Compresses every answer that does not forbid it, as proxies and middleware do: in blocks, and not as it comes. */
async function startProxy(target: string): Promise<Server> {
  const server = createServer((asked, answer) => {
    const { method, headers, url } = asked;
    const onward = request(`${target}${url}`, { method, headers }, (response) => {
      const { statusCode = 502, headers } = response;
      const mayTransform = !headers['cache-control']?.includes('no-transform');
      answer.writeHead(statusCode, { ...headers, ...(mayTransform ? { 'content-encoding': 'gzip' } : {}) });
      answer.flushHeaders();
      if (mayTransform) response.pipe(createGzip()).pipe(answer);
      else response.pipe(answer);
    });
    asked.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Waits for a frame that says that. */
async function hear(frames: AsyncGenerator<Frame>, said: string): Promise<void> {
  await readUntil(frames, ({ data }) => data.includes(said));
}

/** A turn that somebody else has asked for directly. */
async function join(): Promise<Response> {
  const frames = framesOf(await new Client(host.url).post('/chat/stream', { message: 'Count' }));
  const first = (await frames.next()).value as Frame;
  void Array.fromAsync(frames);
  return client.get(`/chat/stream/${JSON.parse(first.data).session_id}`);
}

const streams: [string, () => Promise<Response>][] = [
  ['POST /chat/stream', () => client.post('/chat/stream', { message: 'Count' })],
  ['GET /chat/stream/{session_id}', join],
  [
    'POST /v1/responses with stream',
    () => client.post('/v1/responses', { model: 'default', input: 'Count', stream: true }),
  ],
];

describe('a proxy that compresses', () => {
  test.each(streams)('passes %s frame by frame, while the model still talks', async (_, ask) => {
    const gates = [upstream.gate(), upstream.gate()] as const;
    upstream.enqueue({ deltas: ['alpha ', gates[0], 'beta ', gates[1], 'gamma'] });
    const response = await ask();
    expect(response.headers.get('content-encoding')).toBeNull();
    const frames = framesOf(response);
    await hear(frames, 'alpha');
    gates[0].open();
    await hear(frames, 'beta');
    gates[1].open();
    await hear(frames, 'gamma');
    await hear(frames, '[DONE]');
  });

  test('compresses all else', async () => {
    const response = await client.get('/openapi.yaml');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toContain('openapi: 3.1.0');
  });
});
