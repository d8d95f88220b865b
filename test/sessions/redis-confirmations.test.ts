import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { Conversation, OWNER, rules, toFirstToken } from '../conversation/conversation.ts';
import { deployment } from '../models/deployment.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

/** A connection that counts how often replicas were waited for, and for which owner. */
class WatchedConnection extends RedisConnection {
  waited: string[] = [];

  override replicated(key: string, cuts: number): Promise<void> {
    this.waited.push(key);
    return super.replicated(key, cuts);
  }
}

let server: RedisServer;
let upstream: ScriptedUpstream;
let connection: WatchedConnection;
let conversation: Conversation;
beforeAll(async () => {
  server = await RedisServer.start();
  upstream = await ScriptedUpstream.start();
  connection = new WatchedConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' });
  const store = new RedisSessionStore(connection, rules);
  conversation = new Conversation(deployment('chat', upstream), { store });
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
  await upstream?.stop();
});

const idempotency = () => ({ key: randomUUID(), fingerprint: 'f' });
async function waits(step: () => Promise<unknown>): Promise<number> {
  connection.waited = [];
  await step();
  for (const key of connection.waited) expect(key).toBe(`chat:{${OWNER}}:replicated`);
  return connection.waited.length;
}

test('replicas have a turn before anybody takes it for stored: its caller, one who repeats it, one who follows it', async () => {
  const asked = { idempotency: idempotency() };
  expect(await waits(() => conversation.talk('Hi', asked))).toBe(1);
  const { sessionId } = await conversation.talk('Hi', asked);
  expect(await waits(() => conversation.store.follow(OWNER, sessionId, undefined, 0))).toBe(1);
  await conversation.talk('More', { sessionId });
  // Its replay is gone: it is told from the session.
  expect(await waits(() => conversation.talk('Hi', asked))).toBe(1);
});

test('nobody waits for replicas of a turn that runs, or that was not stored', async () => {
  const redis = new Redis(server.url);
  const asked = { idempotency: idempotency() };
  const { sessionId } = await conversation.talk('Hi');
  upstream.enqueue({ deltas: ['a', upstream.gate()] });
  let turn: Awaited<ReturnType<typeof toFirstToken>> | undefined;
  const running = await waits(async () => {
    turn = await toFirstToken(conversation.take('More', { sessionId, ...asked }));
    await toFirstToken(conversation.take('More', { sessionId, ...asked }));
  });
  expect(running).toBe(0);
  await redis.del(`chat:{${OWNER}}:session:${sessionId}`);
  await conversation.store.stop(OWNER, sessionId);
  const lost = await waits(() => expect(turn?.rest()).rejects.toMatchObject({ code: 'turn-lost' }));
  expect(lost).toBe(0);
  redis.disconnect();
});
