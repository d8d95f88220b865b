import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../shared/conversation/ports/model.ts';
import type { TokenCounter } from '../../shared/conversation/ports/token-counter.ts';
import { fixedTokens } from '../../shared/conversation/window.ts';
import { deployment } from '../models/deployment.ts';
import { countTokens } from '../tokens/o200k.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { assistants, Conversation } from './conversation.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const tokensOf = (text: string) => countTokens(text).tokens;
const roomOf = (name: string, budget: number) =>
  budget - fixedTokens(tokensOf(assistants.get(name)?.systemPrompt ?? ''), 0);

/** A tokeniser that is not loaded yet: `count` knows a bound only, a token for each of its bytes. */
function loading() {
  const asked: string[] = [];
  const counter: TokenCounter = {
    count: async (text) => ({ tokens: Buffer.byteLength(text), exact: false }),
    countWhenLoaded: async (text) => {
      asked.push(text);
      return countTokens(text);
    },
  };
  return { counter, asked };
}

describe('a message', () => {
  test('of exactly what fits is taken, and one token more is not', async () => {
    const message = 'yes '.repeat(20).trim();
    const atMost = (tokens: number) =>
      new Conversation(model, { maxContextTokens: tokens + fixedTokens(tokensOf('Be kind.'), 0) });
    expect(tokensOf(message)).toBe(20);
    expect((await atMost(20).talk(message)).finished?.context.prompt_tokens).toBe(
      20 + fixedTokens(tokensOf('Be kind.'), 0),
    );
    await expect(atMost(19).talk(message)).rejects.toMatchObject({ code: 'message-too-long' });
  });

  test('whose bound fits with every assistant waits for no tokeniser', async () => {
    const { counter, asked } = loading();
    // The bound of the longest system prompt counts too.
    const maxContextTokens = fixedTokens('Speak in verse.'.length, 0) + 20;
    const conversation = new Conversation(model, { counter, maxContextTokens });
    await conversation.talk('x'.repeat(20));
    expect(asked).toEqual([]);
    await conversation.talk('x'.repeat(21));
    expect(asked).toContain('x'.repeat(21));
  });

  test('whose bound does not fit with one of the assistants is counted, and refused by its count alone', async () => {
    const { counter } = loading();
    const message = 'yes '.repeat(20).trim();
    const maxContextTokens = fixedTokens('Be kind.'.length, 0) + message.length;
    const conversation = new Conversation(model, { counter, maxContextTokens });
    await conversation.talk(message, { assistant: 'poet' });
    const long = 'yes '.repeat(120).trim();
    const room = roomOf('poet', maxContextTokens);
    await expect(conversation.talk(long, { assistant: 'poet' })).rejects.toMatchObject({
      message: `The message has 120 tokens; ${room} fit beside the system prompt.`,
    });
  });
});

describe('a conversation', () => {
  test('loses nothing to a mere bound', async () => {
    const { counter } = loading();
    const conversation = new Conversation(model, { counter, maxContextTokens: 150 });
    const { sessionId } = await conversation.talk('yes '.repeat(20).trim());
    const { finished } = await conversation.talk('And now?', { sessionId });
    expect(finished?.context).toMatchObject({ messages: 3, dropped_messages: 0 });
    // The bound did not fit, so all was counted: prompt, both messages and the answer in between.
    const sent = upstream.requests.at(-1)?.body['messages'] as { content: string }[];
    const exact = 3 + sent.reduce((sum, { content }) => sum + 4 + tokensOf(content), 0);
    expect(finished?.context.prompt_tokens).toBe(exact);
  });

  test('for which its provider counts more tokens than are counted here has so much less room', async () => {
    const conversation = new Conversation(model, { maxContextTokens: 200 });
    const question = 'yes '.repeat(40).trim();
    const counted = fixedTokens(tokensOf('Be kind.'), tokensOf(question));
    for (const [factor, dropped] of [
      [1, 0],
      [4, 2],
    ] as const) {
      upstream.enqueue({ deltas: ['Well'], usage: { prompt_tokens: factor * counted, completion_tokens: 1 } });
      const { sessionId } = await conversation.talk(question);
      const { finished } = await conversation.talk('And now?', { sessionId });
      expect(finished?.context.dropped_messages).toBe(dropped);
    }
  });

  test('is not counted again, and neither is a system prompt', async () => {
    const counted: string[] = [];
    const count = async (text: string) => {
      counted.push(text);
      return countTokens(text);
    };
    const conversation = new Conversation(model, { counter: { count, countWhenLoaded: count } });
    const { sessionId, tokens } = await conversation.talk('One?');
    counted.length = 0;
    await conversation.talk('Two?', { sessionId });
    expect(counted).not.toContain('One?');
    expect(counted).not.toContain(tokens.join(''));
    expect(counted).not.toContain('Be kind.');
    expect(counted).toContain('Two?');
  });

  test('has a system prompt that is counted again for as long as its count is a bound', async () => {
    let isLoaded = false;
    const { counter } = loading();
    const count: TokenCounter['count'] = async (text) => (isLoaded ? countTokens(text) : counter.count(text));
    const conversation = new Conversation(model, { counter: { ...counter, count } });
    const promptTokens = async () => (await conversation.talk('Hi')).finished?.context.prompt_tokens;
    expect(await promptTokens()).toBe(fixedTokens('Be kind.'.length, 'Hi'.length));
    isLoaded = true;
    expect(await promptTokens()).toBe(fixedTokens(tokensOf('Be kind.'), tokensOf('Hi')));
  });
});
