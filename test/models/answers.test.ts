import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apis, deployment } from './deployment.ts';
import { ask, hear } from './hear.ts';

let upstream: ScriptedUpstream;
beforeEach(async () => {
  upstream = await ScriptedUpstream.start();
});
afterEach(() => upstream.stop());

describe.each(apis)('an answer by %s', (api) => {
  test('is the text that was said, then one end with its reason and usage', async () => {
    upstream.enqueue({
      deltas: ['Good', ' day', ', 世界'],
      usage: { prompt_tokens: 1200, completion_tokens: 3, cached_tokens: 1024 },
    });
    const usage = { prompt_tokens: 1200, completion_tokens: 3, total_tokens: 1203, cached_tokens: 1024 };
    expect(await hear(deployment(api, upstream))).toEqual({
      deltas: ['Good', ' day', ', 世界'],
      text: 'Good day, 世界',
      ends: [{ type: 'end', finishReason: 'stop', usage }],
      calls: ['asked', 'billed'],
      called: [],
      thoughts: [],
      thrown: undefined,
    });
  });

  test('that met its limit ends with length', async () => {
    upstream.enqueue({ deltas: ['Once upon'], finishReason: 'length' });
    const { text, ends } = await hear(deployment(api, upstream));
    expect(text).toBe('Once upon');
    expect(ends).toMatchObject([{ finishReason: 'length' }]);
  });

  test('counts no cached tokens where the provider names none', async () => {
    upstream.enqueue({ deltas: ['Hi'], usage: { prompt_tokens: 9, completion_tokens: 1 } });
    expect((await hear(deployment(api, upstream))).ends).toMatchObject([{ usage: { cached_tokens: 0 } }]);
  });

  test('has no usage where the provider sent none', async () => {
    upstream.enqueue({ deltas: ['Hi'], usage: null });
    expect((await hear(deployment(api, upstream))).ends).toEqual([
      { type: 'end', finishReason: 'stop', usage: undefined },
    ]);
  });

  test('may be empty', async () => {
    upstream.enqueue({ deltas: ['', ''] });
    expect(await hear(deployment(api, upstream))).toMatchObject({ deltas: [], ends: [{ finishReason: 'stop' }] });
  });

  test('comes while it is said', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['One', gate, ' two'] });
    const events = ask(deployment(api, upstream))[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ type: 'asked' });
    expect((await events.next()).value).toEqual({ type: 'delta', text: 'One' });
    gate.open();
    expect((await events.next()).value).toEqual({ type: 'delta', text: ' two' });
    await events.return(undefined);
  });

  test('joins a surrogate pair that is split over two deltas', async () => {
    upstream.enqueue({ deltas: ['a\ud83d', '\ude00b', '\ud83d', '\ude01'] });
    expect((await hear(deployment(api, upstream))).deltas).toEqual(['a', '😀b', '😁']);
  });

  test('has a replacement character for a half that is never completed', async () => {
    upstream.enqueue({ deltas: ['a\ude00b\ud83d', 'c\ud83d'] });
    expect((await hear(deployment(api, upstream))).text).toBe('a\ufffdb\ufffdc\ufffd');
  });

  test('is the same, well-formed text wherever it was cut into deltas', async () => {
    const model = deployment(api, upstream);
    const cutText = fc
      .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.array(fc.nat()))
      .map(([text, cuts]) => ({ text, deltas: cut(text, cuts) }));
    await fc.assert(
      fc.asyncProperty(cutText, async ({ text, deltas }) => {
        upstream.enqueue({ deltas });
        const heard = await hear(model);
        expect(heard.text).toBe(api === 'completions' ? text.trim() : text);
        expect(heard.deltas.every((delta) => delta !== '' && delta.isWellFormed())).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

/** Pieces of UTF-16, which may part a character. */
function cut(text: string, positions: number[]): string[] {
  const ends = [...positions.map((position) => position % text.length), text.length].sort((a, b) => a - b);
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

test('a model that declines says so in its answer', async () => {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  upstream.enqueue({ raw: [chunk({ content: '', refusal: 'I will not.' }), chunk({}, 'stop')] });
  expect((await hear(deployment('chat', upstream))).text).toBe('I will not.');
  upstream.enqueue({
    raw: ['data: {"type":"response.refusal.delta","delta":"Nor I."}\n\ndata: {"type":"response.completed"}\n\n'],
  });
  expect((await hear(deployment('responses', upstream))).text).toBe('Nor I.');
});

test('an answer of completions has no white space around it, and all that is inside it', async () => {
  upstream.enqueue({ deltas: [' ', '\n Hello', ' ', '\n', 'you ', ' \n'] });
  expect((await hear(deployment('completions', upstream))).deltas).toEqual(['Hello', ' \nyou']);
});
