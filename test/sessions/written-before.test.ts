import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exportSessions } from '../../shared/conversation/export-sessions.ts';
import { followTurn, joinTurn } from '../../shared/conversation/follow.ts';
import { queryOf } from '../../shared/conversation/query.ts';
import { searchSessions } from '../../shared/conversation/search-sessions.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { Conversation } from '../conversation/conversation.ts';
import { deployment } from '../models/deployment.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

// All that a version left in Redis which kept no positions of turns, and did not say when one was asked: a session of
// three turns, the second of them rated and with an idempotency key, and a fourth that failed; and a session whose first
// turn runs. The commands that write it again follow, and `at` is when it was read (ms).
const fixture = 'test/sessions/written-before-positions.json';
const session = '1706628a-d57d-4a85-b60e-5efbf1540dcd';
const turns = [
  '8a41297f-ad44-40e0-ac96-47a2c3abc842',
  'd9f24b95-b53f-4972-b60f-9ab7e76d8263',
  'ce0b54e2-4118-4a5d-9ec5-294e46f431b1',
] as const;
const failed = '3b17cee3-dd2d-48ca-b273-683b0c329598';
const running = { session: 'a769b390-e0a0-4835-a844-91c275b87eef', turn: 'e7fe8695-5207-4687-92f7-d6cb5dfcf7d5' };

const owner = 'an-owner';
const said = [
  'What is it made of?',
  'Of pine "wood".\n',
  'And the other?',
  'Of iron 👩‍👩‍👧',
  'What does it cost?',
  'Three euros',
];
const feedback = { rating: 'down', comment: 'It is 4 {"no"}' };

