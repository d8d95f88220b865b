import { OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Script } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type Api, apis, deployment } from './deployment.ts';
import { hear, question } from './hear.ts';
import { recordedStreams } from './recorded-streams.ts';

let upstream: ScriptedUpstream;
let judge: OpenAI;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  judge = new OpenAI({ baseURL: upstream.baseUrl, apiKey: 'the-key', maxRetries: 0 });
});
afterAll(() => upstream.stop());

interface Judged {
  text: string;
  finishReason: string | undefined;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number; cached_tokens: number } | undefined;
}

/** What the package's own iterator reads from the next answer. */
const judges: Record<Api, () => Promise<Judged>> = {
  async chat() {
    const judged: Judged = { text: '', finishReason: undefined, usage: undefined };
    const stream = await judge.chat.completions.create({ model: 'm', messages: question, stream: true });
    for await (const { choices, usage } of stream) {
      judged.text += choices[0]?.delta?.content ?? '';
      judged.finishReason = choices[0]?.finish_reason ?? judged.finishReason;
      if (usage) judged.usage = withCached(usage, usage.prompt_tokens_details?.cached_tokens);
    }
    return judged;
  },
  async completions() {
    const judged: Judged = { text: '', finishReason: undefined, usage: undefined };
    for await (const { choices, usage } of await judge.completions.create({ model: 'm', prompt: '', stream: true })) {
      judged.text += choices[0]?.text ?? '';
      judged.finishReason = choices[0]?.finish_reason ?? judged.finishReason;
      if (usage) judged.usage = withCached(usage, usage.prompt_tokens_details?.cached_tokens);
    }
    return { ...judged, text: judged.text.trim() };
  },
  async responses() {
    const judged: Judged = { text: '', finishReason: undefined, usage: undefined };
    for await (const event of await judge.responses.create({ model: 'm', input: '', stream: true })) {
      if (event.type === 'response.output_text.delta') judged.text += event.delta;
      if (event.type !== 'response.completed' && event.type !== 'response.incomplete') continue;
      judged.finishReason = event.type === 'response.completed' ? 'stop' : 'length';
      const { usage } = event.response;
      if (!usage) continue;
      const tokens = { prompt_tokens: usage.input_tokens, completion_tokens: usage.output_tokens };
      judged.usage = withCached(tokens, usage.input_tokens_details?.cached_tokens);
    }
    return judged;
  },
};

function withCached(usage: { prompt_tokens: number; completion_tokens: number }, cached_tokens = 0): Judged['usage'] {
  const { prompt_tokens, completion_tokens } = usage;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens, cached_tokens };
}

describe.each(apis)('the openai package reads from %s what we read', (api) => {
  const usage = { prompt_tokens: 1200, completion_tokens: 4, cached_tokens: 1152 };
  const scripts: Record<string, Script> = {
    'a good answer': { deltas: ['Good', ' day', ',\n\n世界 ', '😀 "quoted"'], usage },
    'an answer at its limit': { deltas: ['Once upon a'], finishReason: 'length', usage },
    'an answer without usage': { deltas: ['Hi'], usage: null },
    'an empty answer': { deltas: [], usage },
    'a recorded stream': { raw: [recordedStreams[api]] },
  };

  test.each(Object.entries(scripts))('in %s', async (_, script) => {
    upstream.enqueue(script, script);
    const judged = await judges[api]();
    const { text, ends, thrown } = await hear(deployment(api, upstream));
    expect(thrown).toBeUndefined();
    expect({ text, finishReason: ends[0]?.finishReason, usage: ends[0]?.usage }).toEqual(judged);
  });
});
