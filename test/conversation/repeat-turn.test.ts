import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TurnEvent } from '../../shared/conversation/events.ts';
import type { Failure } from '../../shared/conversation/failure.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { echoOf } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, OWNER, rules, toFirstToken } from './conversation.ts';
import { killed } from './killed.ts';
import { WatchedStore } from './watched-store.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const idempotency = () => ({ key: randomUUID(), fingerprint: 'f' });
const withoutLimits = ({ limits: _, ...event }: { limits?: unknown } & TurnEvent) => event;

describe('a retry of a turn', () => {
  test('that runs tells it as it runs, and the model is asked once', async () => {
    const conversation = new Conversation(model);
    const asked = { idempotency: idempotency() };
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['a', 'b', gate, 'c', 'd'] });
    const before = upstream.requests.length;
    const first = await toFirstToken(conversation.take('Hi', asked));
    const second = await toFirstToken(conversation.take('Hi', asked));
    expect(second.tokens).toEqual(['a']);
    gate.open();
    const { events } = await first.rest();
    expect((await second.rest()).events).toEqual(events.map(withoutLimits));
    expect(upstream.requests.length).toBe(before + 1);
  });

  test('that is done tells it again, token by token', async () => {
    const conversation = new Conversation(model);
    const asked = { idempotency: idempotency() };
    const { events } = await conversation.talk('Hi there', asked);
    const before = upstream.requests.length;
    expect((await conversation.talk('Hi there', asked)).events).toEqual(events.map(withoutLimits));
    expect(upstream.requests.length).toBe(before);
  });

  test('that others came after tells it from the session', async () => {
    const conversation = new Conversation(model);
    const asked = { idempotency: idempotency() };
    const { sessionId, started, tokens, finished } = await conversation.talk('Hi there', asked);
    await conversation.talk('More', { sessionId });
    expect((await conversation.talk('Hi there', asked)).events).toEqual([
      withoutLimits(started),
      { type: 'token-said', token: tokens.join('') },
      finished,
    ]);
  });

  test('whose session was deleted is refused', async () => {
    const conversation = new Conversation(model);
    const asked = { idempotency: idempotency() };
    const { sessionId } = await conversation.talk('Hi', asked);
    await conversation.store.delete(OWNER, sessionId);
    await expect(conversation.talk('Hi', asked)).rejects.toMatchObject({
      code: 'session-not-found',
      message: 'The session of this turn is gone.',
    });
  });

  test('that fails under way fails in the same way', async () => {
    const conversation = new Conversation(model);
    const asked = { idempotency: idempotency() };
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['a', gate], ending: 'cut' });
    const first = await toFirstToken(conversation.take('Hi', asked));
    const second = await toFirstToken(conversation.take('Hi', asked));
    gate.open();
    const failure: Failure = await first.rest().then(
      () => expect.unreachable(),
      (error) => error,
    );
    expect(failure.code).toBe('model-failed');
    const { code, message } = failure;
    await expect(second.rest()).rejects.toMatchObject({ code, message, retryAfterSeconds: undefined });
  });

  test('whose holder died runs it itself, once the lease has ended', async () => {
    const asked = { idempotency: idempotency() };
    const { clock, store, conversation, dead } = await killed(model, asked);
    const retry = conversation.talk('Hi', asked);
    await eventually(() => store.asked.follow.length >= 2);
    expect(store.asked.begin).toHaveLength(2);
    clock.passed = rules.leaseSeconds * 1000;
    const { tokens, turnId } = await retry;
    expect(turnId).not.toBe(dead.turnId);
    expect(tokens.join('')).toBe(echoOf('Hi'));
  });

  test('that cannot be waited for any longer is refused, and says when to try again', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store, deadlineMs: 400 });
    const key = idempotency();
    // A record that outlives its turn again and again.
    store.begin = async () => ({ outcome: 'repeated', sessionId: 's', turnId: 't', isStored: false });
    const startedAt = performance.now();
    await expect(conversation.talk('Hi', { idempotency: key })).rejects.toMatchObject({
      code: 'turn-in-progress',
      message: 'The turn with this key still runs.',
      retryAfterSeconds: 1,
    });
    expect(performance.now() - startedAt).toBeGreaterThan(390);
  });
});
