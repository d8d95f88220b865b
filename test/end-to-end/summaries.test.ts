import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fact, factsIn, summaryOf, textOf } from '../conversation/fact-model.ts';
import { eventually } from '../eventually.ts';
import { type Host, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import type { Script } from '../upstream/script.ts';
import { type RecordedRequest, ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client } from './client.ts';

type Messages = Parameters<typeof summaryOf>[0];

const TURNS = 40;

const isSummary = ({ body }: RecordedRequest) =>
  textOf((body['messages'] as Messages).slice(-1)).includes('Do not answer.');
const said = { deltas: ['Noted, ', 'in some words.'], usage: null };
/** Knows its prompt alone. */
const respond = (request: RecordedRequest): Script =>
  isSummary(request) ? { deltas: [summaryOf(request.body['messages'] as Messages)], usage: null } : said;

let upstream: ScriptedUpstream;
let redis: RedisServer;
const hosts: Host[] = [];
beforeAll(async () => {
  [upstream, redis] = await Promise.all([ScriptedUpstream.start(respond), RedisServer.start()]);
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await Promise.all([upstream.stop(), redis.stop()]);
});

async function start(env: Record<string, string> = {}): Promise<Client> {
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', MAX_CONTEXT_TOKENS: '1000' };
  const host = await startHost({ env: { ...model, ...env } });
  hosts.push(host);
  const client = new Client(host.url);
  // Until its tokeniser is loaded it counts by upper bounds.
  await eventually(async () => {
    const { context } = await client.chat({ message: 'Hi, hi, hi, hi, hi, hi, hi, hi' });
    return context.prompt_tokens < 200;
  });
  upstream.requests.length = 0;
  upstream.respond = respond;
  return client;
}

/** A conversation whose turns are taken by the clients in turns. */
async function talk(clients: Client[], turns = TURNS): Promise<string> {
  let session_id: string | undefined;
  for (let turn = 0; turn < turns; turn += 1) {
    const client = clients[turn % clients.length] as Client;
    ({ session_id } = await client.chat({ message: fact(turn), session_id }));
  }
  return session_id as string;
}

const summaryRequests = () => upstream.requests.filter(isSummary);
const answerRequests = () => upstream.requests.filter((request) => !isSummary(request));

describe.each([
  ['the memory store', () => ({}), 1],
  ['Redis and two instances', () => ({ REDIS_URL: redis.url }), 2],
])('a long conversation over HTTP on %s', (_, env, instances) => {
  test('is known to the model whole, and its history says what is known in summary', async () => {
    const clients = await Promise.all(Array.from({ length: instances }, () => start(env())));
    const id = await talk(clients);
    for (const [turn, { body }] of answerRequests().entries()) {
      expect(factsIn(textOf(body['messages'] as Messages)).size).toBe(turn + 1);
    }
    expect(summaryRequests().length).toBeGreaterThan(2);

    const [client] = clients as [Client];
    const page = async (query: string) => (await client.get(`/chat/history/${id}${query}`)).json();
    const newest = (await page('?limit=10')) as {
      messages: { id: string; turn_id: string }[];
      summaries: { text: string; from_turn_id: string; through_turn_id: string; created: string }[];
    };
    const all = (await page('?limit=100')) as typeof newest;
    expect(all.messages).toHaveLength(2 * TURNS);
    expect(newest.summaries.length).toBeGreaterThan(0);
    for (const summary of newest.summaries) {
      expect(Object.keys(summary).sort()).toEqual(['created', 'from_turn_id', 'text', 'through_turn_id']);
      expect(new Date(summary.created).toISOString()).toBe(summary.created);
    }
    expect(newest.summaries[0]?.from_turn_id).toBe(all.messages[0]?.turn_id);
    expect(await page(`?limit=10&before=${newest.messages[0]?.id}`)).not.toHaveProperty('summaries');
    const { session_id } = await client.chat({ message: 'Short' });
    expect(await (await client.get(`/chat/history/${session_id}`)).json()).not.toHaveProperty('summaries');
  });
});

test('summaries are asked of SUMMARY_MODEL, with no answer among them', async () => {
  const client = await start({ SUMMARY_MODEL: 'tiny' });
  await talk([client], 20);
  expect(summaryRequests().length).toBeGreaterThan(0);
  expect(new Set(summaryRequests().map(({ body }) => body['model']))).toEqual(new Set(['tiny']));
  expect(new Set(answerRequests().map(({ body }) => body['model']))).toEqual(new Set(['scripted']));
});

test('a summary that fails is asked for once, and the answers of the same model go on', async () => {
  const client = await start();
  upstream.respond = (request) => (isSummary(request) ? { status: 500, body: {} } : said);
  await talk([client]);
  const asked = upstream.requests.flatMap((request, at) => (isSummary(request) ? [at] : []));
  expect(asked.length).toBeGreaterThan(3);
  // After 3 turns, then 6: never twice beside one.
  for (const [at, index] of asked.slice(1).entries()) expect(index - (asked[at] as number)).toBeGreaterThan(3);
  expect(answerRequests()).toHaveLength(TURNS);
});

test('with CONTEXT_OVERFLOW=drop none is asked for', async () => {
  const client = await start({ CONTEXT_OVERFLOW: 'drop' });
  const id = await talk([client]);
  expect(summaryRequests()).toEqual([]);
  const { context } = await client.chat({ message: 'And now?', session_id: id });
  expect(context).toMatchObject({ summarized_messages: 0, summary_tokens: 0 });
  expect(context.dropped_messages).toBeGreaterThan(0);
});
