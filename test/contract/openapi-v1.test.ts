import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure, type FailureCode, failureKinds } from '../../shared/conversation/failure.ts';
import { apiCodes } from '../../shared/http/v1/api-failure.ts';
import { errorOf } from '../../shared/http/v1/error-response.ts';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import type { Script } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apiContract } from './contract.ts';

let redis: RedisServer;
let upstream: ScriptedUpstream;
let host: LocalHost;
let client: Client;
/** Gives its models little time. */
let hasty: LocalHost;

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  const env = { AUTH_MODE: 'key', REDIS_URL: redis.url, ...model, RATE_LIMIT_PER_MINUTE: '100' };
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
const compacting = '/v1/responses/compact';
const big = `"${'a'.repeat(262_144)}"`;
const conversation = `conv_${randomUUID().replaceAll('-', '')}`;
const unknown = `resp_${randomUUID()}${randomUUID()}`.replaceAll('-', '');

const post =
  (path: string, value: unknown): Ask =>
  (by) =>
    by.post(path, value);

async function created(by: Client): Promise<string> {
  return ((await (await by.post('/v1/responses', body)).json()) as Created).id;
}

const item = { role: 'user', content: 'Hi' };

/** A conversation without a turn. */
async function made(by: Client): Promise<string> {
  return ((await (await by.post('/v1/conversations', { items: [item] })).json()) as Created).id;
}

/** Where a conversation's first item is. */
async function itemOf(by: Client, id: string): Promise<string> {
  const items = `/v1/conversations/${id}/items`;
  const { first_id } = (await (await by.get(`${items}?order=asc`)).json()) as { first_id: string };
  return `${items}/${first_id}`;
}

/** How each operation is asked in a way that goes well. */
const plain: Record<string, Ask> = {
  createResponse: post('/v1/responses', body),
  getResponse: async (by) => by.get(`/v1/responses/${await created(by)}`),
  cancelResponse: async (by) => by.post(`/v1/responses/${await created(by)}/cancel`, ''),
  inputItems: async (by) => by.get(`/v1/responses/${await created(by)}/input_items`),
  deleteResponse: (by) => by.delete(`/v1/responses/${unknown}`),
  compactResponse: post(compacting, body),
  createConversation: post('/v1/conversations', { items: [item], metadata: { a: 'b' } }),
  getConversation: async (by) => by.get(`/v1/conversations/${await made(by)}`),
  updateConversation: async (by) => by.post(`/v1/conversations/${await made(by)}`, { metadata: { a: 'b' } }),
  deleteConversation: (by) => by.delete(`/v1/conversations/${conversation}`),
  conversationItems: async (by) => by.get(`/v1/conversations/${await made(by)}/items`),
  createItems: async (by) => by.post(`/v1/conversations/${await made(by)}/items`, { items: [item] }),
  getItem: async (by) => by.get(await itemOf(by, await made(by))),
  deleteItem: async (by) => by.delete(await itemOf(by, await made(by))),
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
  'createConversation 404': post('/v1/conversations', { items: [{ type: 'item_reference', id: 'x' }] }),
  'deleteConversation 404': (by) => by.delete('/v1/conversations/x'),
  'conversationItems 400': async (by) => by.get(`/v1/conversations/${await made(by)}/items?limit=0`),
  'createItems 404': post(`/v1/conversations/${conversation}/items`, { items: [item] }),
  'createItems 409': async (by) => (await busyConversation(by)).brought,
  'deleteItem 400': async (by) => {
    const { conversation: of } = (await (await by.post('/v1/responses', body)).json()) as { conversation: Created };
    return by.delete(await itemOf(by, of.id));
  },
  'deleteItem 409': async (by) => (await busyConversation(by)).deleted,
  'createResponse 409': async (by) => (await busy(by)).refused,
  'createResponse 500': (by) => failing(by, { status: 401, body: {} }),
  'createResponse 502': (by) => failing(by, { deltas: ['x'], ending: 'cut' }),
  'createResponse 504': (by) => failing(inHaste(by), { deltas: [upstream.gate()] }),
  'getResponse 400': (by) => by.get(`/v1/responses/${unknown}?starting_after=x`),
  'inputItems 400': (by) => by.get(`/v1/responses/${unknown}/input_items?limit=0`),
  'inputItems 409': async (by) => (await busy(by)).items,
  'deleteResponse 400': plain['deleteResponse'] as Ask,
  'compactResponse 400': post(compacting, {}),
  'compactResponse 404': post(compacting, { ...body, previous_response_id: unknown }),
  'compactResponse 409': async (by) => (await busy(by)).compacted,
  'compactResponse 500': (by) => failing(by, { status: 401, body: {} }, compacting),
  'compactResponse 502': (by) => failing(by, { deltas: ['x'], ending: 'cut' }, compacting),
  'compactResponse 504': (by) => failing(inHaste(by), { deltas: [upstream.gate()] }, compacting),
};