let server: RedisServer;
let redis: Redis;
let upstream: ScriptedUpstream;
let store: RedisSessionStore;
let conversation: Conversation;
beforeAll(async () => {
  [server, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  redis = new Redis(server.url);
  const limits = { requests_per_minute: 100, tokens_per_minute: 0, tokens_per_day: 1_000_000 };
  store = new RedisSessionStore(
    new RedisConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' }),
    { sessionSeconds: 3600, leaseSeconds: 10, limits },
  );
  conversation = new Conversation(deployment('chat', upstream), { store, owner });
});
afterAll(async () => {
  await store?.close();
  redis?.disconnect();
  await Promise.all([server?.stop(), upstream?.stop()]);
});

beforeEach(async () => {
  await redis.flushall();
  const { at, commands } = JSON.parse(await readFile(fixture, 'utf8')) as { at: number; commands: string[][] };
  const later = Date.now() - at;
  for (const [command = '', key = '', ...values] of commands) {
    // Scores are times: as if it had been written just now.
    const microseconds = key.endsWith(':sessions') ? 1000 : 1;
    const shifted = values.map((value, place) =>
      command === 'ZADD' && place % 2 === 0 ? String(Number(value) + later * microseconds) : value,
    );
    await redis.call(command, key, ...shifted);
  }
});

const contents = async (id: string) => (await conversation.messages(id))?.map(({ content }) => content);

test('a session of the version before is listed, read and exported', async () => {
  const summary = {
    ...{ id: session, title: said[0], assistant: 'poet', turns: 3, pinned: false },
    ...{ created: '2026-11-25T23:35:23.017Z', updated: '2026-11-25T23:35:23.029Z' },
  };
  const listed = { ...summary, expires: expect.any(String) };
  expect(await store.sessions(owner, { limit: 10, before: undefined })).toEqual({ items: [listed], hasMore: false });
  const history = await store.history(owner, session, { limit: 10, before: undefined });
  expect(history).toMatchObject({ session: summary, items: said.map((content) => ({ content })) });
  const answers = typeof history === 'object' ? history.items.filter(({ role }) => role === 'assistant') : [];
  expect(answers).toMatchObject([{}, { feedback }, {}]);
  expect(answers.filter((answer) => 'feedback' in answer)).toHaveLength(1);
  const exported = (await Array.fromAsync(exportSessions(store, owner))).join('');
  expect(JSON.parse(exported)).toMatchObject({ title: said[0], messages: said.map((content) => ({ content })) });
});

test('its turns are found by their ids, and by the key of the one that had any', async () => {
  for (const [n, turnId] of turns.entries()) {
    const stored = await store.readTurn(owner, session, turnId);
    expect([stored?.user.content, stored?.answer.content]).toEqual(said.slice(2 * n, 2 * n + 2));
  }
  expect(await store.readTurn(owner, session, failed)).toBeUndefined();
  const asked = upstream.requests.length;
  const idempotency = { key: 'a-key', fingerprint: 'a-fingerprint' };
  const { turnId, tokens } = await conversation.talk('And the other?', { sessionId: session, idempotency });
  expect([turnId, tokens.join('')]).toEqual([turns[1], said[3]]);
  expect(upstream.requests).toHaveLength(asked);
});

test('it is gone on with, behind the turn that its caller saw', async () => {
  upstream.enqueue({ deltas: ['Yes.'] });
  const { sessionId } = await conversation.talk('Is it sold?', { sessionId: session, after: turns[2] });
  expect(sessionId).toBe(session);
  const sent = upstream.requests.at(-1)?.body as { messages: { content: string }[] } | undefined;
  expect(sent?.messages.slice(1).map(({ content }) => content)).toEqual([...said, 'Is it sold?']);
  expect(await contents(session)).toEqual([...said, 'Is it sold?', 'Yes.']);
  await expect(conversation.talk('Again?', { sessionId: session, after: turns[2] })).rejects.toMatchObject({
    code: 'session-moved',
  });
});

test.each([0, 1, 2])('it is forked behind turn %i', async (n) => {
  const before = await Promise.all((await redis.keys(`*${session}`)).sort().map((key) => redis.dumpBuffer(key)));
  upstream.enqueue({ deltas: ['Oak.'] });
  const { sessionId } = await conversation.talk('Or what?', { sessionId: session, after: turns[n], fork: 'yes' });
  expect(await contents(sessionId)).toEqual([...said.slice(0, 2 * n + 2), 'Or what?', 'Oak.']);
  expect(await store.readTurn(owner, sessionId, turns[n] as string)).toMatchObject({ user: { content: said[2 * n] } });
  expect(await store.follow(owner, sessionId, turns[2], 0)).toBeUndefined();
  const after = await Promise.all((await redis.keys(`*${session}`)).sort().map((key) => redis.dumpBuffer(key)));
  expect(after).toEqual(before);
});

test('its turns are rated, also those that were before', async () => {
  for (const turnId of turns) expect(await store.rate(owner, session, turnId, { rating: 'up' })).toBeDefined();
  const messages = await store.messages(owner, session, 0, 10);
  expect(messages.filter(({ role }) => role === 'assistant')).toMatchObject(
    turns.map(() => ({ feedback: { rating: 'up' } })),
  );
  expect(await store.readTurn(owner, session, turns[1])).toMatchObject({ user: { content: said[2] } });
});

test('its replays are told: the failed turn that came last, the stored one, and the one that runs', async () => {
  const told = async (id: string, turnId?: string) => {
    const replay = await joinTurn(store, owner, id, turnId, 0);
    const events = [];
    if (replay === undefined) return undefined;
    try {
      for await (const event of followTurn(store, owner, id, replay)) events.push(event);
    } catch (failure) {
      return [events, failure];
    }
    return [events];
  };
  expect(await told(session)).toMatchObject([
    [{ type: 'turn-started', turn_id: failed }, { token: 'half' }],
    { code: 'model-failed' },
  ]);
  expect(await told(session, turns[2])).toMatchObject([
    [{ turn_id: turns[2] }, { token: 'Three' }, { token: ' euros' }, { finish_reason: 'stop' }],
  ]);
  await expect(conversation.talk('Too soon', { sessionId: running.session })).rejects.toMatchObject({
    code: 'session-busy',
  });
  expect(await store.follow(owner, running.session, undefined, 0)).toMatchObject({
    ...{ turnId: running.turn, state: 'running' },
    entries: [{ type: 'turn-started', assistant: 'default' }, ['On ', 'Monday']],
  });
  expect(await store.stop(owner, running.session, running.turn)).toBe(true);
});

test('it is renamed, pinned and found, is not temporary, and the model is not asked for its name', async () => {
  const query = queryOf('COST') ?? expect.unreachable();
  const page = { limit: 10, before: undefined };
  const hits = [{ id: session, turn_id: turns[2], snippet: said[4], pinned: false }];
  expect(await searchSessions(store, owner, query, page)).toMatchObject({ hits, isComplete: true });
  const edited = { id: session, title: 'Furniture', pinned: true, turns: 3 };
  expect(await store.edit(owner, session, { title: 'Furniture', pinned: true })).toMatchObject({ session: edited });
  expect(await store.pinned(owner)).toMatchObject([edited]);
  const asked = upstream.requests.length;
  await conversation.talk('Is it sold?', { sessionId: session, isTitled: true });
  expect(upstream.requests).toHaveLength(asked + 1);
  expect(await store.pinned(owner)).toMatchObject([{ ...edited, turns: 4 }]);
  await expect(conversation.talk('Hidden?', { sessionId: session, isTemporary: true })).rejects.toMatchObject({
    code: 'invalid-request',
  });
});

test('it is deleted, and erased with all that there is', async () => {
  await store.delete(owner, session);
  expect(await redis.keys(`*${session}`)).toEqual([]);
  await store.erase(owner);
  const left = (await redis.keys('*')).map((key) => key.slice(`chat:{${owner}}:`.length));
  expect(left.sort()).toEqual(['rate', 'reservations', 'tokens']);
});
