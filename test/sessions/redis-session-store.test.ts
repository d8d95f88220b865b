import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis-session-store.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { sessionStoreContract } from './session-store-contract.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

const place = () => ({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const });
sessionStoreContract('redis', async (rules) => new RedisSessionStore(new RedisConnection(place()), rules));

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
