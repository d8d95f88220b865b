import { OpenAI } from 'openai';
import type { Response as ApiResponse, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../eventually.ts';
import { type LocalHost, startHost } from '../../host/start-host.ts';
import { RedisServer } from '../../redis/redis-server.ts';
import { TcpProxy } from '../../redis/tcp-proxy.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';
import { readUntil } from '../client.ts';

let redis: RedisServer;
let upstream: ScriptedUpstream;
let hosts: LocalHost[];
let here: OpenAI;
let there: OpenAI;
/** Of a client that tries again by itself, by a way that a test can cut and turn elsewhere. */
let way: TcpProxy;
let retrying: OpenAI;

const start = (env: Record<string, string> = {}) =>
  startHost({
    env: { REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...env },
  });

/** An instance that is killed, whose turns are not missed for long. */
const startDying = () => start({ TURN_LEASE_SECONDS: '1' });

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  hosts = await Promise.all([start(), start()]);
  [here, there] = hosts.map(({ url }) => clientOf(url, 0)) as [OpenAI, OpenAI];
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await Promise.all([redis.stop(), upstream.stop()]);
});
beforeEach(async () => {
  way = await TcpProxy.start(portOf(hosts[0] as LocalHost));
  retrying = clientOf(`http://127.0.0.1:${way.port}`, 4);
});
afterEach(() => way.stop());

function clientOf(url: string, maxRetries: number): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries });
}

function portOf(host: LocalHost): number {
  return Number(new URL(host.url).port);
}

/** A stream whose model has said its first word, and waits. */
async function begin(client: OpenAI, input: string) {
  const gate = upstream.gate();
  upstream.enqueue({ deltas: ['one ', gate, 'two ', 'three'] });
  const stream = await client.responses.create({ model: 'default', input, stream: true });
  const events = stream[Symbol.asyncIterator]();
  const seen = await readUntil(events, ({ type }) => type === 'response.output_text.delta');
  const { response } = seen[0] as { response: ApiResponse };
  return { gate, seen, response, rest: { [Symbol.asyncIterator]: () => events } };
}

async function retell(client: OpenAI, id: string, starting_after?: number): Promise<ResponseStreamEvent[]> {
  const query = starting_after === undefined ? {} : { starting_after };
  return Array.fromAsync(await client.responses.retrieve(id, { stream: true, ...query }));
}

