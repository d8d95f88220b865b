import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { Conversation, OWNER, rules } from '../conversation/conversation.ts';
import { deployment } from '../models/deployment.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

let server: RedisServer;
let redis: Redis;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
  await upstream?.stop();
});
beforeEach(() => redis.flushall());

const prefix = `chat:{${OWNER}}:`;
const keys = async () => (await redis.keys(`${prefix}*`)).map((key) => key.slice(prefix.length)).sort();

/** A connection that breaks after so many steps. */
class BreakingConnection extends RedisConnection {
  steps = Number.POSITIVE_INFINITY;
  /** Happens before a step. */
  before = async () => {};

  override async run<T>(commands: Parameters<typeof RedisConnection.prototype.run<T>>[0]): Promise<T> {
    if (this.steps <= 0) throw new Error('broken');
    await this.before();
    this.steps -= 1;
    return super.run(commands);
  }
}

function converse() {
  const connection = new BreakingConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' });
  const store = new RedisSessionStore(connection, rules);
  return { connection, store, conversation: new Conversation(deployment('chat', upstream), { store }) };
}

test('an erasure finds old sessions, whose turns are on no list of what was begun any more', async () => {
  const { store, conversation } = converse();
  await conversation.talk('Hi');
  await redis.del(`${prefix}begun`);
  await store.erase(OWNER);
  expect(await keys()).toEqual([]);
  await store.close();
});

test('an erasure that breaks off has hidden what it was to erase on lists that end, and the next one goes on', async () => {
  const { connection, store, conversation } = converse();
  await conversation.talk('Hi', { idempotency: { key: 'k', fingerprint: 'f' } });
  connection.steps = 1;
  await expect(store.erase(OWNER)).rejects.toThrow('broken');
  connection.steps = Number.POSITIVE_INFINITY;
  const doomed = (await keys()).filter((key) => key.startsWith('doomed:'));
  expect(doomed).toHaveLength(2);
  for (const list of doomed) expect(await redis.pttl(prefix + list)).toBeGreaterThan(86_400_000);
  expect(await store.scan(OWNER)).toEqual({ sessions: [], cursor: undefined });
  await conversation.talk('Hi');
  await store.erase(OWNER);
  expect(await keys()).toEqual([]);
  await store.close();
});

test('an erasure leaves the key of a turn alone that began meanwhile, but for its session that was to be erased', async () => {
  const { connection, store, conversation } = converse();
  const asked = { idempotency: { key: 'k', fingerprint: 'f' } };
  await conversation.talk('Hi', asked);
  const { sessionId } = await conversation.talk('Hi');
  let again: { turnId: string; sessionId: string } | undefined;
  let steps = 0;
  connection.before = async () => {
    steps += 1;
    // The lists are set aside, and nothing is erased yet.
    if (steps !== 2) return;
    await redis.del(`${prefix}key:k`);
    const meanwhile = converse();
    again = await meanwhile.conversation.talk('Again', asked);
    await meanwhile.conversation.talk('More', { sessionId });
    await meanwhile.store.close();
  };
  await store.erase(OWNER);
  expect((await conversation.talk('Again', asked)).turnId).toBe(again?.turnId);
  expect(await redis.zrange(`${prefix}sessions`, 0, '-1')).toEqual([again?.sessionId]);
  await store.close();
});
