import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering } from '../answering.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import type { Script } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, readStream } from './client.ts';

const KEY = 'sk-plugh-0123456789';
const PASSWORD = 'plughpassword';
const MESSAGE = 'My diagnosis is xyzzy-one';
const ANSWER = 'It is plugh-answer, ';
const SECRET = /xyzzy|plugh/i;

let redis: RedisServer;
let admin: Redis;
let way: TcpProxy;
let upstream: ScriptedUpstream;
let host: LocalHost;
let client: Client;
beforeAll(async () => {
  redis = await RedisServer.start('--requirepass', PASSWORD);
  admin = new Redis(redis.url, { password: PASSWORD });
  [way, upstream] = await Promise.all([TcpProxy.start(redis.port), ScriptedUpstream.start()]);
  host = await start();
  client = new Client(host.url);
});
afterAll(async () => {
  admin.disconnect();
  await host?.stop();
  await Promise.all([way.stop(), redis.stop(), upstream.stop()]);
});

const start = (env: Record<string, string> = {}) =>
  startHost({
    env: {
      REDIS_URL: way.url.replace('//', `//:${PASSWORD}@`),
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_MODEL: 'scripted',
      // A turn bears a store that fails for a part of it.
      TURN_LEASE_SECONDS: '3',
      ...env,
    },
  });

let before = '';
afterEach(() => {
  before = host.logs();
});
/** What the log has had since the test before. */
const log = () => host.logs().slice(before.length);

/** A turn of which the model has said a part: what fails from now on fails with text in its hands. */
async function underWay() {
  const gate = upstream.gate();
  upstream.enqueue({ deltas: [ANSWER, gate, 'plugh to the end'] });
  const asked = upstream.requests.length;
  const ended = client.post('/chat/stream', { message: MESSAGE }).then(readStream);
  await eventually(() => upstream.requests.length > asked);
  return { gate, ended };
}

describe('of a turn whose store fails, the log says why, and holds no text and no password', () => {
  const faults: [string, string, () => Promise<unknown>, () => Promise<unknown>][] = [
    [
      'a fail-over',
      'READONLY',
      () => admin.call('REPLICAOF', '127.0.0.1', '1'),
      () => admin.call('REPLICAOF', 'NO', 'ONE'),
    ],
    ['a full Redis', 'OOM', () => admin.config('SET', 'maxmemory', '1'), () => admin.config('SET', 'maxmemory', '0')],
    ['connections that are cut', 'ECONNREFUSED', () => way.refuse(), () => way.listen()],
    [
      'another password',
      'WRONGPASS',
      async () => {
        await admin.config('SET', 'requirepass', 'another');
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      },
      () => admin.config('SET', 'requirepass', PASSWORD),
    ],
  ];
  test.each(faults)('in %s: %s', async (_, word, fail, heal) => {
    const { gate, ended } = await underWay();
    await fail();
    gate.open();
    expect((await ended).last).toMatchObject({ error: { code: 'store-unavailable' } });
    const rated = { session_id: crypto.randomUUID(), turn_id: crypto.randomUUID(), rating: 'up', comment: MESSAGE };
    for (const [path, body] of [
      ['/chat', { message: MESSAGE }],
      ['/chat/feedback', rated],
    ] as const) {
      await client.post(path, body);
    }
    await client.patch(`/chat/history/${rated.session_id}`, { title: MESSAGE });
    await client.get(`/chat/sessions?q=${encodeURIComponent(MESSAGE)}`);
    await heal();
    await eventually(async () => (await client.get('/health?ready')).status === 200);
    expect(log()).toContain(word);
    expect(log()).not.toMatch(SECRET);
  });
});

