import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployment } from '../models/deployment.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, OWNER, toFirstToken } from './conversation.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

const key = { key: 'k', fingerprint: '' };
const first = { idempotency: { ...key, implicit: 'first' as const } };
const retry = { idempotency: { ...key, implicit: 'retry' as const } };
const converse = () => new Conversation(deployment('chat', upstream, { kind: 'azure' }));

describe('a retry of a caller who sends no key', () => {
  test('is told the turn that runs, then the turn that is stored, and the model is asked once', async () => {
    const conversation = converse();
    const asked = upstream.requests.length;
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    const running = await toFirstToken(conversation.take('Once', first));
    const joined = conversation.talk('Once', retry);
    // It joins while the turn gives signs of life.
    setImmediate(() => gate.open());
    const { turnId } = await running.rest();
    expect(await joined).toMatchObject({ turnId });
    expect(await conversation.talk('Once', retry)).toMatchObject({ turnId, tokens: ['one ', 'two'] });
    expect(upstream.requests).toHaveLength(asked + 1);
  });

  test('is a new turn where that turn’s conversation was deleted, and the next retry is told that one', async () => {
    const conversation = converse();
    const { sessionId, turnId } = await conversation.talk('Once', first);
    await conversation.store.delete(OWNER, sessionId);
    const anew = await conversation.talk('Once', retry);
    expect(anew.turnId).not.toBe(turnId);
    expect(await conversation.talk('Once', retry)).toMatchObject({ turnId: anew.turnId });
    // A caller with a key of its own is told that its turn is gone.
    const own = { idempotency: { key: 'own', fingerprint: 'f' } };
    await conversation.store.delete(OWNER, (await conversation.talk('Once', own)).sessionId);
    await expect(conversation.talk('Once', own)).rejects.toMatchObject({ code: 'session-not-found' });
  });

  test('is a new turn after one that failed', async () => {
    const conversation = converse();
    upstream.enqueue({ deltas: ['half'], ending: 'cut' });
    await expect(conversation.talk('Once', first)).rejects.toMatchObject({ code: 'model-failed' });
    const { turnId } = await conversation.talk('Once', retry);
    expect(await conversation.talk('Once', retry)).toMatchObject({ turnId });
  });

  test('is a new turn where the same was asked twice on purpose', async () => {
    const conversation = converse();
    const turns = [];
    for (const asked of [first, first, retry, retry]) turns.push((await conversation.talk('Once', asked)).turnId);
    expect(new Set(turns).size).toBe(4);
  });
});
