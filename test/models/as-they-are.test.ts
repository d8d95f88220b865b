import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownClock } from '../own-clock.ts';
import { eventsOf } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type Api, apis, deployment } from './deployment.ts';
import { ask, failureOf, hear } from './hear.ts';

ownClock();

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

const chunk = (delta: object, finish_reason: unknown = null) => ({ choices: [{ index: 0, delta, finish_reason }] });

describe('an answer in parts', () => {
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm. ' }] };
  test('is the text of its parts, without the thoughts', async () => {
    upstream.enqueue({
      raw: eventsOf(
        chunk({ content: [thinking] }),
        chunk({ content: [{ type: 'text', text: 'Good' }, thinking, { type: 'text', text: ' day' }] }),
        chunk({ content: ', all' }),
        chunk({ content: [{ type: 'reference', reference_ids: [1] }, null, 7, { type: 'text', text: 7 }] }),
        chunk({}, 'stop'),
        '[DONE]',
      ),
    });
    expect(await hear(deployment('chat', upstream))).toMatchObject({
      deltas: ['Good day', ', all'],
      thrown: undefined,
    });
  });

  test.each([7, true, { text: 'x' }])('that are %o is no text', async (content) => {
    upstream.enqueue({ raw: eventsOf(chunk({ content }), chunk({ content: 'Hi' }, 'stop'), '[DONE]') });
    expect(await hear(deployment('chat', upstream))).toMatchObject({ text: 'Hi', thrown: undefined });
  });
});

describe.each(['chat', 'completions'] as const)('an answer of %s that ends', (api) => {
  test.each(['stop', 'STOP', 'end_turn', 'eos', 'eos_token', 'stop_sequence', 'tool_calls', 'a reason of next year'])(
    'as %s is kept',
    async (finishReason) => {
      upstream.enqueue({ deltas: ['Half a', ' word'], finishReason });
      expect(await hear(deployment(api, upstream))).toMatchObject({
        text: 'Half a word',
        ends: [{ finishReason: 'stop' }],
        thrown: undefined,
      });
    },
  );

  test.each(['length', 'max_tokens', 'MAX_TOKENS', 'model_length'])('as %s met its limit', async (finishReason) => {
    upstream.enqueue({ deltas: ['Half a'], finishReason });
    expect(await hear(deployment(api, upstream))).toMatchObject({ text: 'Half a', ends: [{ finishReason: 'length' }] });
  });

  test.each(['content_filter', 'content_filter: OTHER', 'SAFETY', 'guardrail_intervened'])(
    'as %s was filtered',
    async (finishReason) => {
      upstream.enqueue({ deltas: ['Half a'], finishReason });
      expect((await failureOf(deployment(api, upstream))).code).toBe('content-filtered');
    },
  );

  test('with [DONE] and no reason is kept', async () => {
    upstream.enqueue({ deltas: ['Good day'], finishReason: null });
    expect(await hear(deployment(api, upstream))).toMatchObject({ text: 'Good day', ends: [{ finishReason: 'stop' }] });
  });

  test.each(['tool_calls', 'a reason of next year', null])(
    'as %s before it said anything is model-failed, and what it cost is known',
    async (finishReason) => {
      upstream.enqueue({ deltas: [], finishReason, usage: { prompt_tokens: 9 } });
      expect(await hear(deployment(api, upstream))).toMatchObject({
        calls: ['asked', 'billed'],
        thrown: { code: 'model-failed' },
      });
    },
  );

  test('as an error is model-failed', async () => {
    upstream.enqueue({ deltas: ['Half a'], finishReason: 'error' });
    expect((await failureOf(deployment(api, upstream))).code).toBe('model-failed');
  });
});

const ended: [Api, object, object][] = [
  ['chat', chunk({ content: 'All' }), chunk({}, 'stop')],
  ['completions', { choices: [{ text: 'All' }] }, { choices: [{ text: '', finish_reason: 'stop' }] }],
  ['responses', { type: 'response.output_text.delta', delta: 'All' }, { type: 'response.completed' }],
];
test.each(ended)(
  'an answer of %s that has ended is whole, also where the connection stays open',
  async (api, ...said) => {
    upstream.enqueue({ raw: eventsOf(...said), ending: 'silence' });
    expect(await hear(deployment(api, upstream))).toMatchObject({ text: 'All', ends: [{ finishReason: 'stop' }] });
  },
);

describe.each(apis)('of a filtered answer of %s', (api) => {
  test('it is known what it cost, and nothing more of it is told', async () => {
    upstream.enqueue({
      deltas: ['Half'],
      finishReason: 'content_filter',
      usage: { prompt_tokens: 30, completion_tokens: 4 },
    });
    expect(await hear(deployment(api, upstream))).toMatchObject({
      text: 'Half',
      calls: ['asked', 'billed'],
      thrown: { code: 'content-filtered' },
    });
  });
});

