import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TurnEvent, TurnStarted } from '../../shared/conversation/events.ts';
import { Failure } from '../../shared/conversation/failure.ts';
import { followTurn, joinTurn, LOST_ENDING } from '../../shared/conversation/follow.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import type { Replay } from '../../shared/conversation/ports/replay.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, OWNER, rules, toFirstToken, told } from './conversation.ts';
import { killed } from './killed.ts';
import { WatchedStore } from './watched-store.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const withoutLimits = ({ limits: _, ...event }: { limits?: unknown } & TurnEvent) => event;

describe('one who follows a turn', () => {
  /** A turn that said two tokens and then waits, and its replay as it was when those had arrived. */
  async function running() {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store });
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['a', 'b', gate, 'c', 'd'] });
    const turn = conversation.take('Hi');
    const started = (await turn.next()).value as TurnStarted;
    const events = [started, (await turn.next()).value, (await turn.next()).value] as TurnEvent[];
    const rest = async () => told([...events, ...(await Array.fromAsync(turn))]);
    const sessionId = started.session_id;
    const replay = await eventually(async () => {
      const latest = await store.follow(OWNER, sessionId, undefined, 0);
      return latest?.entries.flat().length === 3 && latest;
    });
    const follow = () => Array.fromAsync(followTurn(store, OWNER, sessionId, replay));
    return { conversation, store, gate, sessionId, rest, replay, follow };
  }

  test('is told what was said, and then the rest as it is said', async () => {
    const { store, gate, rest, follow } = await running();
    const before = store.asked.follow.length;
    const followed = follow();
    // It looks in vain first.
    await eventually(() => store.asked.follow.length >= before + 2);
    gate.open();
    const { events } = await rest();
    expect(await followed).toEqual(events.map(withoutLimits));
  });

  test('and looked away while the next turn began is told the rest from the session', async () => {
    const { conversation, gate, sessionId, rest, follow } = await running();
    gate.open();
    const { finished } = await rest();
    await conversation.talk('More', { sessionId });
    const followed = told(await follow());
    expect(followed.tokens).toEqual(['a', 'b', 'cd']);
    expect(followed.finished).toEqual(finished);
  });

  test('and was told all but the ending is told that alone', async () => {
    const { conversation, store, gate, sessionId, rest, replay } = await running();
    gate.open();
    const { finished } = await rest();
    await conversation.talk('More', { sessionId });
    const all: Replay = { ...replay, entries: [...replay.entries, ['c', 'd']] };
    const followed = told(await Array.fromAsync(followTurn(store, OWNER, sessionId, all)));
    expect(followed.tokens).toEqual(['a', 'b', 'c', 'd']);
    expect(followed.finished).toEqual(finished);
  });

  const lost = {
    code: 'turn-lost',
    message: 'The turn was lost with the instance that ran it; nothing was stored.',
  };

  test('that is deleted learns that it is lost', async () => {
    const { store, gate, sessionId, rest, follow } = await running();
    const followed = follow();
    await store.delete(OWNER, sessionId);
    await expect(followed).rejects.toMatchObject(lost);
    gate.open();
    await expect(rest()).rejects.toBeInstanceOf(Failure);
  });

  test('whose holder is gone is told what was said, and that the turn is lost', async () => {
    const { clock, store, dead } = await killed(model);
    const { newSessionId: sessionId, turnId } = dead;
    const claim = { owner: OWNER, sessionId, turnId, isFirst: true, idempotency: undefined, reserved: 0 };
    await store.extend(claim, { position: 0, blocks: [['a', 'b']] });
    clock.passed = rules.leaseSeconds * 1000;
    const replay = await store.follow(OWNER, sessionId, undefined, 0);
    expect(replay?.state).toBe('lost');
    const events: TurnEvent[] = [];
    const follow = async () => {
      for await (const event of followTurn(store, OWNER, sessionId, replay as Replay)) events.push(event);
    };
    await expect(follow()).rejects.toMatchObject(lost);
    expect(told(events).tokens).toEqual(['a', 'b']);
  });

  test('that failed learns when to try again', async () => {
    const store = new MemorySessionStore(rules);
    const conversation = new Conversation(model, { store });
    const { sessionId } = await conversation.talk('Hi');
    upstream.enqueue({ status: 429, headers: { 'retry-after': '7' }, body: {} });
    await expect(conversation.talk('More', { sessionId })).rejects.toMatchObject({ code: 'model-busy' });
    const replay = (await store.follow(OWNER, sessionId, undefined, 0)) as Replay;
    await expect(Array.fromAsync(followTurn(store, OWNER, sessionId, replay))).rejects.toMatchObject({
      code: 'model-busy',
      retryAfterSeconds: 7,
    });
  });
});