/** What is answered while a response is under way. */
async function busy(by: Client): Promise<{ refused: Response; items: Response; compacted: Response }> {
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
  const compacted = await by.post(compacting, { ...body, previous_response_id: running });
  gate.open();
  while (!(await reader.read()).done);
  return { refused, items, compacted };
}

/** What is answered while a turn is under way. */
async function busyConversation(by: Client): Promise<{ brought: Response; deleted: Response }> {
  const id = await made(by);
  const at = await itemOf(by, id);
  const gate = upstream.gate();
  const asked = upstream.requests.length;
  upstream.enqueue({ deltas: ['x', gate] });
  const running = by.post('/v1/responses', { ...body, conversation: id });
  await eventually(() => upstream.requests.length > asked);
  const brought = await by.post(`/v1/conversations/${id}/items`, { items: [item] });
  const deleted = await by.delete(at);
  gate.open();
  await (await running).text();
  return { brought, deleted };
}

/** The same caller, of the other instance. */
function inHaste({ headers }: Client): Client {
  return new Client(hasty.url, headers);
}

function failing(by: Client, script: Script, path = '/v1/responses'): Promise<Response> {
  upstream.enqueue(script);
  return by.post(path, body);
}

/** Asked for what is not there, where the path names something. */
function askUnknown(id: string, path: string, by: Client): Promise<Response> {
  const at = path
    .replace('{response_id}', unknown)
    .replace('{conversation_id}', conversation)
    .replace('{item_id}', `${conversation.replace('conv_', 'msg_')}${unknown.slice(-32)}0`);
  if (at === path) return (plain[id] as Ask)(by);
  const method = apiContract.operations().get(id)?.method;
  if (method === 'GET') return by.get(at);
  if (method === 'DELETE') return by.delete(at);
  return by.post(at, { updateConversation: { metadata: {} }, createItems: { items: [item] } }[id] ?? '');
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
    if (status === '429') return askLimited(id);
    if (status === '503') {
      await redis.stop();
      return askUnknown(id, path, client);
    }
    const found = special[`${id} ${status}`] ?? (status in wrong ? wrong[status]?.(path) : undefined);
    if (found !== undefined) return found(client);
    if (status === '404' && id === 'model') return client.get('/v1/models/gpt-4');
    return status === '404' ? askUnknown(id, path, client) : (plain[id] as Ask)(client);
  }

  /** Asked by one whose requests are used up. */
  async function askLimited(id: string): Promise<Response> {
    const eager = new Client(host.url, { 'x-user-id': `eager-${id}` });
    const made = (await (await eager.post('/v1/conversations', {})).json()) as Created;
    const again =
      id === 'createItems' ? post(`/v1/conversations/${made.id}/items`, { items: [item] }) : (plain[id] as Ask);
    while ((await eager.post('/v1/conversations', {})).status !== 429);
    // One comes free again now and then.
    for (;;) {
      const response = await again(eager);
      if (response.status === 429) return response;
      await response.text();
    }
  }
});