test('the cost of a filtered answer is not waited for long, whatever comes in its place', async () => {
  const filtered = eventsOf(chunk({ content: 'Half' }), chunk({}, 'content_filter'));
  upstream.enqueue({ raw: filtered, ending: 'silence' }, { raw: more(), delayMs: 5 });
  function* more() {
    yield* filtered;
    for (;;) yield* eventsOf(chunk({ content: ' and more' }));
  }
  const model = deployment('chat', upstream, { timeoutMs: 600_000 });
  const heard = await Promise.all([hear(model), hear(model)]);
  for (const each of heard) expect(each).toMatchObject({ text: 'Half', thrown: { code: 'content-filtered' } });
});

test('a filtered answer is filtered also for a caller that stops it then', async () => {
  const events = eventsOf(chunk({ content: 'Half' }), chunk({}, 'content_filter'));
  // In one piece: the filter's ending has arrived when the caller stops.
  upstream.enqueue({ raw: [events.join('')], ending: 'silence' });
  const controller = new AbortController();
  const heard = Array.fromAsync(ask(deployment('chat', upstream), { signal: controller.signal }), (event) => {
    if (event.type === 'delta') controller.abort('stopped');
  });
  await expect(heard).rejects.toMatchObject({ code: 'content-filtered' });
});

test.each([
  [{ prompt_tokens: '100', completion_tokens: '5' }, [100, 5, 105, 0]],
  [{ prompt_tokens: 100, completion_tokens: null, prompt_tokens_details: { cached_tokens: '64' } }, [100, 0, 100, 64]],
  [{ prompt_tokens: 7, completion_tokens: -3, prompt_tokens_details: [] }, [7, 0, 7, 0]],
] as const)('usage %o is read as numbers', async (usage, [prompt, completion, total, cached]) => {
  upstream.enqueue({ raw: eventsOf(chunk({ content: 'Hi' }, 'stop'), { choices: [], usage }, '[DONE]') });
  const { ends } = await hear(deployment('chat', upstream));
  expect(ends[0]?.usage).toEqual({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
    cached_tokens: cached,
  });
});

test.each([{ prompt_tokens: 'many' }, { prompt_tokens: 0, completion_tokens: 0 }, {}])(
  'usage %o is none: no prompt is free',
  async (usage) => {
    upstream.enqueue({ raw: eventsOf(chunk({ content: 'Hi' }, 'stop'), { choices: [], usage }, '[DONE]') });
    expect((await hear(deployment('chat', upstream))).ends[0]?.usage).toBeUndefined();
  },
);

test('usage of responses is read as numbers', async () => {
  const usage = { input_tokens: '100', output_tokens: '5', input_tokens_details: { cached_tokens: '64' } };
  upstream.enqueue({ raw: eventsOf({ type: 'response.completed', response: { usage } }) });
  expect((await hear(deployment('responses', upstream))).ends).toMatchObject([
    { usage: { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, cached_tokens: 64 } },
  ]);
});

test('events that say nothing are passed over', async () => {
  upstream.enqueue({
    raw: ['data\n\n', ...eventsOf('null', '', ' ', {}, chunk({ content: 'Hi' }), null, chunk({}, 'stop'), ' [DONE] ')],
  });
  expect(await hear(deployment('chat', upstream))).toMatchObject({ text: 'Hi', thrown: undefined });
});

test.each(['Text/Event-Stream', 'TEXT/EVENT-STREAM; charset="UTF-8"', 'text/event-stream ;charset=utf-8'])(
  '%s is a stream',
  async (type) => {
    upstream.enqueue({ deltas: ['Hi'], headers: { 'content-type': type } });
    expect((await hear(deployment('chat', upstream))).text).toBe('Hi');
  },
);

test.each(['text/event-streams', 'application/json; x=text/event-stream'])('%s is no stream', async (type) => {
  upstream.enqueue({ deltas: ['Hi'], headers: { 'content-type': type } });
  expect((await failureOf(deployment('chat', upstream))).code).toBe('model-failed');
});

test('an error that is sent bare inside a stream is one', async () => {
  const error = { object: 'error', message: "This model's maximum context length is 8192 tokens.", code: 400 };
  upstream.enqueue({ raw: eventsOf(error, '[DONE]') });
  expect((await failureOf(deployment('chat', upstream))).code).toBe('context-too-long');
});

test.each([
  { error: { code: 'context_length_exceeded', message: 'Please reduce the length of the messages.' } },
  { error: { type: 'exceed_context_size_error', message: 'the request exceeds the available context size' } },
  { error: { message: 'prompt is too long: 210000 tokens > 200000 maximum' } },
  { error: { message: 'The decoder prompt (length 9) is longer than the maximum model length of 8.' } },
  { error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 and 500' },
  { object: 'error', message: "This model's maximum context length is 8192 tokens.", code: 400 },
  { object: 'error', message: { detail: 'Prompt is too large for model with 32768 maximum context length' } },
])('a conversation is too long by %j', async (body) => {
  upstream.enqueue({ status: 400, body });
  expect((await failureOf(deployment('chat', upstream))).code).toBe('context-too-long');
});
