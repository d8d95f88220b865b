import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { Conversation, OWNER, rules, toFirstToken } from '../conversation/conversation.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

let server: RedisServer;
let redis: Redis;
let upstream: ScriptedUpstream;
let conversation: Conversation;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
  upstream = await ScriptedUpstream.start();
  const limits = { requests_per_minute: 20, tokens_per_minute: 100_000, tokens_per_day: 1_000_000 };
  const place = { url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const };
  const limited = { sessionSeconds: 3600, leaseSeconds: 10, limits };
  const store = new RedisSessionStore(new RedisConnection(place), limited);
  conversation = new Conversation(deployment('chat', upstream), { store });
});
afterAll(async () => {
  await conversation?.store.close();
  redis?.disconnect();
  await server?.stop();
  await upstream?.stop();
});
beforeEach(() => redis.flushall());

const HOUR = 3600;
const DAY = 86_400;
/** What a summary may take beyond the lease of its turn. */
const LATE = 25;
const prefix = `chat:{${OWNER}}:`;
const kindOf = (key: string) => key.slice(prefix.length).replace(/:[^:]{36}$/, '');

/** Seconds until each of the owner's keys is gone, by its kind. */
async function seconds(): Promise<Record<string, number>> {
  const keys = await redis.keys(`${prefix}*`);
  const ends = keys.map(async (key) => [kindOf(key), (await redis.pttl(key)) / 1000] as const);
  return Object.fromEntries(await Promise.all(ends));
}

/** Lets each of the owner's keys end in five seconds, all at once: a renewal in between would find some of them as they were. */
async function shorten(): Promise<void> {
  const all = redis.multi();
  for (const key of await redis.keys(`${prefix}*`)) all.pexpire(key, 5000);
  await all.exec();
}

const about = (expected: number) => expect.toSatisfy((left: number) => left > expected - 4 && left <= expected);
const idempotency = () => ({ key: randomUUID(), fingerprint: 'f' });

