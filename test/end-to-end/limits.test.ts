import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client } from './client.ts';

const PER_MINUTE = 6;

let redis: RedisServer;
let raw: Redis;
let upstream: ScriptedUpstream;
let hosts: LocalHost[] = [];

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  raw = new Redis(redis.url);
});
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
      Array.from({ length: 4 * PER_MINUTE }, (_, n) => (clients[n % 2] as Client).post('/chat', { message: `${n}` })),
    );
    const admitted = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([admitted.length, refused.length]).toEqual([PER_MINUTE, 3 * PER_MINUTE]);
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
