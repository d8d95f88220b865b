import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { inOneDay } from '../time-windows.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client } from './client.ts';

/** One that is used comes free again after half a minute, in which a test is over. */
const PER_MINUTE = 2;

let redis: RedisServer;
let raw: Redis;
let upstream: ScriptedUpstream;
let hosts: LocalHost[] = [];

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  raw = new Redis(redis.url);
});
beforeEach(inOneDay);
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await raw.flushall();
});
afterAll(async () => {
  raw.disconnect();
  await Promise.all([redis.stop(), upstream.stop()]);
});

async function start(instances: number, settings: Record<string, string>): Promise<Client[]> {
  const env = { REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...settings };
  hosts = await Promise.all(Array.from({ length: instances }, () => startHost({ env })));
  return hosts.map((host) => new Client(host.url));
}

describe('a limit of requests per minute', () => {
  test('is exact across instances, and refuses with 429 and all headers, without asking the model', async () => {
    const clients = await start(2, { RATE_LIMIT_PER_MINUTE: String(PER_MINUTE) });
    const asked = upstream.requests.length;
    const answers = await Promise.all(
      Array.from({ length: 12 * PER_MINUTE }, (_, n) => (clients[n % 2] as Client).post('/chat', { message: `${n}` })),
    );
    const admitted = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([admitted.length, refused.length]).toEqual([PER_MINUTE, 11 * PER_MINUTE]);
    expect(upstream.requests).toHaveLength(asked + PER_MINUTE);
    for (const response of refused) {
      expect(await response.json()).toMatchObject({ code: 'rate-limited', retryable: true });
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(60 / PER_MINUTE);
      expect(response.headers.get('ratelimit-policy')).toBe(`"requests";q=${PER_MINUTE};w=60`);
      expect(response.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
    }
  });

  test('tells on every turn, stream and JSON, what remains; reads and replays cost nothing', async () => {
    const [client] = (await start(1, { RATE_LIMIT_PER_MINUTE: String(PER_MINUTE) })) as [Client];
    const remaining = (response: Response) => Number(/;r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
    const key = { 'idempotency-key': 'once' };
    const first = await client.post('/chat', { message: 'Hi' }, key);
    expect(remaining(first)).toBe(PER_MINUTE - 1);
    const { session_id } = (await first.json()) as { session_id: string };
    for (let n = 0; n < 10; n += 1) {
      expect((await client.post('/chat', { message: 'Hi' }, key)).status).toBe(200);
      expect((await client.get(`/chat/history/${session_id}`)).status).toBe(200);
      expect((await client.post('/chat', '{')).status).toBe(400);
    }
    const stream = await client.post('/chat/stream', { message: 'Again', session_id });
    expect(remaining(stream)).toBe(PER_MINUTE - 2);
    await stream.text();
  });
});

describe('what is left', () => {
  test('is told to the caller as the headers of a turn tell it, from any instance, and asking costs nothing', async () => {
    const limits = { RATE_LIMIT_PER_MINUTE: String(PER_MINUTE), TOKEN_LIMIT_PER_DAY: '100000' };
    const [client, other] = (await start(2, limits)) as [Client, Client];
    const turn = await client.post('/chat', { message: 'Hi' });
    const { usage } = (await turn.json()) as { usage: { total_tokens: number } };
    for (let n = 0; n < 6 * PER_MINUTE; n += 1) {
      const response = await other.get('/chat/usage');
      expect(response.headers.get('ratelimit-policy')).toBe(turn.headers.get('ratelimit-policy'));
      const used = usage.total_tokens;
      const day = { limit: 100_000, used, reserved: 0, remaining: 100_000 - used, reset_seconds: expect.any(Number) };
      const told = {
        requests: {
          limit: PER_MINUTE,
          window_seconds: 60,
          remaining: PER_MINUTE - 1,
          next_seconds: 0,
          reset_seconds: expect.any(Number),
        },
        tokens: { day },
      };
      const body = (await response.json()) as typeof told;
      expect(body).toEqual(told);
      const states = [`"requests";r=${body.requests.remaining};t=${body.requests.reset_seconds}`];
      states.push(`"tokens-per-day";r=${body.tokens.day.remaining};t=${body.tokens.day.reset_seconds}`);
      expect(response.headers.get('ratelimit')).toBe(states.join(', '));
    }
    for (let n = 1; n < PER_MINUTE; n += 1) await client.chat({ message: 'More' });
    const nextSeconds = async () => {
      const { requests } = (await (await other.get('/chat/usage')).json()) as {
        requests: { remaining: number; next_seconds: number };
      };
      expect(requests.remaining).toBe(0);
      return requests.next_seconds;
    };
    const before = await nextSeconds();
    const refused = await client.post('/chat', { message: 'Too many' });
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeLessThanOrEqual(before);
    expect(retryAfter).toBeGreaterThanOrEqual(await nextSeconds());
  });

  test('takes one script that writes nothing', async () => {
    const limits = { RATE_LIMIT_PER_MINUTE: '6', TOKEN_LIMIT_PER_MINUTE: '100000', TOKEN_LIMIT_PER_DAY: '100000' };
    const [client] = (await start(1, limits)) as [Client];
    await client.chat({ message: 'Hi' });
    await client.get('/chat/usage');
    const monitor = await raw.monitor();
    const seen: { command: string; isScript: boolean }[] = [];
    monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
      seen.push({ command: command.toLowerCase(), isScript: source === 'lua' });
    });
    expect((await client.get('/chat/usage')).status).toBe(200);
    await raw.echo('mark');
    await eventually(() => seen.some(({ command }) => command === 'echo'));
    monitor.disconnect();
    const asked = seen.filter(({ command }) => command !== 'echo');
    expect(asked.filter(({ isScript }) => !isScript).map(({ command }) => command)).toEqual(['evalsha']);
    for (const { command } of asked) expect(['evalsha', 'time', 'get', 'hmget', 'zrangebyscore']).toContain(command);
  });

  test('is nothing where nothing is limited', async () => {
    const [client] = (await start(1, {})) as [Client];
    const response = await client.get('/chat/usage');
    expect([await response.json(), response.headers.get('ratelimit')]).toEqual([{}, null]);
  });
});

describe('a limit of tokens', () => {
  test('holds back the largest cost of a turn, settles with the real one, and gives back what the model refused', async () => {
    const [client] = (await start(1, { TOKEN_LIMIT_PER_DAY: '4000', MAX_CONTEXT_TOKENS: '3000' })) as [Client];
    const usage = { prompt_tokens: 1000, completion_tokens: 2800 };
    upstream.enqueue({ status: 500 }, { status: 500 }, { status: 500 });
    expect((await client.post('/chat', { message: 'Fail' })).status).toBe(502);
    upstream.enqueue({ deltas: ['costly'], usage });
    const first = await client.post('/chat', { message: 'Costly' });
    expect(first.status).toBe(200);
    const second = await client.post('/chat', { message: 'No more' });
    expect(second.status).toBe(429);
    expect(await second.json()).toMatchObject({ code: 'token-limit-exceeded', retryable: true });
    expect(second.headers.get('ratelimit')).toMatch(/^"tokens-per-day";r=200;t=\d+$/);
    const untilMidnight = Number(second.headers.get('retry-after'));
    expect(untilMidnight).toBeGreaterThan(0);
    expect(untilMidnight).toBeLessThanOrEqual(86_400);
    const [owner] = await raw.keys('chat:*:reservations');
    expect(owner).toBeUndefined();
  });
});
