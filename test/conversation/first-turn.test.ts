import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../shared/conversation/ports/model.ts';
import type { TokenCounter } from '../../shared/conversation/ports/token-counter.ts';
import { fixedTokens } from '../../shared/conversation/window.ts';
import { eventually } from '../eventually.ts';
import { deployment } from '../models/deployment.ts';
import { countTokens } from '../tokens/o200k.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Conversation } from './conversation.ts';

let upstream: ScriptedUpstream;
let model: Model;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  model = deployment('chat', upstream, { kind: 'azure' });
});
afterAll(() => upstream.stop());

const message = 'Where do sessions go, and for how long are they kept?';
const answer = 'Sessions go into Redis, and are kept for an hour.';
const tokensOf = (text: string) => countTokens(text).tokens;
const boundOf = (text: string) => Buffer.byteLength(text);
const sizeBy = (count: (text: string) => number) => fixedTokens(count('Be kind.'), count(message));

/** A tokeniser that loads when it is told to, and that nobody may wait for. */
class LoadingCounter implements TokenCounter {
  isLoaded = false;

  async count(text: string) {
    return this.isLoaded ? countTokens(text) : { tokens: boundOf(text), exact: false };
  }

  async countWhenLoaded(): Promise<never> {
    throw new Error('the turn waits for the tokeniser');
  }
}

describe('the first turn of a process, which begins before the tokeniser is loaded,', () => {
  test.each([
    ['of a provider that says what it counts', { prompt_tokens: 40, completion_tokens: 9 }],
    ['of a provider that does not', null],
  ])('%s ends with exact figures where it is loaded by then', async (_, usage) => {
    const counter = new LoadingCounter();
    const conversation = new Conversation(model, { counter });
    const gate = upstream.gate();
    upstream.enqueue({ deltas: [gate, answer], usage });
    const asked = upstream.requests.length + 1;
    const turn = conversation.talk(message);
    await eventually(() => upstream.requests.length === asked);
    counter.isLoaded = true;
    gate.open();
    const { finished, sessionId } = await turn;

    const [prompt_tokens, completion_tokens] = [sizeBy(tokensOf), tokensOf(answer)];
    const counted = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
    const told = usage === null ? counted : { ...usage, total_tokens: 49 };
    expect(finished?.usage).toEqual({ ...told, cached_tokens: 0 });
    expect(finished?.context).toMatchObject({ prompt_tokens });
    expect(finished?.context).not.toHaveProperty('estimated');
    expect(await conversation.messages(sessionId)).toMatchObject([
      { tokens: tokensOf(message) },
      { tokens: completion_tokens, usage: finished?.usage, context: finished?.context },
    ]);
    expect(conversation.records).toMatchObject([{ spent_tokens: told.total_tokens, usage: finished?.usage }]);
  });

  test.each([
    ['of a provider that says what it counts, exact usage', { prompt_tokens: 40, completion_tokens: 9 }],
    ['of a provider that does not, usage that is a bound too', null],
  ])('ends with a bound that is marked where it is not loaded even then, and %s', async (_, usage) => {
    const conversation = new Conversation(model, { counter: new LoadingCounter() });
    upstream.enqueue({ deltas: [answer], usage });
    const { finished, sessionId } = await conversation.talk(message);

    const [prompt_tokens, completion_tokens] = [sizeBy(boundOf), boundOf(answer)];
    const bound = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
    const told = usage === null ? { ...bound, estimated: true } : { ...usage, total_tokens: 49 };
    expect(finished?.usage).toEqual({ ...told, cached_tokens: 0 });
    expect(finished?.context).toMatchObject({ prompt_tokens, estimated: true });
    const [asked, answered] = (await conversation.messages(sessionId)) ?? [];
    expect(answered).toMatchObject({ usage: finished?.usage, context: finished?.context });
    for (const stored of [asked, answered]) expect(stored).not.toHaveProperty('tokens');
    expect(conversation.records).toMatchObject([{ usage: finished?.usage, context: finished?.context }]);
  });

  test('counts what was sent in the end, where the model found the conversation too long', async () => {
    const store = new Conversation(model).store;
    const { sessionId } = await new Conversation(model, { store }).talk('Before');
    const counter = new LoadingCounter();
    const conversation = new Conversation(model, { counter, store });
    const gate = upstream.gate();
    const tooLong = { status: 400, body: { error: { code: 'context_length_exceeded', message: 'Too long.' } } };
    upstream.enqueue(tooLong, { deltas: [gate, answer], usage: null });
    const asked = upstream.requests.length + 2;
    const turn = conversation.talk(message, { sessionId });
    await eventually(() => upstream.requests.length === asked);
    counter.isLoaded = true;
    gate.open();
    const { finished } = await turn;
    expect(finished?.context).toMatchObject({ messages: 1, dropped_messages: 2, prompt_tokens: sizeBy(tokensOf) });
    expect(finished?.usage.prompt_tokens).toBe(sizeBy(tokensOf));
  });

  test('costs what it sent and heard by exact counts where it fails, too', async () => {
    const counter = new LoadingCounter();
    const conversation = new Conversation(model, { counter });
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['Sessions', gate], usage: null, ending: 'cut' });
    const asked = upstream.requests.length + 1;
    const turn = conversation.talk(message);
    await eventually(() => upstream.requests.length === asked);
    counter.isLoaded = true;
    gate.open();
    await expect(turn).rejects.toMatchObject({ code: 'model-failed' });
    await conversation.flush();
    expect(conversation.records).toMatchObject([
      { outcome: 'failed', spent_tokens: sizeBy(tokensOf) + tokensOf('Sessions') },
    ]);
  });
});
