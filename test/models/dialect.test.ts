import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PromptMessage } from '../../shared/conversation/ports/model.ts';
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

const inputs = "'input': 'My max_tokens and ''temperature'' are unsupported'";
test.each<[string, string, number, object]>([
  [
    'Azure',
    'temperature',
    400,
    { error: { message: refusal('temperature').body.error.message, param: null, code: null } },
  ],
  [
    'OpenAI',
    'max_tokens',
    400,
    {
      error: {
        message:
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      },
    },
  ],
  [
    'Azure, a value',
    'temperature',
    400,
    {
      error: {
        message:
          "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
      },
    },
  ],
  ['Groq', 'stream_options', 400, { error: { message: "property 'stream_options' is unsupported" } }],
  ['Databricks', 'stream_options', 400, { message: 'stream_options: Extra inputs are not permitted' }],
  [
    'vLLM',
    'stream_options',
    400,
    {
      object: 'error',
      code: 400,
      message: `[{'type': 'extra_forbidden', 'loc': ('body', 'stream_options'), 'msg': 'Extra inputs are not permitted', ${inputs}}]`,
    },
  ],
  [
    'FastAPI',
    'stream_options',
    422,
    {
      detail: [
        { type: 'missing', loc: ['body', 'x'] },
        { type: 'extra_forbidden', loc: ['body', 'stream_options'] },
      ],
    },
  ],
  [
    'Mistral',
    'stream_options',
    422,
    { object: 'error', message: { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'] }] } },
  ],
])('%s refuses %s in its own words', async (_, name, status, body) => {
  upstream.enqueue({ status, body });
  expect((await hear(deployment('chat', upstream))).text).toBe('Good day');
  expect(sent(name)).toEqual([true, false]);
});

test('a message that quotes what a user wrote takes no parameter away', async () => {
  const wrote = "'max_tokens' and 'temperature' are not supported, unknown field: 'stream_options'";
  const model = deployment('chat', upstream);
  const errors = [
    { message: `Invalid message: ${wrote}` },
    { code: 'invalid_value', message: `'temperature' is not supported: ${wrote}` },
    { code: 'unsupported_parameter', message: wrote },
    { message: `Unsupported parameter: 'temperature' is not supported with this model. ${wrote}` },
    { message: 'Invalid', detail: [{ type: 'extra_forbidden', loc: ['body', 'messages', 0, wrote] }] },
    { message: 'Invalid', detail: [{ type: 'value_error', loc: ['body', 'temperature'] }, null, 'temperature'] },
    { message: 'Invalid', detail: 'temperature' },
  ];
  for (const error of errors) {
    upstream.enqueue({ status: 400, body: { error } });
    expect((await failureOf(model)).code).toBe('internal');
  }
  expect((await hear(model)).text).toBe('Good day');
  expect(upstream.requests.at(-1)?.body).toEqual(upstream.requests[0]?.body);
  expect(upstream.requests[0]?.body).toMatchObject({ max_tokens: 500, temperature: 0.7 });
});

test('where both names of the answer’s limit are refused the call fails, and never goes out without a limit', async () => {
  refused = ['max_tokens', 'max_completion_tokens'];
  const model = deployment('chat', upstream);
  for (let call = 1; call <= 3; call += 1) expect((await failureOf(model)).code).toBe('internal');
  const limits = upstream.requests.map(({ body }) => [body['max_tokens'], body['max_completion_tokens']]);
  const [before, after] = [
    [500, undefined],
    [undefined, 500],
  ];
  expect(limits).toEqual([before, after, before, after, before, after]);
  refused = ['max_tokens'];
  expect((await hear(model)).text).toBe('Good day');
});

test('a name of the limit that was taken once may be refused later, and the other one taken', async () => {
  refused = ['max_tokens'];
  const model = deployment('chat', upstream);
  await hear(model);
  refused = ['max_completion_tokens'];
  expect((await hear(model)).text).toBe('Good day');
  refused = ['max_tokens'];
  expect((await hear(model)).text).toBe('Good day');
  expect(upstream.requests.every(({ body }) => (body['max_tokens'] ?? body['max_completion_tokens']) === 500)).toBe(
    true,
  );
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

test('messages of the same role in a row are sent as one to a server whose template wants the speakers to alternate', async () => {
  const message = 'Conversation roles must alternate user/assistant/user/assistant/...';
  const strict = await ScriptedUpstream.start(({ body }) => {
    const roles = (body['messages'] as { role: string }[]).map(({ role }) => role);
    const repeats = roles.some((role, place) => role === roles[place - 1]);
    return repeats ? { status: 400, body: { object: 'error', message } } : { deltas: ['Good day'] };
  });
  const model = deployment('chat', strict);
  const messages: PromptMessage[] = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'A summary' },
    { role: 'user', content: 'A question' },
  ];
  const [first, second] = [await hear(model, { messages }), await hear(model, { messages })];
  await strict.stop();
  expect([first.text, second.text]).toEqual(['Good day', 'Good day']);
  expect(strict.requests.map(({ body }) => (body['messages'] as object[]).length)).toEqual([3, 2, 2]);
  expect(strict.requests[1]?.body['messages']).toContainEqual({ role: 'user', content: 'A summary\n\nA question' });
});