describe('what a turn has in Redis', () => {
  test('while it runs, ends with its lease, its replay 5 minutes later', async () => {
    upstream.enqueue({ deltas: ['a', upstream.gate()] });
    const startedAt = performance.now();
    const { sessionId, rest } = await toFirstToken(conversation.take('Hi', { idempotency: idempotency() }));
    const ends = await seconds();
    const passed = (performance.now() - startedAt) / 1000;
    expect(ends).toMatchObject({ lease: about(10), key: about(10), running: about(310), rate: about(4) });
    // Until the next request would arrive at an even rate, in 3 s, and no less.
    expect((ends['rate'] ?? 0) + passed).toBeGreaterThan(3);
    expect(ends['reservations']).toEqual(about(10 + LATE + DAY));
    expect(Object.values(ends).every((end) => end > 0)).toBe(true);
    expect(Object.keys(ends).sort()).toEqual(['begun', 'key', 'lease', 'rate', 'reservations', 'running']);
    await conversation.store.stop(OWNER, sessionId);
    await rest();
  });

  test('is renewed while it runs', async () => {
    upstream.enqueue({ deltas: ['a', upstream.gate()] });
    const { sessionId, rest } = await toFirstToken(conversation.take('Hi', { idempotency: idempotency() }));
    await shorten();
    await eventually(async () => ((await seconds())['running'] ?? 0) > 300);
    const ends = await seconds();
    expect(ends).toMatchObject({ lease: about(10), key: about(10), running: about(310) });
    expect(ends['reservations']).toEqual(about(10 + LATE + DAY));
    await conversation.store.stop(OWNER, sessionId);
    await rest();
  });

  test('once it is stored, ends with its session; its key after a day, and what it used', async () => {
    await conversation.talk('Hi', { idempotency: idempotency() });
    const { rate: _, begun, reservations: __, ...ends } = await seconds();
    expect(ends).toEqual({
      ...{
        session: about(HOUR),
        messages: about(HOUR),
        replay: about(HOUR),
        turns: about(HOUR),
        sessions: about(HOUR),
      },
      ...{ key: about(DAY), tokens: about(DAY) },
    });
    // Whoever erases all that is the owner's finds the key for as long as it is there.
    expect(begun).toEqual(about(600 + DAY));
  });

  test('is given its whole time again by the next turn, also by one that fails', async () => {
    const { sessionId } = await conversation.talk('Hi');
    await shorten();
    upstream.enqueue({ status: 500 });
    await expect(conversation.talk('More', { sessionId })).rejects.toMatchObject({ code: 'model-failed' });
    const whole = { session: about(HOUR), messages: about(HOUR), replay: about(HOUR), turns: about(HOUR) };
    expect(await seconds()).toMatchObject(whole);
    await shorten();
    await conversation.talk('More', { sessionId });
    expect(await seconds()).toMatchObject({ ...whole, sessions: about(HOUR) });
  });

  test('once it failed, is how it ended, for 5 minutes', async () => {
    upstream.enqueue({ status: 500 });
    await expect(conversation.talk('Hi', { idempotency: idempotency() })).rejects.toMatchObject({
      code: 'model-failed',
    });
    const { rate: _, begun: __, reservations: ___, tokens: ____, ...ends } = await seconds();
    expect(ends).toEqual({ running: about(300) });
  });

  test('is on a list, by the time after which nothing of it is left, with what is younger than that', async () => {
    const list = `${prefix}begun`;
    await redis.zadd(list, Date.now() - 1, 'lease:old');
    const key = idempotency();
    const { sessionId } = await conversation.talk('Hi', { idempotency: key });
    const left = async (member: string) => (Number(await redis.zscore(list, member)) - Date.now()) / 1000;
    expect(await redis.zcard(list)).toBe(2);
    expect(await left(`lease:${sessionId}`)).toEqual(about(600));
    expect(await left(`key:${key.key}`)).toEqual(about(600 + DAY));
  });

  test('is nothing but its session where no limit is set', async () => {
    const place = { url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const };
    const store = new RedisSessionStore(new RedisConnection(place), rules);
    await new Conversation(deployment('chat', upstream), { store }).talk('Hi');
    const kinds = ['begun', 'messages', 'replay', 'session', 'sessions', 'turns'];
    expect(Object.keys(await seconds()).sort()).toEqual(kinds);
    await store.close();
  });

  test('is not stored where its session is gone meanwhile, as a Redis that is full may have it', async () => {
    const { sessionId, turnId } = await conversation.talk('Hi');
    upstream.enqueue({ deltas: ['a', upstream.gate()] });
    const { rest } = await toFirstToken(conversation.take('More', { sessionId }));
    await redis.del(`${prefix}session:${sessionId}`);
    expect(await conversation.store.rate(OWNER, sessionId, turnId, { rating: 'up' })).toBeUndefined();
    await conversation.store.stop(OWNER, sessionId);
    await expect(rest()).rejects.toMatchObject({ code: 'turn-lost' });
    expect(await redis.exists(`${prefix}session:${sessionId}`)).toBe(0);
  });
});

test('the list of sessions has the microsecond in which each was last talked to', async () => {
  const now = async () => {
    const [seconds, microseconds] = await redis.time();
    return Number(seconds) * 1_000_000 + Number(microseconds);
  };
  const before = await now();
  const { sessionId } = await conversation.talk('Hi');
  const talkedTo = Number(await redis.zscore(`${prefix}sessions`, sessionId));
  expect(talkedTo).toBeGreaterThan(before);
  expect(talkedTo).toBeLessThan(await now());
});

test('a session that was not talked to for twice its time leaves the list of sessions', async () => {
  const list = `${prefix}sessions`;
  const talkedToAgo = (seconds: number) => (Date.now() - seconds * 1000) * 1000;
  await redis.zadd(list, talkedToAgo(2 * HOUR + 60), 'expired');
  await redis.zadd(list, talkedToAgo(2 * HOUR - 60), 'kept');
  const { sessionId } = await conversation.talk('Hi');
  expect(await redis.zrange(list, 0, '-1')).toEqual(['kept', sessionId]);
});