describe('of a turn whose model fails, the log says what to do, and holds no text and no key', () => {
  const quote = `Incorrect key ${KEY}, for: ${MESSAGE}`;
  const body = { error: { message: quote, code: 'quoted_code', type: 'quoted_type', param: MESSAGE } };
  const headers = { 'x-request-id': 'req_0123456789' };
  const events = (data: string): Script => ({ raw: [`data: ${data}\n\n`] });
  const cases: [string, Script, string[]][] = [
    ['400', { status: 400, body, headers }, ['refused the request', '400', 'quoted_code', 'req_0123456789']],
    ['401', { status: 401, body, headers }, ['check the key', '401', 'quoted_code', 'quoted_type', 'req_0123456789']],
    ['403', { status: 403, body }, ['grant the role', '403']],
    ['404', { status: 404, body: quote }, ['check the endpoint', '404']],
    ['429', { status: 429, body, headers: { ...headers, 'retry-after': '0' } }, ['model-busy', '429', 'quoted_code']],
    ['500', { status: 500, body, headers: { 'apim-request-id': 'apim-0123' } }, ['model-failed', '500', 'apim-0123']],
    ['502 and a page', { status: 502, body: `<html>${quote}</html>` }, ['model-failed', '502']],
    ['an error event', { deltas: [ANSWER], ending: body }, ['model-failed', 'quoted_code', 'quoted_type']],
    ['an error event that is text', events(JSON.stringify({ error: quote })), ['model-failed']],
    ['an error event whose code is text', events(JSON.stringify({ error: { code: quote } })), ['model-failed']],
    ['an event that is not JSON', events(`${quote} {`), ['model-failed', 'not JSON']],
    ['an ending of its own', { finishReason: MESSAGE as 'stop' }, ['model-failed', 'ended before the answer did']],
    ['another type', { status: 200, headers: { 'content-type': MESSAGE }, body: quote }, ['not a stream']],
    ['a break', { deltas: [ANSWER], ending: 'cut' }, ['model-failed']],
  ];
  test.each(cases)('with %s', async (_, script, words) => {
    upstream.enqueue(script, script, script);
    await (await client.post('/chat', { message: MESSAGE })).text();
    await (await client.post('/chat/stream', { message: MESSAGE })).text();
    // The enqueued answers that were not called for.
    upstream.clear();
    await eventually(() => log().includes('"chat-stream"'));
    for (const word of words) expect(log()).toContain(word);
    expect(log()).not.toMatch(SECRET);
  });

  test('with silence', async () => {
    const hasty = await start({ MODEL_TIMEOUT_SECONDS: '1' });
    for (const path of ['/chat', '/chat/stream']) {
      upstream.enqueue({ deltas: [ANSWER], ending: 'silence' });
      await (await new Client(hasty.url).post(path, { message: MESSAGE })).text();
    }
    upstream.clear();
    await hasty.stop();
    expect(hasty.logs().match(/model-timeout: /g)).toHaveLength(2);
    expect(hasty.logs()).not.toMatch(SECRET);
  });
});

test.each([403, 500])(
  'of a record that the blob service refuses with %i, the log has the code alone',
  async (status) => {
    // It quotes what it was sent.
    const service = createServer(
      answering(async (request, response) => {
        const sent = Buffer.concat(await Array.fromAsync(request)).toString();
        const xml = `<?xml version="1.0"?><Error><Code>Quoted</Code><Message>${MESSAGE} ${sent}</Message></Error>`;
        const isRecord = sent.includes('"audit":1');
        response.writeHead(isRecord ? status : 201, { 'content-type': 'application/xml' }).end(isRecord ? xml : '');
      }),
    ).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}/plugh`;
    const key = Buffer.from('plugh').toString('base64');
    const audited = await startHost({
      env: {
        OPENAI_BASE_URL: upstream.baseUrl,
        OPENAI_MODEL: 'scripted',
        AUDIT_SINK: 'blob',
        AUDIT_BLOB_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=plugh;AccountKey=${key};BlobEndpoint=${endpoint};`,
        AUDIT_CONTENT: 'full',
        AUDIT_REQUIRED: 'true',
      },
    });
    const response = await new Client(audited.url).post('/chat', { message: MESSAGE });
    expect(response.status).toBe(503);
    await audited.stop();
    expect(audited.logs()).toContain('An audit record was lost');
    expect(audited.logs()).toContain(String(status));
    expect(audited.logs()).toContain('Quoted');
    expect(audited.logs()).not.toMatch(SECRET);
    service.closeAllConnections();
    service.close();
  },
);
