import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureKinds } from '../../shared/conversation/failure.ts';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { Client } from '../end-to-end/client.ts';
import { searched } from '../end-to-end/sources.ts';
import { storeSessions } from '../end-to-end/store-sessions.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apiContract, chatContract } from './contract.ts';

let redis: RedisServer;
let upstream: ScriptedUpstream;
let host: LocalHost;
let client: Client;
/** Gives its models little time. */
let hasty: LocalHost;

const TURNS = 60;

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  const env = {
    AUTH_MODE: 'key',
    REDIS_URL: redis.url,
    OPENAI_BASE_URL: upstream.baseUrl,
    OPENAI_MODEL: 'scripted',
    RATE_LIMIT_PER_MINUTE: String(TURNS),
    BRAND_LOGO: '<svg></svg>',
    BRAND_ACCENT: '#0f6cbd',
    BRAND_GREETING: '{"en":"Hello","de":"Hallo"}',
    BRAND_FOOTER: 'Privacy',
    BRAND_FOOTER_URL: 'https://contoso.com/privacy',
  };
  [host, hasty] = await Promise.all([
    startHost({ env }),
    startHost({ env: { ...env, MODEL_TIMEOUT_SECONDS: '1', TURN_DEADLINE_SECONDS: '2' } }),
  ]);
  client = new Client(host.url, { 'x-user-id': 'alice' });
});
afterAll(async () => {
  await Promise.all([host?.stop(), hasty?.stop()]);
  await Promise.all([redis.stop(), upstream.stop()]);
});

test.each(['openapi.yaml', 'openapi.v1.yaml'])(
  '%s is linted without a warning',
  async (file) => {
    // Some operations answer whoever asks whatever, and have no 4xx; some are not supported, and have no 2xx.
    const { stdout, stderr } = await promisify(execFile)(
      'node_modules/.bin/redocly',
      ['lint', file, '--skip-rule=operation-4xx-response', '--skip-rule=operation-2xx-response', '--format=json'],
      { env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } },
    );
    expect(JSON.parse(stdout).totals, stderr).toEqual({ errors: 0, warnings: 0, ignored: 0 });
  },
  120_000,
);

