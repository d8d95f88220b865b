import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisCluster } from '../redis/redis-cluster.ts';
import { Client } from './client.ts';

let cluster: RedisCluster;
let host: LocalHost;
beforeAll(async () => {
  cluster = await RedisCluster.start();
  host = await startHost({ env: { REDIS_URL: cluster.url, REDIS_CLUSTER: 'true', TURN_LEASE_SECONDS: '1' } });
});
afterAll(async () => {
  await host?.stop();
  await cluster?.stop();
});

/** Any key of the one caller that there is: all of a caller's are in one slot, and readiness writes a key in another. */
async function aKey(): Promise<string> {
  for (const node of cluster.nodes) {
    const redis = new Redis(node.url);
    const [key] = await redis.keys('chat:{*');
    redis.disconnect();
    if (key !== undefined) return key;
  }
  throw new Error('nothing is stored');
}

test('while a slot is moved to another node, no turn is lost or doubled', { timeout: 60_000 }, async () => {
  const client = new Client(host.url);
  const { session_id } = await client.chat({ message: 'turn 0' });
  const refusals = new Set<string>();
  let turns = 1;
  let moving = true;
  const talking = (async () => {
    while (moving || turns < 5) {
      const key = { 'idempotency-key': randomUUID() };
      for (;;) {
        const response = await client.post('/chat', { session_id, message: `turn ${turns}` }, key);
        const answer = (await response.json()) as { code?: string; session_id?: string };
        if (response.status === 200) {
          expect(answer.session_id).toBe(session_id);
          break;
        }
        refusals.add(String(answer.code));
      }
      turns += 1;
    }
  })();
  try {
    const key = await aKey();
    for (let move = 0; move < 3; move += 1) await cluster.moveSlotOf(key);
  } finally {
    moving = false;
    await talking;
  }
  const asked = (await client.history(session_id)).filter(({ role }) => role === 'user').map(({ content }) => content);
  expect(asked).toEqual(Array.from({ length: turns }, (_, n) => `turn ${n}`));
  for (const code of refusals)
    expect(['store-unavailable', 'session-busy', 'turn-in-progress', 'turn-lost']).toContain(code);
});
