import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retrying } from '../../shared/models/retrying.ts';
import { ownClock } from '../own-clock.ts';
import { eventsOf } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type Api, deployment } from './deployment.ts';
import { failureOf, hear } from './hear.ts';

ownClock();

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

const chunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});

/** By API what shows that the model is at it, and how it then answers. */
const progress: [Api, object, object[]][] = [
  ['chat', chunk({ reasoning_content: 'Hm. ' }), [chunk({ content: 'Yes' }, 'stop')]],
  ['chat', chunk({ reasoning: 'Hm. ' }), [chunk({ content: 'Yes' }, 'stop')]],
  ['chat', chunk({ content: '' }), [chunk({ content: 'Yes' }, 'stop')]],
  ['chat', chunk({ content: [{ type: 'thinking', thinking: [] }] }), [chunk({ content: 'Yes' }, 'stop')]],
  ['completions', { choices: [{ text: '' }] }, [{ choices: [{ text: 'Yes', finish_reason: 'stop' }] }]],
  ...[
    'response.created',
    'response.in_progress',
    'response.reasoning_text.delta',
    'response.reasoning_summary_part.added',
    'response.reasoning_summary_text.delta',
  ].map((type): [Api, object, object[]] => [
    'responses',
    { type, delta: 'Hm. ' },
    [{ type: 'response.output_text.delta', delta: 'Yes' }, { type: 'response.completed' }],
  ]),
];

test.concurrent.each(progress)('%s: while there is %j, the model may take its time', async (api, event, answer) => {
  const own = await ScriptedUpstream.start();
  own.enqueue({ raw: [...Array<string>(30).fill(eventsOf(event).join('')), ...eventsOf(...answer)], delayMs: 100 });
  expect(await hear(deployment(api, own, { timeoutMs: 2000 }))).toMatchObject({ text: 'Yes', thrown: undefined });
  await own.stop();
});

const nothing: [Api, string][] = [
  ['chat', ': still here\n\n'],
  ['chat', 'data:\n\n'],
  ['chat', 'data: null\n\n'],
  ['chat', 'data: {"choices":[]}\n\n'],
  ['chat', 'data: {"choices":[{"index":0,"delta":{}}]}\n\n'],
  ['responses', 'data: {"type":"keepalive","sequence_number":3}\n\n'],
  ['completions', 'data: {"choices":[{"index":0}]}\n\n'],
];

test.each(nothing)('%s: %j is no progress', async (api, event) => {
  upstream.enqueue({ raw: endlessly(event), delayMs: 5 });
  expect((await failureOf(deployment(api, upstream, { timeoutMs: 50 }))).code).toBe('model-timeout');
});

function* endlessly(event: string) {
  for (;;) yield event;
}

describe('a model that goes silent', () => {
  test.concurrent.each(progress)('%s: after %j is not asked again, as the call is paid for', async (api, event) => {
    const own = await ScriptedUpstream.start();
    own.enqueue({ raw: eventsOf(event), ending: 'silence' });
    const model = retrying([deployment(api, own, { timeoutMs: 2000 }), deployment(api, own)]);
    expect(await hear(model)).toMatchObject({ calls: ['asked'], thrown: { code: 'model-timeout' } });
    expect(own.requests).toHaveLength(1);
    await own.stop();
  });

  test('before it showed that it is there is asked again, and each call may be paid for', async () => {
    upstream.requests.length = 0;
    upstream.enqueue({ raw: [], ending: 'silence' }, { deltas: ['Here I am'], usage: { prompt_tokens: 9 } });
    const model = retrying([deployment('chat', upstream, { timeoutMs: 100 }), deployment('chat', upstream)]);
    expect(await hear(model)).toMatchObject({ text: 'Here I am', calls: ['asked', 'asked', 'billed'] });
    expect(upstream.requests).toHaveLength(2);
  });

  test('is not what a rate limit inside the stream is: that is asked again, also after signs of life', async () => {
    upstream.enqueue(
      { raw: eventsOf(chunk({ role: 'assistant', content: '' }), { error: { code: 'rate_limit_exceeded' } }) },
      { deltas: ['Here I am'] },
    );
    expect((await hear(retrying([deployment('chat', upstream)], { random: () => -1 }))).text).toBe('Here I am');
  });
});