test('the contracts and the registered routes are the same list', () => {
  const registered = [...host.logs().matchAll(/^([A-Z]+) +http:\/\/[^/]+(\/\S*) {2}\S+$/gm)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  const declared = [chatContract, apiContract].flatMap((contract) =>
    [...contract.operations().values()].map(({ method, path }) => `${method} ${path}`),
  );
  expect(declared.length).toBeGreaterThan(10);
  expect(registered.sort()).toEqual(declared.sort());
});

test('the contract and the failure table name the same codes, each at one status', () => {
  expect(chatContract.document.components.schemas['Problem']?.properties['code']?.enum).toEqual(
    Object.keys(failureKinds),
  );
});

test('the contracts are served as they are', async () => {
  for (const file of ['openapi.yaml', 'openapi.v1.yaml']) {
    const response = await new Client(host.url).get(`/${file}`);
    expect(response.headers.get('content-type')).toContain('application/yaml');
    expect(await response.text()).toBe(await readFile(file, 'utf8'));
  }
});

test('an answer with sources is told and kept as the contract says', async () => {
  upstream.enqueue({ raw: searched.raw });
  const by = new Client(host.url, { 'x-user-id': 'searcher' });
  const turn = await by.post('/chat', { message: 'Search' });
  const text = await turn.text();
  expect(chatContract.faultsOf('chat', turn, text)).toEqual([]);
  const { session_id, sources } = JSON.parse(text);
  expect(sources).toEqual(searched.sources);
  const history = await by.get(`/chat/history/${session_id}`);
  expect(chatContract.faultsOf('history', history, await history.text())).toEqual([]);
});

type Ask = (client: Client) => Promise<Response>;
const body =
  (path: string, value: unknown): Ask =>
  (by) =>
    by.post(path, value);
const big = `"${'a'.repeat(262_144)}"`;

/** How each operation is asked in a way that goes well. */
const plain: Record<string, Ask> = {
  chat: body('/chat', { message: 'Hi' }),
  chatStream: body('/chat/stream', { message: 'Hi' }),
  resume: async (by) => by.get(`/chat/stream/${(await by.chat({ message: 'Hi' })).session_id}`),
  stop: body('/chat/stop', { session_id: randomUUID(), turn_id: randomUUID() }),
  history: async (by) => by.get(`/chat/history/${(await by.chat({ message: 'Hi' })).session_id}`),
  edit: async (by) => by.patch(`/chat/history/${(await by.chat({ message: 'Hi' })).session_id}`, { pinned: true }),
  forget: (by) => by.delete(`/chat/history/${randomUUID()}`),
  sessions: (by) => by.get('/chat/sessions'),
  erase: (by) => by.delete('/chat/sessions'),
  export: (by) => by.get('/chat/export'),
  feedback: async (by) => {
    const { session_id, turn_id } = await by.chat({ message: 'Hi' });
    return by.post('/chat/feedback', { session_id, turn_id, rating: 'up', comment: 'good' });
  },
  usage: (by) => by.get('/chat/usage'),
  me: (by) => by.get('/chat/me'),
  assistants: (by) => by.get('/chat/assistants'),
  branding: (by) => by.get('/chat/branding'),
  health: (by) => by.get('/health?ready'),
  contract: (by) => by.get('/openapi.yaml'),
  page: (by) => by.get('/chat'),
  pageAsset: async (by) => {
    const [path = ''] = /chat\/assets\/[\w.-]+/.exec(await (await by.get('/chat')).text()) ?? [];
    return by.get(`/${path}`);
  },
};

/** What makes an operation answer with a status other than its good one. */
const wrong: Record<string, (path: string) => Ask> = {
  400: (path) => (by) => by.post(path, '{'),
  413: (path) => (by) => by.post(path, big),
  415: (path) => (by) => by.post(path, '{}', { 'content-type': 'text/plain' }),
  422: (path) => (by) => by.post(path, '{}'),
};

const special: Record<string, Ask> = {
  'page 304': (by) => by.get('/chat', { 'if-none-match': '*' }),
  'branding 304': (by) => by.get('/chat/branding', { 'if-none-match': '*' }),
  'pageAsset 404': (by) => by.get('/chat/assets/none.js'),
  'resume 204': (by) => by.get(`/chat/stream/${randomUUID()}`),
  'history 404': (by) => by.get(`/chat/history/${randomUUID()}`),
  'history 422': (by) => by.get('/chat/history/x?limit=0'),
  'edit 400': (by) => by.patch('/chat/history/x', '{'),
  'edit 404': (by) => by.patch(`/chat/history/${randomUUID()}`, { title: 'None' }),
  'edit 409': tooManyPinned,
  'edit 413': (by) => by.patch('/chat/history/x', big),
  'edit 415': (by) => by.patch('/chat/history/x', '{}', { 'content-type': 'text/plain' }),
  'edit 422': (by) => by.patch('/chat/history/x', '{}'),
  'sessions 429': thirdSearch,
  'sessions 422': (by) => by.get('/chat/sessions?limit=0'),
  'feedback 404': body('/chat/feedback', { session_id: randomUUID(), turn_id: randomUUID(), rating: 'up' }),
  'export 429': secondExport,
  'chat 404': (by) => goneRetry(by, '/chat'),
  'chatStream 404': (by) => goneRetry(by, '/chat/stream'),
  'chat 409': (by) => busy(by, '/chat'),
  'chatStream 409': (by) => busy(by, '/chat/stream'),
  'chat 500': (by) => failing(by, { status: 401, body: {} }),
  'chat 502': (by) => failing(by, { deltas: ['x'], ending: 'cut' }),
  'chat 504': (by) => failing(new Client(hasty.url, by.headers), { deltas: [upstream.gate()] }),
};

/** While the store is too slow for two that came before: of so many three come together, whatever comes in between. */
async function thirdSearch(): Promise<Response> {
  const admin = new Redis(redis.url);
  const by = new Client(host.url, { 'x-user-id': 'seeker' });
  await by.chat({ message: 'Hay' });
  await admin.client('PAUSE', 400);
  const searches = await Promise.all(Array.from({ length: 12 }, () => by.get('/chat/sessions?q=needle')));
  await admin.quit();
  const [refused = expect.unreachable()] = searches.filter(({ status }) => status === 429);
  return refused;
}

async function tooManyPinned(): Promise<Response> {
  const by = new Client(host.url, { 'x-user-id': 'collector' });
  for (;;) {
    const { session_id } = await by.chat({ message: 'Hi' });
    const response = await by.patch(`/chat/history/${session_id}`, { pinned: true });
    if (response.status !== 200) return response;
    await response.text();
  }
}

/** Of a caller who does not read the first one. */
async function secondExport(): Promise<Response> {
  const admin = new Redis(redis.url);
  await storeSessions(admin, keyedHash('local')('owner', 'key', 'heavy'), 40);
  admin.disconnect();
  const by = new Client(host.url, { 'x-user-id': 'heavy' });
  const first = await by.get('/chat/export');
  const second = await by.get('/chat/export');
  await first.body?.cancel();
  return second;
}

async function goneRetry(by: Client, path: string): Promise<Response> {
  const key = { 'idempotency-key': randomUUID() };
  const { session_id } = await by.chat({ message: 'Once' }, key);
  await by.delete(`/chat/history/${session_id}`);
  return by.post(path, { message: 'Once' }, key);
}

async function busy(by: Client, path: string): Promise<Response> {
  const { session_id } = await by.chat({ message: 'Hi' });
  const gate = upstream.gate();
  const asked = upstream.requests.length;
  upstream.enqueue({ deltas: ['x', gate] });
  const running = by.post('/chat', { session_id, message: 'Slow' });
  await eventually(() => upstream.requests.length > asked);
  const response = await by.post(path, { session_id, message: 'Too soon' });
  gate.open();
  await (await running).text();
  return response;
}

function failing(by: Client, ...scripts: Parameters<ScriptedUpstream['enqueue']>): Promise<Response> {
  upstream.enqueue(...scripts);
  return by.post('/chat', { message: 'Fail' });
}

test('a session that moved, and one that is forked, are told as the contract says', async () => {
  const by = new Client(host.url, { 'x-user-id': 'forker' });
  const { session_id, turn_id: after } = await by.chat({ message: 'One' });
  await by.chat({ message: 'Two', session_id });
  for (const [id, path] of [
    ['chat', '/chat'],
    ['chatStream', '/chat/stream'],
  ] as const) {
    const moved = await by.post(path, { message: 'Or', session_id, after });
    expect([moved.status, chatContract.faultsOf(id, moved, await moved.text())]).toEqual([409, []]);
  }
  for (const behind of [after, null]) {
    const fork = await by.chat({ message: 'Or', session_id, after: behind, fork: true });
    const history = await by.get(`/chat/history/${fork.session_id}`);
    const text = await history.text();
    expect([text.includes('"forked_from"'), chatContract.faultsOf('history', history, text)]).toEqual([true, []]);
  }
  for (const path of [
    '/chat/sessions',
    '/chat/sessions?q=or',
    '/chat/sessions?q=or&limit=1',
    '/chat/sessions?q=none',
  ]) {
    const list = await by.get(path);
    expect(chatContract.faultsOf('sessions', list, await list.text())).toEqual([]);
  }
});

describe('every answer that the contract names is given, and is as it says:', () => {
  const all = [...chatContract.operations()].flatMap(([id, { path, responses }]) =>
    Object.keys(responses).map((status) => [id, path, status] as const),
  );
  // Those that need the store to be away, or the limit reached, come last.
  const rank = (status: string) => ['429', '503'].indexOf(status);
  const ordered = all.toSorted(([, , a], [, , b]) => rank(a) - rank(b));

  test.each(ordered)('%s (%s) %s', { timeout: 30_000 }, async (id, path, status) => {
    const response = await ask(id, path, status);
    const text = await response.text();
    expect(response.status, text).toBe(Number(status));
    expect(chatContract.faultsOf(id, response, text)).toEqual([]);
    if (!response.headers.get('content-type')?.startsWith('application/problem')) return;
    const { request_id, retry_after_seconds = null } = JSON.parse(text);
    expect(request_id).toBe(response.headers.get('x-request-id'));
    expect(retry_after_seconds && String(retry_after_seconds)).toBe(response.headers.get('retry-after'));
  });

  async function ask(id: string, path: string, status: string): Promise<Response> {
    if (status === '401') return askWithoutSession(id, path, new Client(host.url));
    if (status === '429' && !(`${id} 429` in special)) return untilLimited(path);
    if (status === '503') {
      await redis.stop();
      return askWithoutSession(id, path, client);
    }
    const found = special[`${id} ${status}`] ?? (status in wrong ? wrong[status]?.(path) : plain[id]);
    return (found as Ask)(client);
  }

  /** Where there can be no session before. */
  function askWithoutSession(id: string, path: string, by: Client): Promise<Response> {
    if (id === 'resume' || id === 'history') return by.get(path.replace('{session_id}', randomUUID()));
    if (id === 'edit') return (special['edit 404'] as Ask)(by);
    if (id === 'feedback') return (special['feedback 404'] as Ask)(by);
    return (plain[id] as Ask)(by);
  }

  async function untilLimited(path: string): Promise<Response> {
    const eager = new Client(host.url, { 'x-user-id': 'eager' });
    // They cost as much as turns, and take no time.
    while ((await eager.post('/v1/conversations', {})).status !== 429);
    // One comes free again now and then.
    for (;;) {
      const response = await eager.post(path, { message: 'More' });
      if (response.status !== 200) return response;
      await response.text();
    }
  }
});
