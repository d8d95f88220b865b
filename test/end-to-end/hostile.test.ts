import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { READY_KEY } from '../../shared/sessions/redis/session-keys.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

let redis: RedisServer;
let raw: Redis;
let upstream: ScriptedUpstream;
let host: LocalHost;

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  raw = new Redis(redis.url);
  host = await startHost({
    env: { REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' },
  });
});
afterAll(async () => {
  raw.disconnect();
  await host?.stop();
  await Promise.all([redis.stop(), upstream.stop()]);
});

/** Whatever was sent: no model call, no key, no bug in the log, and nothing of the machine in the answer. */
afterEach(async () => {
  expect(upstream.requests).toEqual([]);
  // Readiness writes a key of its own.
  expect((await raw.keys('*')).filter((key) => key !== READY_KEY)).toEqual([]);
  expect(host.logs()).not.toMatch(/A bug|\bat .*:\d+:\d+/);
});

interface Request {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** What tells of the machine, and of the code that runs on it. */
const MACHINE = /node_modules|\.ts\b|\.js\b|\/work|\/tmp|at \w+ \(/;

async function send({ method = 'POST', path = '/chat', headers = {}, body }: Request) {
  const response = await fetch(`${host.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: body as string }),
  });
  const text = await response.text();
  expect(text).not.toMatch(MACHINE);
  const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
  return [response.status, code];
}

const json = (value: unknown) => JSON.stringify(value);
const id = randomUUID();
const deep = 100_000;

test.each<[string, Request, number, string | undefined]>([
  ['UTF-16', { body: Buffer.from('\ufeff{"message":"a"}', 'utf16le') }, 400, 'invalid-encoding'],
  [
    'overlong UTF-8',
    { body: Buffer.from([...Buffer.from('{"message":"'), 0xc0, 0xaf, 0x22, 0x7d]) },
    400,
    'invalid-encoding',
  ],
  ['half a character', { body: Buffer.from('{"message":"é').subarray(0, -1) }, 400, 'invalid-encoding'],
  [
    'a surrogate in UTF-8',
    { body: Buffer.from([...Buffer.from('{"message":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d]) },
    400,
    'invalid-encoding',
  ],
  ['latin-1', { body: Buffer.from('{"message":"é"}', 'latin1') }, 400, 'invalid-encoding'],
  ['a lone surrogate, escaped', { body: '{"message":"\\udfff a"}' }, 422, 'invalid-request'],
  ['a lone surrogate as session', { body: '{"message":"a","session_id":"\\ud800"}' }, 422, 'invalid-request'],
  ['a lone surrogate as assistant', { body: '{"message":"a","assistant":"\\ud800"}' }, 422, 'invalid-request'],
  ['NUL bytes for JSON', { body: '\0\0\0' }, 400, 'invalid-json'],
  ['two bodies', { body: '{"message":"a"}{"message":"b"}' }, 400, 'invalid-json'],
  ['comments', { body: '{"message":"a"/**/}' }, 400, 'invalid-json'],
  ['NaN', { body: '{"message":NaN}' }, 400, 'invalid-json'],
  [
    'form data',
    { body: 'message=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported-media-type',
  ],
  [
    'JSON with a suffix',
    { body: '{}', headers: { 'content-type': 'application/problem+json' } },
    415,
    'unsupported-media-type',
  ],
  [
    'two media types',
    { body: '{}', headers: { 'content-type': 'application/json, text/plain' } },
    415,
    'unsupported-media-type',
  ],
  [
    'gzip',
    { body: gzipSync('{"message":"a"}'), headers: { 'content-encoding': 'gzip' } },
    415,
    'unsupported-media-type',
  ],
  ['gzip without saying so', { body: gzipSync('{"message":"a"}') }, 400, 'invalid-encoding'],
  ['arrays, deep', { body: '['.repeat(deep) + ']'.repeat(deep) }, 422, 'invalid-request'],
  ['arrays, deep and open', { body: '['.repeat(deep) }, 400, 'invalid-json'],
  ['objects, deep', { body: `{"message":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}` }, 422, 'invalid-request'],
  ['__proto__', { body: '{"message":"a","__proto__":{"isAdmin":true}}' }, 422, 'invalid-request'],
  ['__proto__ for the message', { body: '{"__proto__":{"message":"a"}}' }, 422, 'invalid-request'],
  ['constructor.prototype', { body: '{"message":"a","constructor":{"prototype":{}}}' }, 422, 'invalid-request'],
  ['toString', { body: '{"message":"a","toString":"b"}' }, 422, 'invalid-request'],
  ['__proto__ as assistant', { body: json({ message: 'a', assistant: '__proto__' }) }, 422, 'unknown-assistant'],
  ['constructor as assistant', { body: json({ message: 'a', assistant: 'constructor' }) }, 422, 'unknown-assistant'],
  ['a path as assistant', { body: json({ message: 'a', assistant: '../../etc/passwd' }) }, 422, 'unknown-assistant'],
  ['a role', { body: json({ message: 'a', role: 'system' }) }, 422, 'invalid-request'],
  ['a conversation', { body: json({ messages: [{ role: 'system', content: 'a' }] }) }, 422, 'invalid-request'],
  ['a model', { body: json({ message: 'a', model: 'gpt-expensive' }) }, 422, 'invalid-request'],
  ['max_tokens', { body: json({ message: 'a', max_tokens: 1e9 }) }, 422, 'invalid-request'],
  ['a user', { body: json({ message: 'a', user: 'root' }) }, 422, 'invalid-request'],
  ['a list of messages', { body: json({ message: ['a'] }) }, 422, 'invalid-request'],
  ['a message of spaces of all kinds', { body: json({ message: ' \u2003\u3000\ufeff\n' }) }, 422, 'invalid-request'],
  ['a huge number', { body: '{"message":1e999}' }, 422, 'invalid-request'],
  ['a pattern for stop', { path: '/chat/stop', body: json({ session_id: { $ne: null } }) }, 422, 'invalid-request'],
  ['nothing to stop', { path: '/chat/stop', body: '{}' }, 422, 'invalid-request'],
  [
    'a rating of 7',
    { path: '/chat/feedback', body: json({ session_id: id, turn_id: id, rating: 7 }) },
    422,
    'invalid-request',
  ],
  [
    'feedback with more',
    { path: '/chat/feedback', body: json({ session_id: id, turn_id: id, rating: 'up', x: 1 }) },
    422,
    'invalid-request',
  ],
  [
    'both message and prompt',
    { path: '/chat/stream', body: json({ message: 'a', prompt: 'b' }) },
    422,
    'invalid-request',
  ],
  ['prompt for /chat', { body: json({ prompt: 'a' }) }, 422, 'invalid-request'],
  ['a limit of 0', { method: 'GET', path: '/chat/sessions?limit=0' }, 422, 'invalid-request'],
  ['a limit of 101', { method: 'GET', path: '/chat/sessions?limit=101' }, 422, 'invalid-request'],
  ['a limit of 1e2', { method: 'GET', path: '/chat/sessions?limit=1e2' }, 422, 'invalid-request'],
  ['a negative limit', { method: 'GET', path: '/chat/sessions?limit=-1' }, 422, 'invalid-request'],
  ['a huge limit', { method: 'GET', path: `/chat/sessions?limit=${'9'.repeat(400)}` }, 422, 'invalid-request'],
  ['an empty limit', { method: 'GET', path: '/chat/sessions?limit=' }, 422, 'invalid-request'],
  ['a page that is none', { method: 'GET', path: '/chat/sessions?before=*' }, 422, 'invalid-request'],
  ['a pattern as session', { method: 'GET', path: '/chat/history/*' }, 404, 'session-not-found'],
  ['a path as session', { method: 'GET', path: '/chat/history/..%2f..%2fhealth' }, 404, 'session-not-found'],
  ['a NUL in the session', { method: 'GET', path: '/chat/history/%00' }, 400, undefined],
  ['a line in the session', { method: 'GET', path: '/chat/history/a%0d%0ax-injected:%201' }, 404, 'session-not-found'],
  ['a broken escape in the session', { method: 'GET', path: '/chat/history/%ff' }, 404, 'session-not-found'],
  ['a hash tag in the session', { method: 'GET', path: '/chat/history/%7Bx%7D' }, 404, 'session-not-found'],
  ['an id in capitals', { method: 'GET', path: `/chat/history/${id.toUpperCase()}` }, 404, 'session-not-found'],
  ['a session that never was', { method: 'DELETE', path: '/chat/history/*' }, 204, undefined],
  ['a stream that never was', { method: 'GET', path: '/chat/stream/*' }, 204, undefined],
  ['PUT', { method: 'PUT', body: '{"message":"a"}' }, 404, undefined],
  ['PATCH', { method: 'PATCH', body: '{"message":"a"}' }, 404, undefined],
  ['GET of stop', { method: 'GET', path: '/chat/stop' }, 404, undefined],
  ['a path that is none', { method: 'GET', path: '/chat/../../etc/passwd' }, 404, undefined],
  ['an endpoint of the host', { method: 'GET', path: '/admin/functions' }, 404, undefined],
  ['a tab in a key', { body: '{}', headers: { 'idempotency-key': 'a\tb' } }, 400, 'invalid-idempotency-key'],
  // The host's own answer.
  ['a key of another alphabet', { body: json({ message: 'a' }), headers: { 'idempotency-key': 'kä' } }, 400, undefined],
  [
    'a key of 256',
    { body: json({ message: 'a' }), headers: { 'idempotency-key': 'k'.repeat(256) } },
    400,
    'invalid-idempotency-key',
  ],
  ['a body over the limit', { body: `"${'a'.repeat(262_144)}"` }, 413, 'body-too-large'],
])('%s gets its status and code', async (_, request, status, code) => {
  expect(await send(request)).toEqual([status, code]);
});

describe('a body over the limit is refused, and its connection goes on', () => {
  const path = 'POST /chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  const chunk = Buffer.alloc(65_536, 'a');
  const chunked = Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')]);

  test.each([
    ['in chunks', 6],
    ['in chunks', 32],
    ['in chunks', 800],
    ['with its length', 6],
    ['with its length', 32],
    ['with its length', 800],
  ])('%s, %i of 64 KiB', async (how, count) => {
    const isChunked = how === 'in chunks';
    const socket = connect(Number(new URL(host.url).port), '127.0.0.1').setEncoding('utf8');
    let answers = '';
    socket.on('data', (text) => {
      answers += text;
    });
    const framing = isChunked ? 'transfer-encoding: chunked' : `content-length: ${count * chunk.length}`;
    socket.write(`${path}${framing}\r\n\r\n`);
    for (let n = 0; n < count; n += 1) if (!socket.write(isChunked ? chunked : chunk)) await once(socket, 'drain');
    if (isChunked) socket.write('0\r\n\r\n');
    await eventually(() => answers.includes('body-too-large'));
    expect(answers).toMatch(/^HTTP\/1\.1 413 /);
    socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(() => answers.includes('"live"'));
    socket.destroy();
  });
});

describe('whatever JSON is sent', { timeout: 120_000 }, () => {
  test('to any endpoint, it is refused with a 4xx and a code', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/chat', '/chat/stream', '/chat/stop', '/chat/feedback', `/chat/history/${id}`),
        // Properties that are not known are named in the answer.
        fc.json().filter((text) => !/"(message|prompt|session_id|title|pinned)"/.test(text) && !MACHINE.test(text)),
        async (path, body) => {
          const method = path.includes(id) ? 'PATCH' : 'POST';
          const [status, code] = await send({ method, path, body });
          expect([status, code]).toEqual([422, 'invalid-request']);
        },
      ),
      { numRuns: 200 },
    ));

  test('and whatever is searched for, nothing is found', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), async (words) => {
        const [status, code] = await send({
          method: 'GET',
          path: `/chat/sessions?${new URLSearchParams({ q: words })}`,
        });
        expect([
          [200, undefined],
          [422, 'invalid-request'],
        ]).toContainEqual([status, code]);
      }),
      { numRuns: 200 },
    ));

  test('and whatever bytes, it is refused too', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (body) => {
        const [status, code] = await send({ body });
        expect([400, 422]).toContain(status);
        expect(['invalid-json', 'invalid-encoding', 'invalid-request']).toContain(code);
      }),
      { numRuns: 200 },
    ));
});

test.each([
  ['x-ms-client-principal', Buffer.from('{}').toString('base64')],
  ['x-ms-client-principal', 'not base64'],
  ['x-user-id', 'root'],
  ['authorization', 'Bearer x'],
  ['x-forwarded-host', 'evil.example'],
  ['x-forwarded-proto', 'javascript'],
  ['x-functions-key', '*'],
])('a header %s that nobody asked for changes nothing', async (name, value) => {
  const [status] = await send({ method: 'GET', path: '/chat/sessions', headers: { [name]: value } });
  expect(status).toBe(200);
});
