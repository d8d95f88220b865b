import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, OWNER, rules, toFirstToken } from './conversation.ts';
import { WatchedStore } from './watched-store.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const DEADLINE_MS = 10_000;
afterEach(() => void vi.useRealTimers());

/** Stops the clock by which leases and deadlines go; what is returned lets so many milliseconds of it pass. */
function passTimers(): (ms: number) => void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return (ms) => void vi.advanceTimersByTime(ms);
}

const busy = { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'Slow down.' } } };

describe('a turn that is stopped', () => {
  test('is stored with what was said', async () => {
    const conversation = new Conversation(model);
    upstream.enqueue({ deltas: ['Half', upstream.gate()] });
    const { sessionId, rest } = await toFirstToken(conversation.take('Go on.'));
    expect(await conversation.store.stop(OWNER, sessionId)).toBe(true);
    const { finished, tokens } = await rest();
    expect(finished?.finish_reason).toBe('stopped');
    expect(tokens).toEqual(['Half']);
    expect(await conversation.messages(sessionId)).toMatchObject([
      { content: 'Go on.' },
      { content: 'Half', finish_reason: 'stopped' },
    ]);
    await eventually(() => upstream.requests.at(-1)?.cut);
  });

  test('before its first token ends well and stores nothing, and its session is free', async () => {
    const conversation = new Conversation(model);
    const { sessionId } = await conversation.talk('One?');
    const asked = upstream.nextRequest();
    upstream.enqueue({ deltas: [upstream.gate()] });
    const turn = conversation.take('Two?', { sessionId });
    const { value: started } = await turn.next();
    const ending = turn.next();
    await asked;
    await conversation.store.stop(OWNER, sessionId);
    expect((await ending).value).toMatchObject({
      type: 'turn-finished',
      finish_reason: 'stopped',
      usage: { completion_tokens: 0 },
    });
    expect(await turn.next()).toEqual({ value: undefined, done: true });
    expect(await conversation.messages(sessionId)).toHaveLength(2);
    const replay = await conversation.store.follow(OWNER, sessionId, undefined, 1);
    expect(replay).toMatchObject({ turnId: started?.turn_id, state: 'ended', entries: [{ finish_reason: 'stopped' }] });
    await conversation.talk('Three?', { sessionId });
  });
});

describe('a turn that nears its deadline', () => {
  test('is stored with what was said', async () => {
    const conversation = new Conversation(model, { deadlineMs: DEADLINE_MS });
    upstream.enqueue({ deltas: ['Half', upstream.gate()] });
    const pass = passTimers();
    const { sessionId, rest } = await toFirstToken(conversation.take('Go on.'));
    pass(DEADLINE_MS);
    const { finished } = await rest();
    expect(finished?.finish_reason).toBe('deadline');
    expect(await conversation.messages(sessionId)).toHaveLength(2);
  });

  test('without a word has failed', async () => {
    const conversation = new Conversation(model, { deadlineMs: DEADLINE_MS });
    const asked = upstream.nextRequest();
    upstream.enqueue({ deltas: [upstream.gate()] });
    const pass = passTimers();
    const failing = expect(conversation.talk('Go on.')).rejects.toMatchObject({
      code: 'model-timeout',
      message: 'The model said nothing within the turn.',
    });
    await asked;
    pass(DEADLINE_MS);
    await failing;
  });
});

