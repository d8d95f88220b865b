import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../shared/conversation/ports/model.ts';
import { fixedTokens } from '../../shared/conversation/window.ts';
import { retrying } from '../../shared/models/retrying.ts';
import { deployment } from '../models/deployment.ts';
import { countTokens } from '../tokens/o200k.ts';
import { echoOf } from '../upstream/script.ts';
import { echo, ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation, counter, OWNER, rules } from './conversation.ts';
import { WatchedStore } from './watched-store.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const tokensOf = (text: string) => countTokens(text).tokens;
const systemTokens = tokensOf('Be kind.');
const busy = { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'Slow down.' } } };

describe('a turn', () => {
  test('tells its start, each token as the model says it, and its end', async () => {
    upstream.enqueue({ deltas: ['Use ', 'Redis', '.'], usage: { prompt_tokens: 9, completion_tokens: 3 } });
    const { events, sessionId, turnId } = await new Conversation(model).talk('How?');
    const prompt_tokens = fixedTokens(systemTokens, tokensOf('How?'));
    expect(events).toEqual([
      {
        type: 'turn-started',
        session_id: sessionId,
        turn_id: turnId,
        assistant: 'default',
        asked_at: expect.any(Number),
        limits: [],
      },
      { type: 'token-said', token: 'Use ' },
      { type: 'token-said', token: 'Redis' },
      { type: 'token-said', token: '.' },
      {
        type: 'turn-finished',
        finish_reason: 'stop',
        usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, cached_tokens: 0 },
        context: {
          messages: 1,
          dropped_messages: 0,
          summarized_messages: 0,
          summary_tokens: 0,
          prompt_tokens,
          max_prompt_tokens: 3000,
        },
        finished_at: expect.any(Number),
      },
    ]);
  });

  test('is stored as it was told: who said what when, its tokens, how it ended and what it cost', async () => {
    let clock = Date.UTC(2025, 0, 1);
    const conversation = new Conversation(model, { now: () => (clock += 1000) });
    const first = await conversation.talk('One?');
    const second = await conversation.talk('Two?', { sessionId: first.sessionId });
    const stored = (turn: typeof first, question: string, position: number) => {
      const { finish_reason, usage, context } = turn.finished ?? {};
      const timestamp = (second: number) => `2025-01-01T00:00:0${second}.000Z`;
      const common = { turn_id: turn.turnId };
      return [
        {
          ...common,
          id: `${turn.turnId}-${position}`,
          role: 'user',
          content: question,
          timestamp: timestamp(position + 1),
          tokens: tokensOf(question),
        },
        {
          ...common,
          id: `${turn.turnId}-${position + 1}`,
          role: 'assistant',
          content: echoOf(question),
          timestamp: timestamp(position + 2),
          tokens: tokensOf(echoOf(question)),
          finish_reason,
          usage,
          context,
          answered_by: { model: model.name, prompt_version: '5499befb38dbf3fc' },
        },
      ];
    };
    expect(await conversation.messages(first.sessionId)).toEqual([
      ...stored(first, 'One?', 0),
      ...stored(second, 'Two?', 2),
    ]);
    const { items } = (await conversation.store.sessions(OWNER, { limit: 9, before: undefined })) as {
      items: object[];
    };
    expect(items).toMatchObject([{ id: first.sessionId, title: 'One?', assistant: 'default', turns: 2 }]);
  });

  test('sends the model the system prompt, the conversation and the new message', async () => {
    const conversation = new Conversation(model);
    const { sessionId } = await conversation.talk('One?');
    await conversation.talk('Two?', { sessionId });
    expect(upstream.requests.at(-1)?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'One?' },
        { role: 'assistant', content: echoOf('One?') },
        { role: 'user', content: 'Two?' },
      ],
      max_completion_tokens: 500,
      temperature: 0.7,
      prompt_cache_key: sessionId,
    });
  });

  test('of an assistant asks with its prompt, its temperature and its longest answer, also in the turns that follow', async () => {
    const conversation = new Conversation(model);
    const { sessionId, started } = await conversation.talk('One?', { assistant: 'poet' });
    expect(started.assistant).toBe('poet');
    await conversation.talk('Two?', { sessionId });
    for (const { body } of upstream.requests.slice(-2)) {
      expect(body).toMatchObject({ max_completion_tokens: 50, temperature: 1 });
      expect(body['messages']).toContainEqual({ role: 'system', content: 'Speak in verse.' });
    }
  });

  test('has in its prompt what fits, and says what it left out; what is left out stays in the session', async () => {
    const store = new WatchedStore(rules);
    const conversation = new Conversation(model, { store, maxContextTokens: 150 });
    const question = 'How does the very first of all of these questions go?';
    let sessionId: string | undefined;
    const dropped: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const [, before] = store.asked.commit.at(-1) ?? [];
      const { finished, ...talked } = await conversation.talk(question, { sessionId });
      const sent = upstream.requests.at(-1)?.body['messages'] as { content: string }[];
      expect(finished?.context).toEqual({
        messages: sent.length - 1,
        dropped_messages: 2 * turn + 1 - (sent.length - 1),
        summarized_messages: 0,
        summary_tokens: 0,
        prompt_tokens: 3 + sent.reduce((sum, { content }) => sum + 4 + tokensOf(content), 0),
        max_prompt_tokens: 150,
      });
      expect(finished?.context.prompt_tokens).toBeLessThanOrEqual(150);
      // What a turn leaves to the next one's prompt is known before that is built.
      const isCut = finished?.context.dropped_messages !== dropped.at(-1);
      const fixed = fixedTokens(systemTokens, tokensOf(question));
      if (before !== undefined && !isCut) expect(before.windowTokens + fixed).toBe(finished?.context.prompt_tokens);
      dropped.push(finished?.context.dropped_messages ?? 0);
      sessionId = talked.sessionId;
    }
    expect(new Set(dropped).size).toBeGreaterThan(3);
    const messages = await conversation.messages(sessionId as string);
    expect(messages?.map(({ id }) => id.replace(/.*-/, ''))).toEqual(Array.from({ length: 24 }, (_, at) => `${at}`));
  });

  test('whose prompt is too long for the model after all is asked with a shorter one, while there is one', async () => {
    const conversation = new Conversation(model);
    const tooLong = { status: 400, body: { error: { code: 'context_length_exceeded' } } };
    const { sessionId } = await conversation.talk('One?');
    await conversation.talk('Two?', { sessionId });
    upstream.enqueue(tooLong);
    const { finished } = await conversation.talk('Three?', { sessionId });
    const [refused, taken] = upstream.requests.slice(-2).map(({ body }) => body['messages'] as { content: string }[]);
    expect(refused?.map(({ content }) => content)).toContain('One?');
    expect(taken?.map(({ content }) => content)).not.toContain('One?');
    expect(finished?.context.dropped_messages).toBeGreaterThanOrEqual(2);
    upstream.respond = () => tooLong;
    await expect(conversation.talk('Four?', { sessionId })).rejects.toMatchObject({ code: 'context-too-long' });
    upstream.respond = echo;
    expect(upstream.requests.at(-1)?.body['messages']).toHaveLength(2);
  });

  test('whose model has spoken is asked no second time, whatever it fails of', async () => {
    const before = upstream.requests.length;
    upstream.enqueue({ deltas: ['a'], ending: { error: { code: 'context_length_exceeded' } } });
    const conversation = new Conversation(model);
    await expect(conversation.talk('Hi')).rejects.toMatchObject({ code: 'context-too-long' });
    expect(upstream.requests.length).toBe(before + 1);
  });

  test('whose provider sends no usage has the cost that was counted here', async () => {
    upstream.enqueue({ deltas: ['Well', ', yes'], usage: null });
    const { finished } = await new Conversation(model).talk('Is it?');
    const prompt_tokens = fixedTokens(systemTokens, tokensOf('Is it?'));
    const completion_tokens = tokensOf('Well, yes');
    const total_tokens = prompt_tokens + completion_tokens;
    expect(finished?.usage).toEqual({ prompt_tokens, completion_tokens, total_tokens, cached_tokens: 0 });
  });

  test('keeps no count that is a mere bound', async () => {
    const bound = async (text: string) => ({ tokens: text.length, exact: false });
    const conversation = new Conversation(model, { counter: { ...counter, count: bound } });
    const { sessionId } = await conversation.talk('One?');
    for (const message of (await conversation.messages(sessionId)) ?? []) expect(message).not.toHaveProperty('tokens');
  });

  test('that reached the limit of its answer says so', async () => {
    upstream.enqueue({ deltas: ['Half'], finishReason: 'length' });
    expect((await new Conversation(model).talk('Tell all.')).finished?.finish_reason).toBe('length');
  });

  test('is tried again where its model is busy, but not beyond its deadline', async () => {
    upstream.enqueue({ ...busy, headers: { 'retry-after': '0' } });
    const conversation = new Conversation(retrying([model]));
    expect((await conversation.talk('Once more?')).tokens.join('')).toBe(echoOf('Once more?'));
    upstream.enqueue({ ...busy, headers: { 'retry-after': '4' } });
    // As where all but three of its 60 s have passed.
    const late = retrying([model], { now: () => performance.now() + 57_000 });
    await expect(new Conversation(late).talk('And now?')).rejects.toMatchObject({
      code: 'model-busy',
      retryAfterSeconds: 4,
    });
  });
});
