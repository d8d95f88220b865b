import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import type { Limits } from '../../shared/conversation/limits.ts';
import type { SessionRules } from '../../shared/conversation/ports/session-store.ts';
import type { TurnClaim } from '../../shared/conversation/ports/turn-steps.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { eventually } from '../eventually.ts';
import { passTime } from '../redis/pass-time.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { inOneDay, inOneMinute } from '../time-windows.ts';
import { storeContracts } from './store-contracts.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

const place = () => ({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const });
const open = async (rules: SessionRules) => new RedisSessionStore(new RedisConnection(place()), rules);
beforeEach(inOneDay);
storeContracts('redis', { open, pass: (_, ms) => passTime([server.url], ms) });

/** An owner of a store with limits, whose reservations can be looked at. */
function limited(limits: Partial<Limits>) {
  const redis = new Redis(server.url);
  const store = new RedisSessionStore(new RedisConnection(place()), {
    ...{ sessionSeconds: 3600, leaseSeconds: 10 },
    limits: { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0, ...limits },
  });
  const owner = randomUUID();
  const claimOf = (turnId: string, reserved: number): TurnClaim => {
    return { owner, sessionId: randomUUID(), turnId, isFirst: true, idempotency: undefined, reserved };
  };
  const ending: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
  const settle = (claim: TurnClaim, spent: number) => store.abandon(claim, ending, { position: 0, blocks: [] }, spent);
  const begin = async () => {
    const turnId = randomUUID();
    const begun = await store.begin({
      owner,
      turnId,
      sessionId: undefined,
      newSessionId: randomUUID(),
      assistant: undefined,
      defaultAssistant: 'default',
      offers: new Map([['default', { room: 1000, fixed_tokens: 100, output_tokens: 500 }]]),
      messageTokens: 5,
      askedAt: Date.now(),
      idempotency: undefined,
    });
    if (begun.outcome !== 'begun') throw new Error(begun.outcome);
    return { claim: { ...claimOf(turnId, begun.reserved), sessionId: begun.sessionId }, begun };
  };
  /** What is counted in the first of its windows. */
  const used = async () => {
    const { claim, begun } = await begin();
    await settle(claim, 0);
    const [{ quota = 0, remaining = 0 } = {}] = begun.limits;
    return quota - remaining - begun.reserved;
  };
  /** Milliseconds since 1970, by its clock. */
  const now = async () => {
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1000 + Number(microseconds) / 1000;
  };
  return { redis, store, claimOf, settle, begin, used, now, reservations: `chat:{${owner}}:reservations`, owner };
}

test('a reservation that ended on an earlier day counts no more, one that ended today until its holder wakes', async () => {
  const { redis, store, claimOf, settle, used, now, reservations, owner } = limited({ tokens_per_day: 100_000 });
  const today = Math.floor((await now()) / 86_400_000) * 86_400_000;
  await redis.zadd(reservations, today - 1, 'yesterday:1000', today, 'midnight:200');
  await settle(claimOf('yesterday', 1000), 1000);
  expect(await redis.exists(`chat:{${owner}}:tokens`)).toBe(0);
  await redis.zadd(reservations, today - 1, 'yesterday:1000');
  expect(await used()).toBe(200);
  expect(await redis.zrange(reservations, '0', '-1')).toEqual(['midnight:200']);
  await settle(claimOf('midnight', 200), 30);
  expect(await used()).toBe(30);
  expect(await redis.exists(reservations)).toBe(0);
  await store.close();
  redis.disconnect();
});

test('a reservation that ended in an earlier minute counts no more in this one, whatever its turn did cost', async () => {
  const { redis, store, claimOf, settle, used, now, reservations } = limited({ tokens_per_minute: 100_000 });
  await inOneMinute();
  const minute = Math.floor((await now()) / 60_000) * 60_000;
  await redis.zadd(reservations, minute - 1, 'earlier:1000', minute, 'now:200');
  expect(await used()).toBe(200);
  await settle(claimOf('earlier', 1000), 1000);
  expect(await used()).toBe(200);
  await settle(claimOf('now', 200), 30);
  expect(await used()).toBe(30);
  await store.close();
  redis.disconnect();
});