test('sessions that are gone leave the list of sessions where it is read, and a page is filled up with others', async () => {
  const { store } = conversation;
  const ids: string[] = [];
  for (let n = 0; n < 6; n += 1) ids.unshift((await conversation.talk('Hi')).sessionId);
  const [first, second, third, fourth, fifth, sixth] = ids as [string, string, string, string, string, string];
  const read = async (before?: string) => {
    const page = await store.sessions(OWNER, { limit: 2, before });
    return page === 'unknown-page' ? page : { ids: page.items.map(({ id }) => id), hasMore: page.hasMore };
  };
  const gone = (id: string) => redis.del(`${prefix}session:${id}`);
  await gone(second);
  expect((await store.scan(OWNER)).sessions).toHaveLength(5);
  expect(await read()).toEqual({ ids: [first, third], hasMore: true });
  await gone(third);
  await gone(fifth);
  expect(await read()).toEqual({ ids: [first, fourth], hasMore: true });
  expect(await redis.zrange(`${prefix}sessions`, 0, '-1')).toEqual([sixth, fourth, first]);
  expect(await read(fourth)).toEqual({ ids: [sixth], hasMore: false });
});

test('a session without a turn is one key, which ends with it, and its place in the index', async () => {
  const sessionId = randomUUID();
  const items = [{ id: `${randomUUID()}-0`, role: 'user' as const, content: 'Hi' }];
  const { store } = conversation;
  await store.create(OWNER, sessionId, { metadata: { a: 'b' }, items });
  const whole = { session: about(HOUR), sessions: about(HOUR) };
  expect(await seconds()).toEqual({ ...whole, rate: about(4) });
  const more = [{ id: `${randomUUID()}-0`, role: 'user' as const, content: 'More' }];
  for (const use of [
    () => store.describe(OWNER, sessionId, {}),
    () => store.bring(OWNER, sessionId, more),
    () => store.takeBack(OWNER, sessionId, more[0]?.id ?? ''),
  ]) {
    await shorten();
    await use();
    expect(await seconds()).toMatchObject(whole);
  }
});

describe('the list of what is pinned', () => {
  const pinned = () => redis.smembers(`${prefix}pinned`);

  test('ends with its sessions, and is given its whole time by whatever uses one', async () => {
    const { store } = conversation;
    const { sessionId } = await conversation.talk('Hi');
    await store.edit(OWNER, sessionId, { pinned: true });
    expect(await seconds()).toMatchObject({ pinned: about(HOUR), session: about(HOUR) });
    const item = { id: `${randomUUID()}-${2 * 128}`, role: 'user' as const, content: 'More' };
    for (const use of [
      () => conversation.talk('More', { sessionId: randomUUID() }),
      () => store.describe(OWNER, sessionId, {}),
      () => store.bring(OWNER, sessionId, [item]),
      () => store.takeBack(OWNER, sessionId, item.id),
      () => {
        upstream.enqueue({ status: 500 });
        return conversation.talk('More', { sessionId }).catch(() => {});
      },
      () => conversation.talk('More', { sessionId }),
    ]) {
      await shorten();
      await use();
      expect(await seconds()).toMatchObject({ pinned: about(HOUR) });
    }
    // A turn that runs keeps it with its session.
    upstream.enqueue({ deltas: ['a', upstream.gate()] });
    const { rest } = await toFirstToken(conversation.take('More', { sessionId }));
    await shorten();
    await eventually(async () => ((await seconds())['pinned'] ?? 0) > HOUR - 10);
    await store.stop(OWNER, sessionId);
    await rest();
    expect(await pinned()).toEqual([sessionId]);
  });

  test('is not prolonged, nor is the session, by what is pinned, renamed or unpinned on it', async () => {
    const { store } = conversation;
    const { sessionId } = await conversation.talk('Hi');
    await shorten();
    for (const edit of [{ pinned: true }, { title: 'Other' }, { pinned: false }]) {
      await store.edit(OWNER, sessionId, edit);
      expect(await seconds()).toMatchObject({ session: about(5), messages: about(5), sessions: about(5) });
    }
    expect(await pinned()).toEqual([]);
  });

  test('leaves out those that are gone, where it is read, or full', async () => {
    const { store } = conversation;
    const { sessionId } = await conversation.talk('Hi');
    const expired = Array.from({ length: 20 }, () => randomUUID());
    await redis.sadd(`${prefix}pinned`, ...expired);
    expect(await store.edit(OWNER, sessionId, { pinned: true })).toMatchObject({ outcome: 'edited' });
    expect(await pinned()).toEqual([sessionId]);
    await redis.sadd(`${prefix}pinned`, ...expired);
    expect(await store.pinned(OWNER)).toMatchObject([{ id: sessionId }]);
    expect(await pinned()).toEqual([sessionId]);
  });

  test('is left by a session that is deleted, and goes with all that is the owner’s', async () => {
    const { store } = conversation;
    const [one, two] = [await conversation.talk('Hi'), await conversation.talk('Hi')];
    for (const { sessionId } of [one, two]) await store.edit(OWNER, sessionId, { pinned: true });
    await redis.sadd(`${prefix}pinned`, randomUUID());
    await store.delete(OWNER, one.sessionId);
    expect(await pinned()).not.toContain(one.sessionId);
    await store.erase(OWNER);
    expect(await redis.exists(`${prefix}pinned`)).toBe(0);
  });
});

