import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure, type FailureCode, failureKinds } from '../../shared/conversation/failure.ts';
import { apiCodes } from '../../shared/http/v1/api-failure.ts';
import { errorOf } from '../../shared/http/v1/error-response.ts';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apiContract } from './contract.ts';

let redis: RedisServer;
let upstream: ScriptedUpstream;
let host: LocalHost;
let client: Client;

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  host = await startHost({
    env: {
      AUTH_MODE: 'key',
      REDIS_URL: redis.url,
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_MODEL: 'scripted',
      MODEL_TIMEOUT_SECONDS: '1',
      TURN_DEADLINE_SECONDS: '2',
      RATE_LIMIT_PER_MINUTE: '60',
    },
  });
  client = new Client(host.url, { 'x-user-id': 'alice' });
});
afterAll(async () => {
  await host?.stop();
  await Promise.all([redis.stop(), upstream.stop()]);
});

test('the contract names every code that a failure may be told by', () => {
  const codes = Object.keys(failureKinds).map((code) => errorOf(new Failure(code as FailureCode, '')).code);
  const named = apiContract.document.components.schemas['ErrorCode']?.enum;
  expect(named).toEqual([...new Set([...codes, ...apiCodes])].sort());
});

interface Created {
  id: string;
}

type Ask = (by: Client) => Promise<Response>;

const body = { model: 'default', input: 'Hi' };
const big = `"${'a'.repeat(262_144)}"`;
const unknown = `resp_${randomUUID()}${randomUUID()}`.replaceAll('-', '');

const post =
  (path: string, value: unknown): Ask =>
  (by) =>
    by.post(path, value);

async function created(by: Client): Promise<string> {
  return ((await (await by.post('/v1/responses', body)).json()) as Created).id;
}

/** How each operation is asked in a way that goes well. */
const plain: Record<string, Ask> = {
  createResponse: post('/v1/responses', body),
  getResponse: async (by) => by.get(`/v1/responses/${await created(by)}`),
  cancelResponse: async (by) => by.post(`/v1/responses/${await created(by)}/cancel`, ''),
  inputItems: async (by) => by.get(`/v1/responses/${await created(by)}/input_items`),
  deleteResponse: (by) => by.delete(`/v1/responses/${unknown}`),
  compactResponse: post('/v1/responses/compact', {}),
  models: (by) => by.get('/v1/models'),
  model: (by) => by.get('/v1/models/default'),
  contractV1: (by) => by.get('/openapi.v1.yaml'),
};

/** What makes an operation answer with a status other than its good one. */
const wrong: Record<string, (path: string) => Ask> = {
  400: (path) => post(path, '{'),
  413: (path) => post(path, big),
  415: (path) => (by) => by.post(path, '{}', { 'content-type': 'text/plain' }),
};

const special: Record<string, Ask> = {
  'createResponse 404': post('/v1/responses', { ...body, previous_response_id: unknown }),
  'createResponse 409': async (by) => (await busy(by)).refused,
  'createResponse 500': (by) => failing(by, { status: 401, body: {} }),
  'createResponse 502': (by) => failing(by, { deltas: ['x'], ending: 'cut' }),
  'createResponse 504': (by) => failing(by, { deltas: [upstream.gate()] }),
  'getResponse 400': (by) => by.get(`/v1/responses/${unknown}?starting_after=x`),
  'inputItems 400': (by) => by.get(`/v1/responses/${unknown}/input_items?limit=0`),
  'inputItems 409': async (by) => (await busy(by)).items,
  'deleteResponse 400': plain['deleteResponse'] as Ask,
  'compactResponse 400': plain['compactResponse'] as Ask,
};

/** What is answered while a response is under way. */
async function busy(by: Client): Promise<{ refused: Response; items: Response }> {
  const id = await created(by);
  const gate = upstream.gate();
  const asked = upstream.requests.length;
  upstream.enqueue({ deltas: ['x', gate] });
  const stream = await by.post('/v1/responses', { ...body, previous_response_id: id, stream: true });
  await eventually(() => upstream.requests.length > asked);
  const refused = await by.post('/v1/responses', { ...body, previous_response_id: id });
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  const [running] = /resp_[0-9a-f]{64}/.exec(new TextDecoder().decode(value)) ?? [];
  const items = await by.get(`/v1/responses/${running}/input_items`);
  gate.open();
  while (!(await reader.read()).done);
  return { refused, items };
}

function failing(by: Client, ...scripts: Parameters<ScriptedUpstream['enqueue']>): Promise<Response> {
  upstream.enqueue(...scripts);
  return by.post('/v1/responses', body);
}

/** Where there can be no response before. */
function askUnknown(id: string, path: string, by: Client): Promise<Response> {
  const at = path.replace('{response_id}', unknown);
  if (id === 'cancelResponse') return by.post(at, '');
  return path.includes('{response_id}') && id !== 'deleteResponse' ? by.get(at) : (plain[id] as Ask)(by);
}

describe('every answer that the contract names is given, and is as it says:', () => {
  const all = [...apiContract.operations()].flatMap(([id, { path, responses }]) =>
    Object.keys(responses).map((status) => [id, path, status] as const),
  );
  // Those that need the limit reached, or the store to be away, come last.
  const rank = (status: string) => ['429', '503'].indexOf(status);
  const ordered = all.toSorted(([, , a], [, , b]) => rank(a) - rank(b));

  test.each(ordered)('%s (%s) %s', { timeout: 30_000 }, async (id, path, status) => {
    const response = await ask(id, path, status);
    const text = await response.text();
    expect(response.status, text).toBe(Number(status));
    expect(apiContract.faultsOf(id, response, text)).toEqual([]);
    if (response.status < 400) return;
    expect(response.headers.get('x-should-retry')).toBe(String(['409', '429', '502', '503', '504'].includes(status)));
    expect(response.headers.has('retry-after')).toBe(['409', '429'].includes(status));
  });

  async function ask(id: string, path: string, status: string): Promise<Response> {
    if (status === '401') return askUnknown(id, path, new Client(host.url));
    if (status === '429') return untilLimited();
    if (status === '503') {
      await redis.stop();
      return askUnknown(id, path, client);
    }
    const found = special[`${id} ${status}`] ?? (status in wrong ? wrong[status]?.(path) : undefined);
    if (found !== undefined) return found(client);
    if (status === '404' && id === 'model') return client.get('/v1/models/gpt-4');
    return status === '404' ? askUnknown(id, path, client) : (plain[id] as Ask)(client);
  }

  async function untilLimited(): Promise<Response> {
    const eager = new Client(host.url, { 'x-user-id': 'eager' });
    for (;;) {
      const response = await eager.post('/v1/responses', body);
      if (response.status !== 200) return response;
      await response.text();
    }
  }
});
