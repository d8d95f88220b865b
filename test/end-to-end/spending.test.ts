import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { inOneDay } from '../time-windows.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { promptTokensOf, tokensOf } from '../upstream/token-bill.ts';
import { Client, type Frame, framesOf } from './client.ts';

let redis: RedisServer;
let raw: Redis;
let upstream: ScriptedUpstream;
let host: LocalHost;
let client: Client;

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  raw = new Redis(redis.url);
  [host, client] = await serve();
});
afterAll(async () => {
  raw.disconnect();
  await host?.stop();
  await Promise.all([redis.stop(), upstream.stop()]);
});
beforeEach(async () => {
  await inOneDay();
  await forget();
});

async function serve(env: Record<string, string> = {}): Promise<[LocalHost, Client]> {
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  const started = await startHost({ env: { REDIS_URL: redis.url, ...model, TOKEN_LIMIT_PER_DAY: '100000', ...env } });
  const caller = new Client(started.url);
  // Until the tokeniser is loaded, counts are bounds.
  await eventually(async () => (await caller.chat({ message: 'Hi' })).context.prompt_tokens === prompt());
  return [started, caller];
}

/** What was counted and asked so far. */
async function forget(): Promise<void> {
  await raw.flushall();
  upstream.requests.length = 0;
}

/** What the provider bills for the prompt of a call. */
function prompt(call = -1): number {
  return promptTokensOf(upstream.requests.at(call)?.body ?? {});
}

/** What is counted of the day once nothing runs any more, of turns that died too. */
async function counted(): Promise<number> {
  await eventually(async () => (await raw.keys('chat:*:lease:*')).length === 0);
  const [tokens = ''] = await raw.keys('chat:*:tokens');
  const [reservations = ''] = await raw.keys('chat:*:reservations');
  const dead = (await raw.zrange(reservations, '0', '-1')).map((member) => Number(member.split(':')[1]));
  return dead.reduce((sum, reserved) => sum + reserved, Number(await raw.hget(tokens, 'day_used')));
}

/** Begins a stream, and reads so many frames of it. */
async function begin(message: string, frameCount: number, by = client) {
  const rest = framesOf(await by.post('/chat/stream', { message }));
  const seen: Frame[] = [];
  while (seen.length < frameCount) seen.push((await rest.next()).value as Frame);
  const sessionId: string = JSON.parse(seen[0]?.data ?? '').session_id;
  /** What the stream ends with. */
  const ended = async () =>
    JSON.parse((await Array.fromAsync(rest)).findLast(({ data }) => data !== '[DONE]')?.data ?? '');
  return { sessionId, ended };
}

describe('what the model is paid for counts', () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 200 };

  test.each([
    ['its session is deleted', (sessionId: string) => `/chat/history/${sessionId}`],
    ['all is erased', () => '/chat/sessions'],
  ])('where %s before the turn is stored', async (_, pathOf) => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['all of it ', 'was said', gate] });
    const { sessionId, ended } = await begin('Tell me', 3);
    expect((await client.delete(pathOf(sessionId))).status).toBe(204);
    expect(await ended()).toMatchObject({ error: { code: 'turn-lost' } });
    gate.open();
    expect(await counted()).toBe(prompt() + tokensOf('all of it was said'));
  });

  test('where the turn is stopped before the first token', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: [gate, 'late'] });
    const { sessionId, ended } = await begin('Think', 1);
    await eventually(() => upstream.requests.length === 1);
    await client.post('/chat/stop', { session_id: sessionId });
    expect(await ended()).toMatchObject({ finish_reason: 'stopped' });
    gate.open();
    expect(await counted()).toBe(prompt());
  });

  test('where the answer was nothing but reasoning, which is a failure of its own that no retry mends', async () => {
    upstream.enqueue({ deltas: [], finishReason: 'length', usage });
    const response = await client.post('/chat', { message: 'Ponder' });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'output-limit-reached', retryable: false });
    expect(upstream.requests).toHaveLength(1);
    expect(await counted()).toBe(1200);
  });

  test('where the model was silent for too long, for every call', async () => {
    const silent = { raw: [], ending: 'silence' } as const;
    const [hasty, caller] = await serve({ MODEL_TIMEOUT_SECONDS: '2' });
    await forget();
    upstream.enqueue(silent, silent, silent);
    const response = await caller.post('/chat', { message: 'Hello?' });
    expect(await response.json()).toMatchObject({ code: 'model-timeout' });
    expect(upstream.requests).toHaveLength(3);
    expect(await counted()).toBe(3 * prompt());
    await hasty.stop();
  });

  test('where the answer breaks off', async () => {
    upstream.enqueue({ deltas: ['Half of ', 'it'], ending: 'cut' });
    expect(await (await client.post('/chat', { message: 'Break' })).json()).toMatchObject({ code: 'model-failed' });
    expect(await counted()).toBe(prompt() + tokensOf('Half of it'));
  });

  test('where calls before the one that answers broke', async () => {
    upstream.enqueue({ deltas: [], ending: 'cut' }, { status: 500 }, { deltas: ['At last'], usage });
    const { usage: told } = await client.chat({ message: 'Try' });
    expect(told.total_tokens).toBe(1200);
    expect(await counted()).toBe(prompt(0) + 1200);
  });

  test('but not where it refused every call', async () => {
    upstream.enqueue({ status: 500 }, { status: 429 }, { status: 503 });
    expect(await (await client.post('/chat', { message: 'Please' })).json()).toMatchObject({ code: 'model-failed' });
    expect(upstream.requests).toHaveLength(3);
    expect(await counted()).toBe(0);
  });
});

test('a turn whose holder is killed counts as much as it had reserved, and its caller is held to that', async () => {
  const [dying, caller] = await serve({ TURN_LEASE_SECONDS: '3' });
  await forget();
  upstream.enqueue({ deltas: ['half', upstream.gate()] });
  await begin('Die', 2, caller);
  const [reservations = ''] = await raw.keys('chat:*:reservations');
  const reserved = Number((await raw.zrange(reservations, '0', '-1'))[0]?.split(':')[1]);
  await dying.kill9();
  expect(await counted()).toBe(reserved);
  const response = await client.post('/chat', { message: 'Hi' });
  const remaining = Number(/;r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
  await response.text();
  expect(100_000 - remaining).toBeGreaterThan(reserved);
  expect(await counted()).toBeGreaterThan(reserved);
});
