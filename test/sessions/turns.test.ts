import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { SessionSummary } from '../../shared/conversation/ports/stored.ts';
import { assistants, Conversation, rules, toFirstToken } from '../conversation/conversation.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { describeEachStore } from './each-store.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream?.stop());

describeEachStore('turns', (open) => {
  const converse = () => new Conversation(deployment('chat', upstream), { store: open(rules), owner: randomUUID() });
  const replayed = async ({ store, owner }: Conversation, sessionId: string) =>
    (await store.follow(owner, sessionId, undefined, 1))?.entries;

  test('tell when their session began, and when it was talked to last', async () => {
    const conversation = converse();
    const summary = async () => {
      const page = await conversation.store.sessions(conversation.owner, { limit: 1, before: undefined });
      return (page as { items: SessionSummary[] }).items[0] as SessionSummary;
    };
    // The memory store's clock is another than that of Redis, and neither follows the other to the millisecond.
    const clocks = () => [Date.now(), performance.timeOrigin + performance.now()];
    const now = () => Math.max(...clocks());
    const before = Math.floor(Math.min(...clocks()));
    const { sessionId } = await conversation.talk('One?');
    const { created, updated } = await summary();
    expect(updated).toBe(created);
    expect(Date.parse(created)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(created)).toBeLessThanOrEqual(now());
    await eventually(() => Math.min(...clocks()) > Date.parse(created) + 5);
    await conversation.talk('Two?', { sessionId });
    const later = await summary();
    expect(later).toMatchObject({ created, title: 'One?', turns: 2 });
    expect(Date.parse(later.updated)).toBeGreaterThan(Date.parse(created));
    expect(Date.parse(later.updated)).toBeLessThanOrEqual(now());
    await conversation.store.close();
  });

  test('are told again without what a failed turn before them had said', async () => {
    const conversation = converse();
    const { sessionId } = await conversation.talk('One?');
    upstream.enqueue({ deltas: ['half'], ending: 'cut' });
    await expect(conversation.talk('Two?', { sessionId })).rejects.toMatchObject({ code: 'model-failed' });
    expect(await replayed(conversation, sessionId)).toMatchObject([['half'], { code: 'model-failed' }]);
    const { tokens, finished } = await conversation.talk('Three?', { sessionId });
    expect(await replayed(conversation, sessionId)).toEqual([tokens, finished]);
    await conversation.store.close();
  });

  test('are told once, also what arrived unheard of before they failed', async () => {
    const conversation = converse();
    const { store } = conversation;
    const extend = store.extend.bind(store);
    let extended = 0;
    store.extend = async (...asked) => {
      await extend(...asked);
      extended += 1;
      throw new Failure('store-unavailable', 'Away.');
    };
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['a', gate, 'b'], ending: 'cut' });
    const { sessionId, rest } = await toFirstToken(conversation.take('Hi'));
    await eventually(() => extended === 1);
    gate.open();
    await expect(rest()).rejects.toMatchObject({ code: 'model-failed' });
    expect(await replayed(conversation, sessionId)).toMatchObject([['a'], ['b'], { code: 'model-failed' }]);
    await store.close();
  });

  test('with an assistant that there is not are refused as that, also while their session is busy', async () => {
    const conversation = converse();
    const { sessionId, rest } = await toFirstToken(conversation.take('Hi'));
    await expect(conversation.talk('Hi', { sessionId, assistant: 'nobody' })).rejects.toMatchObject({
      code: 'unknown-assistant',
    });
    await rest();
    await conversation.store.close();
  });

  test('of a session whose assistant is no longer on offer are refused', async () => {
    const conversation = converse();
    const { store, owner, parts } = conversation;
    const { sessionId } = await conversation.talk('Hi', { assistant: 'poet' });
    const offered = new Map([...assistants].filter(([name]) => name !== 'poet'));
    const later = new Conversation(parts.model, { store, owner, offered });
    await expect(later.talk('Hi', { sessionId })).rejects.toMatchObject({ code: 'unknown-assistant' });
    await store.close();
  });
});
