import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import type { BeginRequest } from '../../shared/conversation/ports/turn-steps.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { commitOf, finished, nothing, turnsOn } from './turns-on.ts';

const LEASE_MS = 10_000;
const TEN_MINUTES = 600_000;
const DAY = 86_400_000;
const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };

let server: RedisServer;
let redis: Redis;
let store: RedisSessionStore;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
  store = new RedisSessionStore(
    new RedisConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' }),
    {
      ...{ sessionSeconds: 3600, leaseSeconds: LEASE_MS / 1000 },
      limits: { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 100_000 },
    },
  );
});
afterAll(async () => {
  await store?.close();
  redis?.disconnect();
  await server?.stop();
});

const { request, begin, turn } = turnsOn(() => store);

/** A session of two turns, one of them rated. */
async function session(owner: string) {
  const { sessionId, turnId } = await turn(owner, {}, '0');
  const { turnId: last } = await turn(owner, { sessionId }, '1');
  await store.rate(owner, sessionId, turnId, { rating: 'up' });
  return { sessionId, turnIds: [turnId, last] };
}

/** Of all keys with this id their kind, what they hold, to the byte, and until when (ms) they are kept. */
async function keysOf(owner: string, id: string) {
  const keys = (await redis.keys(`chat:{${owner}}:*:${id}`)).sort();
  return Promise.all(
    keys.map(async (key) => {
      const [bytes, until] = [await redis.dumpBuffer(key), await redis.pexpiretime(key)];
      return { kind: key.split(':')[2], bytes: bytes?.toString('base64'), until };
    }),
  );
}

const kinds = async (owner: string, id: string) => (await keysOf(owner, id)).map(({ kind }) => kind);

/** The longest that any key with this id is kept, in ms from now. */
async function longest(owner: string, id: string): Promise<number> {
  const ttls = (await keysOf(owner, id)).map(({ until }) =>
    until < 0 ? Number.POSITIVE_INFINITY : until - Date.now(),
  );
  return Math.max(...ttls);
}

test.each<[string, Partial<BeginRequest>]>([
  ['a fork', { fork: 'yes' }],
  ['a fork that is made where it is needed', { fork: 'if-moved' }],
  ['an ephemeral turn', { isEphemeral: true, fork: 'if-moved' }],
])('%s changes no byte of its source, and no time', async (_, more) => {
  const owner = randomUUID();
  const { sessionId, turnIds } = await session(owner);
  const before = await keysOf(owner, sessionId);
  expect(before.map(({ kind }) => kind)).toEqual(['messages', 'replay', 'session', 'turns']);
  for (const end of ['commit', 'abandon'] as const) {
    const [claim, begun] = await begin(owner, { sessionId, after: turnIds[0], ...more });
    await store.extend(claim, { position: 0, blocks: [['said']] });
    if (end === 'commit' && !more.isEphemeral) await store.commit(claim, commitOf(claim, begun));
    await store.abandon(claim, finished, nothing, 0);
    expect(await keysOf(owner, sessionId)).toEqual(before);
  }
});

test('a fork is a session like any: what it consists of, and for how long', async () => {
  const owner = randomUUID();
  const { sessionId, turnIds } = await session(owner);
  const fork = await turn(owner, { sessionId, after: turnIds[0], fork: 'yes' }, '1');
  expect(await kinds(owner, fork.sessionId)).toEqual(await kinds(owner, sessionId));
  const prefix = `chat:{${owner}}`;
  expect(await redis.lrange(`${prefix}:messages:${fork.sessionId}`, 0, 1)).toEqual(
    await redis.lrange(`${prefix}:messages:${sessionId}`, 0, 1),
  );
  expect(await redis.hgetall(`${prefix}:turns:${sessionId}`)).toEqual({
    [turnIds[0] as string]: '0{"rating":"up"}',
    [turnIds[1] as string]: '2',
  });
  expect(await redis.hgetall(`${prefix}:turns:${fork.sessionId}`)).toEqual({
    [turnIds[0] as string]: '0',
    [fork.turnId]: '2',
  });
  for (const { until } of await keysOf(owner, fork.sessionId)) {
    expect(until - Date.now()).toBeGreaterThan(3_590_000);
    expect(until - Date.now()).toBeLessThanOrEqual(3_600_000);
  }
});

test('a fork that fails leaves no key but what late joiners learn of its end', async () => {
  const owner = randomUUID();
  const { sessionId, turnIds } = await session(owner);
  const [claim] = await begin(owner, { sessionId, after: turnIds[1], fork: 'yes' });
  expect(await kinds(owner, claim.sessionId)).toEqual(['lease', 'messages', 'running', 'turns']);
  await store.abandon(claim, broken, nothing, 0);
  expect(await kinds(owner, claim.sessionId)).toEqual(['running']);
  expect(await longest(owner, claim.sessionId)).toBeLessThanOrEqual(300_000);
});

test('a fork whose holder died leaves nothing for longer than ten minutes, and whoever erases finds it', async () => {
  const owner = randomUUID();
  const { sessionId, turnIds } = await session(owner);
  const [dead] = await begin(owner, { sessionId, after: turnIds[1], fork: 'yes' });
  await redis.del(`chat:{${owner}}:lease:${dead.sessionId}`);
  expect(await longest(owner, dead.sessionId)).toBeLessThanOrEqual(TEN_MINUTES);
  await store.abandon(dead, broken, nothing, 0);
  expect(await kinds(owner, dead.sessionId)).toEqual(['messages', 'running', 'turns']);
  await store.erase(owner);
  expect(await kinds(owner, dead.sessionId)).toEqual([]);
});

