import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import type { SessionRules, TurnClaim } from '../../shared/conversation/ports/session-store.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { betweenTurnsContract } from './between-turns-contract.ts';
import { branchesContract } from './branches-contract.ts';
import { sessionStoreContract } from './session-store-contract.ts';
import { summariesContract } from './summaries-contract.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

const place = () => ({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const });
const open = async (rules: SessionRules) => new RedisSessionStore(new RedisConnection(place()), rules);
sessionStoreContract('redis', open);
branchesContract('redis', open);
betweenTurnsContract('redis', open);
summariesContract('redis', open);

test('a reservation that ended on an earlier day counts no more, one that ended today until its holder wakes', async () => {
  const redis = new Redis(server.url);
  const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 100_000 };
  const store = new RedisSessionStore(new RedisConnection(place()), { sessionSeconds: 3600, leaseSeconds: 10, limits });
  const owner = randomUUID();
  const claimOf = (turnId: string, reserved: number): TurnClaim => {
    return { owner, sessionId: randomUUID(), turnId, isFirst: true, idempotency: undefined, reserved };
  };
  const ending: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
  const settle = (claim: TurnClaim, spent: number) => store.abandon(claim, ending, { position: 0, blocks: [] }, spent);
  const used = async () => {
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
    await settle({ ...claimOf(turnId, begun.reserved), sessionId: begun.sessionId }, 0);
    return 100_000 - (begun.limits[0]?.remaining ?? 0) - begun.reserved;
  };
  const today = Math.floor(Number((await redis.time())[0]) / 86_400) * 86_400_000;
  const reservations = `chat:{${owner}}:reservations`;
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