test('a reservation ends with its lease, to the millisecond, also when that is renewed', async () => {
  const { redis, store, begin, now, reservations } = limited({ tokens_per_day: 100_000 });
  const end = async () => Number((await redis.zrange(reservations, '0', '-1', 'WITHSCORES'))[1]);
  const starts = [await now()];
  const { claim } = await begin();
  const ends = [await end()];
  const latest = [await now()];
  await sleep(20);
  starts.push(await now());
  await store.extend(claim, { position: 0, blocks: [] });
  ends.push(await end());
  latest.push(await now());
  for (const [step, ended] of ends.entries()) {
    expect(ended).toBeGreaterThanOrEqual(Math.floor(starts[step] as number) + 10_000);
    expect(ended).toBeLessThanOrEqual((latest[step] as number) + 10_000);
  }
  await store.close();
  redis.disconnect();
});

test('an erasure leaves no key behind but what was used of the limits, also one that another had broken off', async () => {
  const redis = new Redis(server.url);
  const limits = { requests_per_minute: 1000, tokens_per_minute: 1_000_000, tokens_per_day: 0 };
  const rules = { sessionSeconds: 3600, leaseSeconds: 10, limits };
  const store = new RedisSessionStore(new RedisConnection(place()), rules);
  const owner = randomUUID();
  const begin = (idempotency: { key: string; fingerprint: string } | undefined) =>
    store.begin({
      owner,
      turnId: randomUUID(),
      sessionId: undefined,
      newSessionId: randomUUID(),
      assistant: undefined,
      defaultAssistant: 'default',
      offers: new Map([['default', { room: 1000, fixed_tokens: 100, output_tokens: 500 }]]),
      messageTokens: 5,
      askedAt: Date.now(),
      idempotency,
    });
  for (let n = 0; n < 120; n += 1) await begin({ key: randomUUID(), fingerprint: 'f' });
  // As an erasure leaves it whose process ended after its first step.
  await redis.rename(`chat:{${owner}}:begun`, `chat:{${owner}}:doomed:begun`);
  for (let n = 0; n < 120; n += 1) await begin(undefined);
  expect((await redis.keys(`chat:{${owner}}:*`)).length).toBeGreaterThan(500);
  await store.erase(owner);
  const kinds = (await redis.keys(`chat:{${owner}}:*`)).map((key) => key.slice(`chat:{${owner}}:`.length));
  expect(kinds.sort()).toEqual(['rate', 'reservations']);
  await store.close();
  redis.disconnect();
});

test('a Redis that is full cannot be used', async () => {
  const full = await RedisServer.start('--maxmemory', '1');
  const store = new RedisSessionStore(new RedisConnection({ ...place(), url: full.url }), {
    ...{ sessionSeconds: 3600, leaseSeconds: 10 },
    limits: { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 },
  });
  await expect(store.ping()).rejects.toMatchObject({ code: 'store-unavailable' });
  await store.close();
  await full.stop();
});

test('a store that is closed leaves no connection behind', async () => {
  const redis = new Redis(server.url);
  const clients = async () => Number(/connected_clients:(\d+)/.exec(await redis.info('clients'))?.[1]);
  // Those of the tests before are gone by then, but for this one's own.
  const before = await eventually(async () => (await clients()) === 1 && 1);
  // It is opened at the first use.
  const store = new RedisSessionStore(new RedisConnection(place()), {
    ...{ sessionSeconds: 3600, leaseSeconds: 10 },
    limits: { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 },
  });
  expect(await clients()).toBe(before);
  await store.ping();
  expect(await clients()).toBe(before + 1);
  await store.close();
  await eventually(async () => (await clients()) === before);
  redis.disconnect();
});