describe('one who joins a turn', () => {
  /** Which turn somebody joins who was told so many of its events. */
  const joined = async ({ store }: Conversation, sessionId: string, after: number, turnId?: string) =>
    (await joinTurn(store, OWNER, sessionId, turnId, after))?.turnId;

  test('that is done is told it from its first event on, and nothing once all was told', async () => {
    const conversation = new Conversation(model);
    upstream.enqueue({ deltas: ['a', 'b', 'c'] });
    const { sessionId, turnId, events } = await conversation.talk('Hi');
    expect(events).toHaveLength(5);
    expect(await joined(conversation, sessionId, 0)).toBe(turnId);
    expect(await joined(conversation, sessionId, 4, turnId)).toBe(turnId);
    expect(await joined(conversation, sessionId, 5)).toBeUndefined();
    expect(await joined(conversation, sessionId, 6)).toBeUndefined();
    const replay = await joinTurn(conversation.store, OWNER, sessionId, undefined, 4);
    expect(replay?.entries[0]).toMatchObject({ type: 'turn-started' });
  });

  test('that there is not is told nothing', async () => {
    const conversation = new Conversation(model);
    const { sessionId } = await conversation.talk('Hi');
    expect(await joined(conversation, randomUUID(), 0)).toBeUndefined();
    expect(await joined(conversation, sessionId, 0, randomUUID())).toBeUndefined();
  });

  test('that runs waits for the rest, also where more was told live than the store has', async () => {
    const conversation = new Conversation(model);
    upstream.enqueue({ deltas: ['a', upstream.gate()] });
    const { sessionId, turnId, rest } = await toFirstToken(conversation.take('Hi'));
    expect(await joined(conversation, sessionId, 1_000_000)).toBe(turnId);
    await conversation.store.stop(OWNER, sessionId);
    await rest();
  });

  test('whose holder is gone is told so once', async () => {
    const { clock, conversation, dead } = await killed(model);
    clock.passed = rules.leaseSeconds * 1000;
    expect(await joined(conversation, dead.newSessionId, 1_000_000)).toBe(dead.turnId);
    expect(await joined(conversation, dead.newSessionId, LOST_ENDING)).toBeUndefined();
  });

  test('that the content filter ended is told its ending, where its number was', async () => {
    const conversation = new Conversation(model);
    upstream.enqueue({ deltas: ['a', 'b'], finishReason: 'content_filter' });
    const turn = conversation.take('Hi');
    const { session_id: sessionId, turn_id: turnId } = (await turn.next()).value as TurnStarted;
    await expect(Array.fromAsync(turn)).rejects.toMatchObject({ code: 'content-filtered' });
    expect(await joined(conversation, sessionId, 3)).toBe(turnId);
    expect(await joined(conversation, sessionId, 4)).toBeUndefined();
    const replay = (await joinTurn(conversation.store, OWNER, sessionId, turnId, 3)) as Replay;
    const events: TurnEvent[] = [];
    const follow = async () => {
      for await (const event of followTurn(conversation.store, OWNER, sessionId, replay)) events.push(event);
    };
    await expect(follow()).rejects.toMatchObject({ code: 'content-filtered' });
    expect(events.slice(1)).toEqual([{ type: 'tokens-withheld', count: 2 }]);
  });
});