describe('a turn that fails', () => {
  test('leaves nothing but how it failed, for those who join it late', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store });
    const { sessionId } = await conversation.talk('One?');
    upstream.enqueue({ deltas: ['Ha', 'lf'], ending: 'cut' });
    await expect(conversation.talk('Two?', { sessionId })).rejects.toMatchObject({ code: 'model-failed' });
    expect(await conversation.messages(sessionId)).toHaveLength(2);
    const failed = await store.follow(OWNER, sessionId, undefined, 1);
    expect(failed).toMatchObject({
      state: 'ended',
      entries: [['Ha', 'lf'], { type: 'turn-failed', code: 'model-failed', detail: expect.any(String) }],
    });
    expect(failed?.entries[1]).not.toHaveProperty('retry_after_seconds');
    upstream.enqueue(busy);
    await expect(conversation.talk('Three?', { sessionId })).rejects.toMatchObject({ code: 'model-busy' });
    expect(await store.follow(OWNER, sessionId, undefined, 1)).toMatchObject({
      entries: [{ type: 'turn-failed', code: 'model-busy', retry_after_seconds: 7 }],
    });
    await conversation.talk('Four?', { sessionId });
  });

  test('without a word from the model names that', async () => {
    upstream.enqueue({ deltas: [] });
    await expect(new Conversation(model).talk('Go on.')).rejects.toMatchObject({
      code: 'model-failed',
      message: 'The model ended its answer before it said anything.',
    });
  });

  test('because all its tokens went before the first word says so', async () => {
    upstream.enqueue({ deltas: [], finishReason: 'length' });
    await expect(new Conversation(model).talk('Go on.')).rejects.toMatchObject({
      code: 'output-limit-reached',
      message: 'The model used all tokens of its answer before it said anything.',
    });
  });

  test('after its first token is not begun again, even where its model finds the prompt too long then', async () => {
    const conversation = new Conversation(model);
    const { sessionId } = await conversation.talk('One?');
    let asked = 0;
    const late: Model = {
      name: 'late',
      async stream(_messages, _options, _signal, tell) {
        asked += 1;
        tell({ type: 'delta', text: 'Well' });
        throw new Failure('context-too-long', 'Too long.');
      },
    };
    const turn = new Conversation(late, { store: conversation.store }).talk('Two?', { sessionId });
    await expect(turn).rejects.toMatchObject({ code: 'context-too-long' });
    expect(asked).toBe(1);
  });

  test('by a bug throws what was thrown, and tells those who join it late no more than its code', async () => {
    const bug = new Error('secret');
    const broken: Model = {
      name: 'broken',
      async stream() {
        throw bug;
      },
    };
    const store = new WatchedStore(rules);
    const conversation = new Conversation(broken, { store });
    await expect(conversation.talk('Go on.')).rejects.toBe(bug);
    expect(store.asked.abandon[0]?.[1]).toEqual({
      ...{ type: 'turn-failed', code: 'internal', detail: '', request_id: 'request' },
    });
    await conversation.flush();
    expect(conversation.records).toMatchObject([{ outcome: 'failed', failure: 'internal' }]);
  });

  test('fails as it did where the store is away when it is given up', async () => {
    const store = new WatchedStore(rules);
    store.before = async (step) => {
      if (step === 'abandon') throw new Failure('store-unavailable', 'Away.');
    };
    upstream.enqueue(busy);
    await expect(new Conversation(model, { store }).talk('Go on.')).rejects.toMatchObject({ code: 'model-busy' });
  });

  test('because nobody reads it any more is lost, and its session is free', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store });
    const { sessionId } = await conversation.talk('One?');
    for await (const event of conversation.take('Two?', { sessionId })) if (event.type === 'token-said') break;
    expect(store.asked.abandon[0]?.[1]).toEqual({
      type: 'turn-failed',
      code: 'turn-lost',
      detail: 'The turn was given up.',
      request_id: 'request',
    });
    await conversation.talk('Three?', { sessionId });
  });
});

describe('a turn whose session is deleted', () => {
  test('while the model talks is lost', async () => {
    const conversation = new Conversation(model);
    upstream.enqueue({ deltas: ['Half', upstream.gate()] });
    const { sessionId, rest } = await toFirstToken(conversation.take('Go on.'));
    await conversation.store.delete(OWNER, sessionId);
    await expect(rest()).rejects.toMatchObject({
      code: 'turn-lost',
      message: 'The turn lost its session; nothing was stored.',
    });
    expect(await conversation.messages(sessionId)).toBeUndefined();
  });

  test('just before it is stored is lost', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store });
    store.before = async (step) => {
      const [claim] = store.asked.commit.at(-1) ?? [];
      if (step === 'commit' && claim !== undefined) await store.delete(OWNER, claim.sessionId);
    };
    await expect(conversation.talk('Go on.')).rejects.toMatchObject({
      code: 'turn-lost',
      message: 'The turn lost its session; nothing was stored.',
    });
    expect(store.asked.abandon).toHaveLength(1);
  });
});
