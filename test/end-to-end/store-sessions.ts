import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { sessionKeys } from '../../shared/sessions/redis/session-keys.ts';

/** Far below what a session may hold. */
const TURNS = 17;
const CONTENT = 'x'.repeat(30_000);

/** Puts as many sessions of about 1 MB into Redis as if turns had made them. */
export async function storeSessions(redis: Redis, owner: string, count: number): Promise<string[]> {
  const keys = sessionKeys(owner);
  const ids = Array.from({ length: count }, () => randomUUID());
  const timestamp = new Date().toISOString();
  const messages = Array.from({ length: TURNS }, (_, turn) =>
    ['user', 'assistant'].map((role, side) =>
      JSON.stringify({ id: `t${turn}-${2 * turn + side}`, role, content: CONTENT, timestamp, turn_id: `t${turn}` }),
    ),
  ).flat();
  for (const id of ids) {
    const fields = { assistant: 'default', title: 't', created: Date.now(), updated: Date.now(), turns: TURNS };
    await redis
      .pipeline()
      .hset(keys.session(id), fields)
      .rpush(keys.messages(id), ...messages)
      .zadd(keys.index, Date.now(), id)
      .exec();
  }
  return ids;
}