describe('a temporary session', () => {
  const place = () => ({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const });
  /** Keeps others for a day. */
  function daily() {
    const store = new RedisSessionStore(new RedisConnection(place()), { ...rules, sessionSeconds: DAY });
    return { store, conversation: new Conversation(deployment('chat', upstream), { store }) };
  }

  test('is on the list of what was begun for as long as it is there, and shortens no other list', async () => {
    const { store, conversation } = daily();
    const kept = await conversation.talk('Hi');
    await store.edit(OWNER, kept.sessionId, { pinned: true });
    // What is left are the lists that it was on.
    await redis.del(...(await redis.keys(`*:${kept.sessionId}`)));
    const { sessionId } = await conversation.talk('Hi', { isTemporary: true });
    const ends = async () => Number(await redis.zscore(`${prefix}begun`, `lease:${sessionId}`)) - Date.now();
    const left = { session: about(HOUR), messages: about(HOUR), replay: about(HOUR), turns: about(HOUR) };
    for (const use of [
      async () => {},
      () => conversation.talk('More', { sessionId }),
      async () => {
        upstream.enqueue({ status: 500 });
        await conversation.talk('More', { sessionId }).catch(() => {});
      },
    ]) {
      await use();
      expect(await seconds()).toMatchObject({ ...left, sessions: about(DAY), pinned: about(DAY) });
      expect((await ends()) / 1000).toEqual(about(600 + HOUR));
    }
    await store.erase(OWNER);
    expect(await redis.keys(`*${sessionId}`)).toEqual([]);
    await store.close();
  });

  test('that a version which knows of none has listed, is taken off the list where that is read', async () => {
    const { store, conversation } = daily();
    const { sessionId } = await conversation.talk('Hi', { isTemporary: true });
    const kept = await conversation.talk('Hi');
    await redis.zadd(`${prefix}sessions`, Date.now() * 1000, sessionId);
    expect(await store.scan(OWNER)).toMatchObject({ sessions: [{ id: kept.sessionId }] });
    const page = { limit: 10, before: undefined };
    expect(await store.sessions(OWNER, page)).toMatchObject({ items: [{ id: kept.sessionId }] });
    expect(await redis.zrange(`${prefix}sessions`, 0, '-1')).toEqual([kept.sessionId]);
    expect(await conversation.messages(sessionId)).toHaveLength(2);
    await store.close();
  });
});
