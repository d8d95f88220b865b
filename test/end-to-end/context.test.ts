import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TOKENS_PER_MESSAGE, TOKENS_PER_PROMPT } from '../../shared/conversation/window.ts';
import { eventually } from '../eventually.ts';
import { type Host, startHost } from '../host/start-host.ts';
import { judged } from '../tokens/judge.ts';
import type { Script } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, readStream } from './client.ts';

const BUDGET = 1000;

const answer = 'An answer of some words, which is long enough that a few of them fill what the model can read. '.repeat(
  2,
);
const tooLong: Script = { status: 400, body: { error: { code: 'context_length_exceeded', message: 'Too long.' } } };

interface Sent {
  role: string;
  content: string;
}

/** A prompt's tokens as the service counts them. */
function tokensOf(messages: Sent[]): number {
  const each = messages.map(({ content }) => judged(content) + TOKENS_PER_MESSAGE);
  return each.reduce((sum, tokens) => sum + tokens, TOKENS_PER_PROMPT);
}

let upstream: ScriptedUpstream;
let host: Host;
let client: Client;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  const env = { ...model, MAX_CONTEXT_TOKENS: String(BUDGET), CONTEXT_OVERFLOW: 'drop' };
  host = await startHost({ env });
  client = new Client(host.url);
  // Until its tokeniser is loaded, it counts by upper bounds.
  await eventually(async () => {
    const { context } = await client.chat({ message: 'Hi' });
    return context.prompt_tokens === tokensOf(prompts().at(-1) as Sent[]);
  });
  upstream.requests.length = 0;
});
beforeEach(() => {
  upstream.respond = () => ({ deltas: [answer] });
});
afterEach(() => {
  upstream.requests.length = 0;
});
afterAll(async () => {
  await host?.stop();
  await upstream?.stop();
});

const prompts = () => upstream.requests.map(({ body }) => body['messages'] as Sent[]);
/** Where in the conversation a prompt starts. */
const startOf = (prompt: Sent[] | undefined) => prompt?.[1]?.content;

async function talk(turns: number, sessionId?: string): Promise<{ session_id: string }> {
  let session_id = sessionId;
  for (let turn = 1; turn <= turns; turn += 1)
    ({ session_id } = await client.chat({ message: `Turn ${turn}`, session_id }));
  return { session_id: session_id as string };
}