test('a fork whose copy is gone is not stored without it', async () => {
  const owner = randomUUID();
  const { sessionId, turnIds } = await session(owner);
  const [claim, begun] = await begin(owner, { sessionId, after: turnIds[1], fork: 'yes' });
  await redis.del(`chat:{${owner}}:messages:${claim.sessionId}`);
  expect(await store.commit(claim, commitOf(claim, begun))).toBe('lost');
});

test('a fork that begins again where the answer was lost copies once; without its source it is refused', async () => {
  const owner = randomUUID();
  const { sessionId, turnIds } = await session(owner);
  const asked = request(owner, { sessionId, after: turnIds[0], fork: 'yes' });
  const first = await store.begin(asked);
  expect(await store.begin(asked)).toMatchObject({ ...first, limits: expect.any(Array) });
  expect(await redis.llen(`chat:{${owner}}:messages:${asked.newSessionId}`)).toBe(2);
  await store.delete(owner, sessionId);
  expect(await store.begin(asked)).toEqual({ outcome: 'unknown-turn' });
});

test('what an ephemeral turn said is kept for ten seconds beyond its end, and beyond its lease where its holder died', async () => {
  const owner = randomUUID();
  const [ended] = await begin(owner, { isEphemeral: true });
  const [dead] = await begin(owner, { isEphemeral: true });
  expect(await longest(owner, dead.sessionId)).toBeLessThanOrEqual(LEASE_MS + 10_000);
  for (const claim of [ended, dead]) await store.extend(claim, { position: 0, blocks: [['said']] });
  expect(await longest(owner, dead.sessionId)).toBeLessThanOrEqual(LEASE_MS + 10_000);
  await store.abandon(ended, finished, nothing, 0);
  expect(await kinds(owner, ended.sessionId)).toEqual(['running']);
  expect(await longest(owner, ended.sessionId)).toBeLessThanOrEqual(10_000);
});

test('the record of a caller who sends no key is kept for ten minutes, and no other record for less because of it', async () => {
  const owner = randomUUID();
  const key = { key: randomUUID(), fingerprint: 'f' };
  const implicit = { key: randomUUID(), fingerprint: '', implicit: 'first' as const };
  await turn(owner, { idempotency: key });
  const begunList = `chat:{${owner}}:begun`;
  expect(await redis.pttl(begunList)).toBeGreaterThan(DAY);
  const claim = await turn(owner, { idempotency: implicit });
  const kept = await redis.pttl(`chat:{${owner}}:key:${implicit.key}`);
  expect(kept).toBeGreaterThan(TEN_MINUTES - 10_000);
  expect(kept).toBeLessThanOrEqual(TEN_MINUTES);
  expect(await redis.pttl(`chat:{${owner}}:key:${key.key}`)).toBeGreaterThan(DAY - 10_000);
  // The list by which whoever erases finds both.
  expect(await redis.pttl(begunList)).toBeGreaterThan(DAY);
  expect(claim.idempotency).toEqual(implicit);
  await store.erase(owner);
  expect(await redis.keys(`chat:{${owner}}:key:*`)).toEqual([]);
});

test('the record of a later turn is neither shortened nor written by the older one that shares its key', async () => {
  const owner = randomUUID();
  const idempotency = { key: randomUUID(), fingerprint: '', implicit: 'first' as const };
  const [older, begun] = await begin(owner, { idempotency });
  const later = await turn(owner, { idempotency });
  const record = `chat:{${owner}}:key:${idempotency.key}`;
  const before = [await redis.hgetall(record), await redis.pexpiretime(record)];
  expect(before[0]).toMatchObject({ turn: later.turnId, ambiguous: '1' });
  await store.extend(older, nothing);
  await store.commit(older, commitOf(older, begun));
  await store.abandon(older, broken, nothing, 0);
  expect([await redis.hgetall(record), await redis.pexpiretime(record)]).toEqual(before);
});

test('a turn that was stored before positions were kept is found wherever it stands', async () => {
  const owner = randomUUID();
  const first = await turn(owner, {}, '0');
  const { sessionId } = first;
  const turnIds = [first.turnId];
  for (let n = 1; n < 130; n += 1) turnIds.push((await turn(owner, { sessionId }, String(n))).turnId);
  await redis.hset(`chat:{${owner}}:turns:${sessionId}`, ...turnIds.flatMap((turnId) => [turnId, '']));
  for (const [n, turnId] of turnIds.entries()) {
    expect(await store.readTurn(owner, sessionId, turnId)).toMatchObject({ answer: { content: String(n) } });
  }
  const fork = await turn(owner, { sessionId, after: turnIds[77], fork: 'yes' }, 'else');
  const positions = await redis.hgetall(`chat:{${owner}}:turns:${fork.sessionId}`);
  const expected = turnIds.slice(0, 78).map((turnId, n) => [turnId, String(2 * n)]);
  expect(positions).toEqual(Object.fromEntries([...expected, [fork.turnId, '156']]));
});
