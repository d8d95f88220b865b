import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apis, deployment } from './deployment.ts';
import { failureOf, hear } from './hear.ts';

let upstream: ScriptedUpstream;
/** Names that the upstream refuses, in the words of OpenAI. */
let refused: string[];
beforeAll(async () => {
  upstream = await ScriptedUpstream.start(({ body }) => {
    const param = refused.find((name) => name in body);
    return param === undefined ? { deltas: ['Good day'] } : refusal(param);
  });
});
beforeEach(() => {
  upstream.requests.length = 0;
  refused = [];
});
afterAll(() => upstream.stop());

function refusal(param: string) {
  const message = `Unsupported parameter: '${param}' is not supported with this model.`;
  return {
    status: 400,
    body: { error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' } },
  };
}

const sent = (name: string) => upstream.requests.map(({ body }) => name in body);

test('max_tokens that is refused is replaced, sent again once, and not sent any more', async () => {
  refused = ['max_tokens'];
  const model = deployment('chat', upstream);
  expect((await hear(model)).text).toBe('Good day');
  expect((await hear(model)).text).toBe('Good day');
  expect(sent('max_tokens')).toEqual([true, false, false]);
  expect(upstream.requests.map(({ body }) => body['max_completion_tokens'])).toEqual([undefined, 500, 500]);
});

test('max_completion_tokens that an older Azure model refuses is replaced by max_tokens', async () => {
  refused = ['max_completion_tokens'];
  expect((await hear(deployment('chat', upstream, { kind: 'azure' }))).text).toBe('Good day');
  expect(upstream.requests.map(({ body }) => body['max_tokens'])).toEqual([undefined, 500]);
});

test.each([
  ['chat', ['temperature', 'stream_options', 'prompt_cache_key']],
  ['responses', ['temperature', 'store', 'prompt_cache_key']],
  ['completions', ['temperature', 'stream_options', 'stop']],
] as const)('%s does without all that is refused', async (api, names) => {
  refused = [...names];
  const model = deployment(api, upstream, { kind: 'azure' });
  expect((await hear(model, { cacheKey: 'group-7' })).text).toBe('Good day');
  expect(upstream.requests.length).toBe(names.length + 1);
  await hear(model, { cacheKey: 'group-7' });
  expect(upstream.requests.length).toBe(names.length + 2);
});

test('calls at the same time learn it together', async () => {
  refused = ['max_tokens', 'temperature'];
  const model = deployment('chat', upstream);
  const all = await Promise.all(Array.from({ length: 8 }, () => hear(model)));
  expect(all.map(({ text }) => text)).toEqual(Array(8).fill('Good day'));
});

test('what one deployment refuses is sent to the others', async () => {
  refused = ['temperature'];
  await hear(deployment('chat', upstream));
  refused = [];
  await hear(deployment('chat', upstream));
  expect(sent('temperature')).toEqual([true, false, true]);
});

test.each([
  ['temperature', { status: 400, code: 'unsupported_value', param: 'temperature', message: 'Only 1 is supported' }],
  ['stream_options', { status: 422, message: "Unknown field: 'stream_options'" }],
  ['stream_options', { status: 400, code: 400, message: 'Unrecognized request argument supplied: "stream_options"' }],
] as const)('%s is refused by %o', async (name, { status, ...error }) => {
  upstream.enqueue({ status, body: { error } });
  expect((await hear(deployment('chat', upstream))).text).toBe('Good day');
  expect(sent(name)).toEqual([true, false]);
});

test.each(apis)('a 400 of %s for anything else is not repeated', async (api) => {
  const errors = [
    { code: 'invalid_value', param: 'max_tokens', message: 'max_tokens is too large' },
    { code: 'invalid_request_error', param: 'max_tokens', message: 'max_tokens is too large: 500' },
    { code: 'unsupported_parameter', param: 'model', message: "'model' is not supported" },
    { code: 'unsupported_parameter', message: 'Something is not supported' },
  ];
  for (const error of errors) {
    upstream.enqueue({ status: 400, body: { error } });
    expect((await failureOf(deployment(api, upstream))).code).toBe('internal');
  }
  expect(upstream.requests.length).toBe(errors.length);
});

test('a parameter that is refused although it was not sent ends in a failure', async () => {
  upstream.enqueue(refusal('temperature'), refusal('temperature'));
  expect((await failureOf(deployment('chat', upstream))).code).toBe('internal');
  expect(upstream.requests.length).toBe(2);
});