describe('a model whose context is smaller than the budget', () => {
  const smallerThan = (context: number) => () => {
    const prompt = prompts().at(-1) as Sent[];
    return tokensOf(prompt) > context ? tooLong : { deltas: [answer], usage: null };
  };

  test('is asked once more with about half of the conversation, whose new start is stored', async () => {
    const CONTEXT = 600;
    upstream.respond = smallerThan(CONTEXT);
    let { session_id } = await client.chat({ message: 'Turn 0' });
    let cuts = 0;
    for (let turn = 1; turn <= 30; turn += 1) {
      const before = prompts().at(-1);
      upstream.requests.length = 0;
      const told = await client.chat({ message: `Turn ${turn}`, session_id });
      session_id = told.session_id;
      const [first, ...more] = prompts();
      // It goes on from where it was cut.
      expect(startOf(first)).toBe(startOf(before));
      if (more.length > 0) cuts += 1;
      expect(more.length).toBeLessThanOrEqual(1);
      const sent = (more[0] ?? first) as Sent[];
      const whole = tokensOf(first as Sent[]);
      if (more.length > 0) {
        expect(tokensOf(sent)).toBeLessThanOrEqual(whole / 2);
        expect(sent.slice(1)).toEqual(first?.slice(first.length - sent.length + 1));
      }
      expect(told.context).toEqual({
        messages: sent.length - 1,
        dropped_messages: 2 * turn + 1 - (sent.length - 1),
        summarized_messages: 0,
        summary_tokens: 0,
        prompt_tokens: tokensOf(sent),
        max_prompt_tokens: BUDGET,
      });
    }
    expect(await client.history(session_id)).toHaveLength(62);
    expect(cuts).toBeGreaterThan(1);
  });

  test('is asked with the new message alone where half was too long as well', async () => {
    const { session_id } = await talk(8);
    upstream.respond = smallerThan(200);
    upstream.requests.length = 0;
    const told = await client.chat({ message: 'And now?', session_id });
    expect(prompts().map(({ length }) => length)).toEqual([18, expect.any(Number), 2]);
    expect(told).toMatchObject({ response: answer, context: { messages: 1, dropped_messages: 16 } });
  });

  test('fails where the new message alone is too long, stores nothing, and answers a shorter one', async () => {
    const { session_id } = await talk(8);
    upstream.requests.length = 0;
    upstream.enqueue(tooLong, tooLong, tooLong);
    const response = await client.post('/chat', { message: 'And now?', session_id });
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { code: 'context-too-long', retryable: false },
    ]);
    expect(upstream.requests).toHaveLength(3);
    expect(await client.history(session_id)).toHaveLength(16);
    await client.chat({ message: 'Then?', session_id });
    expect(prompts().at(-1)).toHaveLength(18);
  });

  test('is asked once more where it says so inside the stream, but not once it has spoken', async () => {
    const { session_id } = await talk(4);
    upstream.requests.length = 0;
    const error = { code: 'context_length_exceeded', message: 'Too long.' };
    upstream.enqueue({ ending: { error } });
    const told = await readStream(await client.post('/chat/stream', { message: 'And now?', session_id }));
    expect([told.text, told.done, upstream.requests.length]).toEqual([answer, true, 2]);

    upstream.enqueue({ deltas: ['Half'], ending: { error } });
    const failed = await readStream(await client.post('/chat/stream', { message: 'And now?', session_id }));
    expect([failed.text, failed.last.error.code, upstream.requests.length]).toEqual(['Half', 'context-too-long', 3]);
  });
});

describe('a model that counts other tokens than the service', () => {
  test.each([1.5, 2.5])(
    '%d times as many is held under the budget by its own count, by cuts that are as seldom',
    async (factor) => {
      const countedBy = (prompt: Sent[]) => Math.round(tokensOf(prompt) * factor);
      upstream.respond = () => {
        const prompt = prompts().at(-1) as Sent[];
        return { deltas: [answer], usage: { prompt_tokens: countedBy(prompt), completion_tokens: 40 } };
      };
      await talk(60);
      const sent = prompts();
      for (const prompt of sent) expect(countedBy(prompt)).toBeLessThanOrEqual(BUDGET);
      const cuts = sent.filter((prompt, turn) => turn > 0 && startOf(prompt) !== startOf(sent[turn - 1]));
      // Each leaves at most half of the budget, and some turns fit before the next.
      for (const prompt of cuts) expect(countedBy(prompt)).toBeLessThanOrEqual(BUDGET / 2 + 1);
      expect(cuts.length).toBeGreaterThan(2);
      expect(cuts.length).toBeLessThan(30);
    },
  );

  test.each([0, 0.2, 1])('%d times as many changes nothing', async (factor) => {
    upstream.respond = () => {
      const prompt = prompts().at(-1) as Sent[];
      return {
        deltas: [answer],
        usage: { prompt_tokens: Math.round(tokensOf(prompt) * factor), completion_tokens: 40 },
      };
    };
    await talk(40);
    const lengths = prompts().map(({ length }) => length);
    upstream.requests.length = 0;
    upstream.respond = () => ({ deltas: [answer], usage: null });
    await talk(40);
    expect(prompts().map(({ length }) => length)).toEqual(lengths);
  });

  test('however many more it says that they are keeps the newest turns in the prompt', async () => {
    upstream.respond = () => ({ deltas: [answer], usage: { prompt_tokens: 10_000_000, completion_tokens: 40 } });
    const { session_id } = await talk(3);
    const { context } = await client.chat({ message: 'And now?', session_id });
    expect(context.messages).toBe(3);
  });
});
