import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { deployment } from '../models/deployment.ts';
import { finished, nothing, turnsOn } from '../sessions/turns-on.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, OWNER, rules, toFirstToken } from './conversation.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

const isEphemeral = true;
const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 10_000 };

const converse = () =>
  new Conversation(deployment('chat', upstream, { kind: 'azure' }), {
    store: new MemorySessionStore({ ...rules, limits }),
  });
/** What is counted of the day, seen by a turn that costs nothing. */
const used = async ({ store }: Conversation) => {
  const { begin } = turnsOn(() => store);
  const [claim, { limits, reserved }] = await begin(OWNER);
  await store.abandon(claim, finished, nothing, 0);
  return (limits[0]?.quota ?? 0) - (limits[0]?.remaining ?? 0) - reserved;
};

describe('an ephemeral turn', () => {
  test('is told as any, is recorded as answered, and leaves no session', async () => {
    const conversation = converse();
    upstream.enqueue({ deltas: ['Use ', 'Redis'], usage: { prompt_tokens: 9, completion_tokens: 2 } });
    const { sessionId, turnId, ...told } = await conversation.talk('How?', { isEphemeral });
    expect([told.tokens, told.finished?.finish_reason]).toEqual([['Use ', 'Redis'], 'stop']);
    await conversation.flush();
    expect(conversation.records).toMatchObject([
      { event: 'turn', outcome: 'answered', turn_id: turnId, spent_tokens: 11, message: 'How?' },
    ]);
    expect(conversation.observed).toMatchObject([{ record: { outcome: 'answered' } }]);
    expect(await conversation.messages(sessionId)).toBeUndefined();
    expect(await conversation.store.readTurn(OWNER, sessionId, turnId)).toBeUndefined();
    expect(await conversation.store.sessions(OWNER, { limit: 1, before: undefined })).toMatchObject({ items: [] });
  });

  test('reads its session, also one with a turn on it, and leaves it as it was', async () => {
    const conversation = converse();
    const { sessionId, tokens } = await conversation.talk('One?');
    const before = await conversation.messages(sessionId);
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['slow', gate] });
    const running = await toFirstToken(conversation.take('Two?', { sessionId }));
    await conversation.talk('Three?', { sessionId, isEphemeral, mustExist: true });
    const sent = upstream.requests.at(-1)?.body['messages'] as { content: string }[];
    expect(sent.map(({ content }) => content)).toEqual(['Be kind.', 'One?', tokens.join(''), 'Three?']);
    expect(await conversation.messages(sessionId)).toEqual(before);
    gate.open();
    await running.rest();
    expect((await conversation.messages(sessionId))?.map(({ content }) => content)).toEqual([
      ...['One?', tokens.join(''), 'Two?', 'slow'],
    ]);
  });

  test('counts what it cost, once', async () => {
    const conversation = converse();
    upstream.enqueue({ deltas: ['Yes'], usage: { prompt_tokens: 90, completion_tokens: 10 } });
    await conversation.talk('Well?', { isEphemeral });
    expect(await used(conversation)).toBe(100);
  });

  test('that is stopped, or fails, ends as any, and counts what it cost', async () => {
    const conversation = converse();
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one', gate, 'two'] });
    const { sessionId, turnId, rest } = await toFirstToken(conversation.take('Go', { isEphemeral }));
    expect(await conversation.store.stop(OWNER, sessionId, turnId)).toBe(true);
    expect((await rest()).finished).toMatchObject({ finish_reason: 'stopped' });
    upstream.enqueue({ deltas: ['half'], ending: 'cut' });
    await expect(conversation.talk('Break', { isEphemeral })).rejects.toMatchObject({ code: 'model-failed' });
    await conversation.flush();
    expect(conversation.records).toMatchObject([
      { outcome: 'answered', finish_reason: 'stopped' },
      { outcome: 'failed', failure: 'model-failed' },
    ]);
    expect((conversation.records as { spent_tokens: number }[]).every(({ spent_tokens }) => spent_tokens > 0)).toBe(
      true,
    );
    gate.open();
  });
});
