import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import type { JournalEntry } from '../../shared/conversation/ports/journal.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { commitOf, nothing, turnsOn } from './turns-on.ts';

const DAY_MS = 86_400_000;
const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const result: JournalEntry = { type: 'result', step: 1, result: { status: 'ok', text: 'done', ms: 1 } };

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function open(sessionSeconds: number) {
  const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
  const connection = new RedisConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' });
  return new RedisSessionStore(connection, { sessionSeconds, leaseSeconds: 10, limits });
}

const keyOf = (owner: string, kind: string, id: string) => `chat:{${owner}}:${kind}:${id}`;

test.each([
  ['an hour, as its session', 3600, 3600_000],
  ['a day, as its key, where its session is kept for longer', 400 * 86_400, DAY_MS],
])('a journal is kept for %s, and its key for a day', async (_, sessionSeconds, ms) => {
  const store = open(sessionSeconds);
  const { begin } = turnsOn(() => store);
  const owner = randomUUID();
  const idempotency = { key: randomUUID(), fingerprint: 'f' };
  const [claim] = await begin(owner, { idempotency });
  await store.extend(claim, nothing, { position: 0, entries: [result] });
  await store.extend(claim, nothing);
  await store.abandon({ ...claim, journalName: claim.turnId }, broken, nothing, 0);
  const [journal, record] = [keyOf(owner, 'journal', claim.sessionId), keyOf(owner, 'key', idempotency.key)];
  expect(ms - (await redis.pttl(journal))).toBeLessThan(5000);
  expect(DAY_MS - (await redis.pttl(record))).toBeLessThan(5000);
  // Whoever erases all that is the owner's finds it for as long, though there is no session.
  const listed = Number(await redis.zscore(`chat:{${owner}}:begun`, `lease:${claim.sessionId}`));
  expect(listed - Date.now()).toBeGreaterThan(ms);
  await store.erase(owner);
  expect(await redis.keys(`chat:{${owner}}:*`)).toEqual([]);
  await store.close();
});

test('a journal has no text in the record of its key, and leaves nothing behind once its turn is stored', async () => {
  const store = open(3600);
  const { begin } = turnsOn(() => store);
  const owner = randomUUID();
  const idempotency = { key: randomUUID(), fingerprint: 'f' };
  const [claim, begun] = await begin(owner, { idempotency });
  await store.extend(claim, nothing, { position: 0, entries: [result] });
  const record = await redis.hgetall(keyOf(owner, 'key', idempotency.key));
  const { sessionId: session, turnId: turn } = claim;
  expect(record).toEqual({ fingerprint: 'f', session, turn, journal: turn });
  await store.commit({ ...claim, journalName: turn }, commitOf(claim, begun));
  expect(await redis.exists(keyOf(owner, 'journal', session))).toBe(0);
  await store.close();
});

test('a turn that calls nothing costs the two steps that it cost, and no key more', async () => {
  const store = open(3600);
  const { turn } = turnsOn(() => store);
  const owner = randomUUID();
  await turn(owner);
  const kinds = (await redis.keys(`chat:{${owner}}:*`)).map((key) => key.split(':')[2]).sort();
  expect(kinds).toEqual(['begun', 'messages', 'replay', 'session', 'sessions', 'turns']);
  await store.close();
});
