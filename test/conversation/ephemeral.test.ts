import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Assistant } from '../../shared/conversation/assistant.ts';
import { compaction } from '../../shared/conversation/compaction.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { deployment } from '../models/deployment.ts';
import { finished, nothing, turnsOn } from '../sessions/turns-on.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { assistants, Conversation, OWNER, rules, toFirstToken } from './conversation.ts';

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

  test('that asks for a summary asks the model that summarises, with all that there is or not at all', async () => {
    const summarizer = deployment('chat', upstream, { kind: 'azure', model: 'summarizer' });
    const conversation = new Conversation(deployment('chat', upstream, { kind: 'azure' }), {
      store: new MemorySessionStore({ ...rules, limits }),
      summarizer,
      maxContextTokens: 200,
    });
    const { prompts } = conversation.parts;
    const whole = compaction(prompts, assistants.get('default') as Assistant);
    const brought = (words: number) => [{ role: 'user' as const, content: 'word '.repeat(words) }];
    upstream.enqueue({ deltas: ['Words.'], usage: { prompt_tokens: 90, completion_tokens: 10 } });
    await conversation.talk(whole.message, { ...whole, brought: brought(50) });
    expect(upstream.requests.at(-1)?.body).toMatchObject({ temperature: 0.2, max_completion_tokens: 20 });
    expect(await used(conversation)).toBe(100);

    const asked = upstream.requests.length;
    const tooLong = conversation.talk(whole.message, { ...whole, brought: brought(200) });
    await expect(tooLong).rejects.toMatchObject({ code: 'context-too-long' });
    expect(upstream.requests).toHaveLength(asked);
    upstream.enqueue({ status: 400, body: { error: { code: 'context_length_exceeded' } } });
    const refused = conversation.talk(whole.message, { ...whole, brought: brought(50) });
    await expect(refused).rejects.toMatchObject({ code: 'context-too-long' });
    expect(upstream.requests).toHaveLength(asked + 1);
    expect(await used(conversation)).toBe(100);

    await conversation.flush();
    expect(conversation.records).toMatchObject([
      { event: 'turn', outcome: 'answered', model: summarizer.name, spent_tokens: 100, answer: 'Words.' },
      { event: 'turn', outcome: 'failed', model: summarizer.name, spent_tokens: 0, failure: 'context-too-long' },
      { event: 'turn', outcome: 'failed', model: summarizer.name, spent_tokens: 0, failure: 'context-too-long' },
    ]);
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