/** How often a conversation was answered. */
async function turnsOf(url: string, conversation: ApiResponse['conversation']): Promise<number> {
  const id = (conversation?.id ?? '').replace(/^conv_(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return ((await (await fetch(`${url}/chat/history/${id}`)).json()) as { turns: number }).turns;
}

async function sessionCount(): Promise<number> {
  const response = await fetch(`${hosts[0]?.url}/chat/sessions?limit=100`);
  return ((await response.json()) as { sessions: unknown[] }).sessions.length;
}

describe('a response on another instance', () => {
  test('is joined while it runs, and told to its end in the very same events', async () => {
    const { gate, seen, response, rest } = await begin(here, 'Count');
    const joined = retell(there, response.id);
    const partly = retell(there, response.id, 2);
    gate.open();
    const live = [...seen, ...(await Array.fromAsync(rest))];
    expect(live.at(-1)).toMatchObject({ type: 'response.completed' });
    expect(await joined).toEqual(live);
    expect(await partly).toEqual(live.slice(3));
    expect(await retell(there, response.id)).toEqual(live);
  });

  test('is told again with all that was asked for it, and is what it was at first', async () => {
    const wishes = {
      instructions: 'Be brief.',
      metadata: { a: 'b' },
      temperature: 0.1,
      max_output_tokens: 99,
      top_p: 0.9,
    };
    const response = await here.responses.create({ model: 'data-analyst', input: 'Hi', ...wishes });
    expect(response).toMatchObject(wishes);
    expect(await there.responses.retrieve(response.id)).toEqual(response);
    await there.responses.create({ input: 'More', previous_response_id: response.id });
    expect(await here.responses.retrieve(response.id)).toEqual(response);
  });

  test('is cancelled from there', async () => {
    const { response, rest } = await begin(here, 'Count');
    await there.responses.cancel(response.id);
    const last = (await Array.fromAsync(rest)).at(-1);
    expect(last).toMatchObject({ type: 'response.incomplete', response: { status: 'cancelled' } });
    expect(await there.responses.retrieve(response.id)).toMatchObject({ status: 'cancelled', output_text: 'one ' });
  });

  test('whose stream was cut goes on from the last event that was received', async () => {
    const { gate, seen, response, rest } = await begin(retrying, 'Count');
    way.cut();
    await Array.fromAsync(rest).catch(() => {});
    gate.open();
    const all = [...seen, ...(await retell(there, response.id, seen.at(-1)?.sequence_number))];
    expect(all.map(({ sequence_number }) => sequence_number)).toEqual(all.map((_, place) => place));
    expect(all.at(-1)).toMatchObject({ type: 'response.completed', response: { id: response.id } });
  });
});

describe('a client that tries again by itself', () => {
  test('after its answer was cut off gets that answer: one model call, one turn', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    const [asked, sessions] = [upstream.requests.length, await sessionCount()];
    const answer = retrying.responses.create({ model: 'default', input: 'Once, please' });
    await eventually(() => upstream.requests[asked]?.said === 'one ');
    way.mode = 'hold';
    gate.open();
    await eventually(async () => (await sessionCount()) === sessions + 1);
    way.mode = 'pass';
    way.cut();
    const response = await answer;
    expect(response).toMatchObject({ status: 'completed', output_text: 'one two' });
    expect(upstream.requests).toHaveLength(asked + 1);
    expect(await sessionCount()).toBe(sessions + 1);
    expect(await there.responses.retrieve(response.id)).toEqual(response);
  });

  test('while its turn runs, on another instance, joins it: one model call, one turn', async () => {
    const gate = upstream.gate();
    const { conversation } = await here.responses.create({ model: 'default', input: 'Hello there' });
    upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    const asked = upstream.requests.length;
    const answer = retrying.responses.create({ input: 'Once more', conversation: conversation?.id ?? '' });
    await eventually(() => upstream.requests[asked]?.said === 'one ');
    way.target = portOf(hosts[1] as LocalHost);
    way.cut();
    await eventually(() => way.isUsed);
    gate.open();
    expect(await answer).toMatchObject({ status: 'completed', output_text: 'one two', conversation });
    expect(upstream.requests).toHaveLength(asked + 1);
    expect(await turnsOf(hosts[0]?.url ?? '', conversation)).toBe(2);
  });

  test('of an older response forks once', async () => {
    const first = await here.responses.create({ model: 'default', input: 'First one' });
    await here.responses.create({ model: 'default', input: 'Second one', previous_response_id: first.id });
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    const [asked, sessions] = [upstream.requests.length, await sessionCount()];
    const answer = retrying.responses.create({ input: 'Another second', previous_response_id: first.id });
    await eventually(() => upstream.requests[asked]?.said === 'one ');
    way.target = portOf(hosts[1] as LocalHost);
    way.cut();
    await eventually(() => way.isUsed);
    gate.open();
    const fork = await answer;
    expect(fork.conversation).not.toEqual(first.conversation);
    expect(upstream.requests).toHaveLength(asked + 1);
    expect(await sessionCount()).toBe(sessions + 1);
    expect(await turnsOf(hosts[0]?.url ?? '', fork.conversation)).toBe(2);
  });

  test('after the instance that ran its turn was killed has it run by another: one turn is stored', async () => {
    const dying = await startDying();
    way.target = portOf(dying);
    const { conversation } = await here.responses.create({ model: 'default', input: 'Hello there' });
    upstream.enqueue({ deltas: ['one ', upstream.gate()] });
    const asked = upstream.requests.length;
    const answer = retrying.responses.create({ input: 'Survive this', conversation: conversation?.id ?? '' });
    await eventually(() => upstream.requests[asked]?.said === 'one ');
    way.target = portOf(hosts[1] as LocalHost);
    await dying.kill9();
    expect(await answer).toMatchObject({ output_text: 'You said: Survive this', conversation });
    expect(upstream.requests).toHaveLength(asked + 2);
    expect(await turnsOf(hosts[0]?.url ?? '', conversation)).toBe(2);
  });

  test('of a conversation that is busy waits for its turn', async () => {
    const { gate, response, rest } = await begin(here, 'Count');
    const next = retrying.responses.create({ input: 'And then?', previous_response_id: response.id });
    await eventually(() => way.isUsed);
    gate.open();
    await Array.fromAsync(rest);
    expect(await next).toMatchObject({ conversation: response.conversation, previous_response_id: response.id });
  });
});

test('a response that was lost with its instance ends as failed for those who join it, and is none to go on from', async () => {
  const dying = await startDying();
  const { response } = await begin(clientOf(dying.url, 0), 'Die');
  const joined = retell(there, response.id);
  await dying.kill9();
  const told = await joined;
  expect(told.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { status: 'failed', output: [], error: { code: 'turn-lost' } },
  });
  await expect(there.responses.create({ input: 'Go on', previous_response_id: response.id })).rejects.toMatchObject({
    status: 404,
    code: 'previous_response_not_found',
  });
});
