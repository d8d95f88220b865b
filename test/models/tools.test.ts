import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OfferedTool, PromptMessage } from '../../shared/conversation/ports/model.ts';
import { CalledTools } from '../../shared/models/called-tools.ts';
import { demo } from '../../shared/models/demo.ts';
import { eventsOf } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { deployment } from './deployment.ts';
import { hear, question } from './hear.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

const clock: OfferedTool = {
  name: 'clock',
  description: 'Tells the time.',
  parameters: { type: 'object', properties: { zone: { type: 'string' } }, additionalProperties: false },
};
const tools = { offered: [clock], isLast: false };
const calls = [
  { id: 'call_1', name: 'clock', arguments: '{"zone":"Europe/Zürich"}' },
  { id: 'call_2', name: 'orders__search', arguments: '{}' },
];
const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };

const rounds: PromptMessage[] = [
  ...question,
  { role: 'assistant', content: 'One moment.', calls, thoughts: [thought] },
  { role: 'tool', callId: 'call_1', content: '12:00' },
  { role: 'tool', callId: 'call_2', content: '[]' },
];

describe.each(['chat', 'responses'] as const)('a model of the API %s', (api) => {
  test('tells what it calls behind what it says, whole and in order', async () => {
    upstream.enqueue({ deltas: ['One ', 'moment.'], calls });
    const heard = await hear(deployment(api, upstream), { tools });
    expect(heard).toMatchObject({ text: 'One moment.', called: calls, ends: [{ finishReason: 'calls' }] });
    expect(heard.thrown).toBeUndefined();
  });

  test('may call without a word', async () => {
    upstream.enqueue({ calls });
    expect(await hear(deployment(api, upstream), { tools })).toMatchObject({ text: '', called: calls });
  });

  test('calls nothing where its answer was cut: what was called last may be cut as well', async () => {
    upstream.enqueue({ deltas: ['One '], calls, finishReason: 'length' });
    const { called, ends } = await hear(deployment(api, upstream), { tools });
    expect([called, ends]).toMatchObject([[], [{ finishReason: 'length' }]]);
  });

  test('is told what it has to call, how often, and how strictly', async () => {
    const offered = [{ ...clock, strict: true as const }];
    await hear(deployment(api, upstream), { tools: { offered, isLast: false, choice: 'required', isSingle: true } });
    const { body } = upstream.requests.at(-1) ?? expect.unreachable();
    expect(body).toMatchObject({ tool_choice: 'required', parallel_tool_calls: false });
    const [tool] = body['tools'] as { strict?: boolean; function?: { strict?: boolean } }[];
    expect((tool?.function ?? tool)?.strict).toBe(true);
    await hear(deployment(api, upstream), { tools: { offered, isLast: false, choice: { name: 'clock' } } });
    const one = api === 'chat' ? { function: { name: 'clock' } } : { name: 'clock' };
    expect(upstream.requests.at(-1)?.body).toMatchObject({ tool_choice: { type: 'function', ...one } });
    expect(upstream.requests.at(-1)?.body).not.toHaveProperty('parallel_tool_calls');
  });

  test('is not told of tools where there are none', async () => {
    await hear(deployment(api, upstream), {});
    expect(Object.keys(upstream.requests.at(-1)?.body ?? {})).not.toContain('tools');
  });
});

test('chat completions are offered tools as functions, and told what came of calls', async () => {
  await hear(deployment('chat', upstream), { messages: rounds, tools });
  const { body } = upstream.requests.at(-1) ?? {};
  expect(body).toMatchObject({ tools: [{ type: 'function', function: clock }] });
  expect(body).not.toHaveProperty('tool_choice');
  expect(body?.['messages']).toEqual([
    ...question,
    {
      role: 'assistant',
      content: 'One moment.',
      tool_calls: calls.map(({ id, name, arguments: written }) => ({
        id,
        type: 'function',
        function: { name, arguments: written },
      })),
    },
    { role: 'tool', tool_call_id: 'call_1', content: '12:00' },
    { role: 'tool', tool_call_id: 'call_2', content: '[]' },
  ]);
});

test('responses are offered tools, and told what came of calls, behind what the model thought', async () => {
  await hear(deployment('responses', upstream, { model: 'gpt-5.4-mini' }), { messages: rounds, tools });
  const body = upstream.requests.at(-1)?.body ?? {};
  expect(body).toMatchObject({
    tools: [{ type: 'function', ...clock, strict: false }],
    include: ['reasoning.encrypted_content'],
    store: false,
  });
  expect((body['input'] as object[]).slice(1)).toEqual([
    thought,
    { role: 'assistant', content: 'One moment.' },
    { type: 'function_call', call_id: 'call_1', name: 'clock', arguments: calls[0]?.arguments },
    { type: 'function_call', call_id: 'call_2', name: 'orders__search', arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_1', output: '12:00' },
    { type: 'function_call_output', call_id: 'call_2', output: '[]' },
  ]);
});

test('responses hand over what the model thought, to be handed back', async () => {
  upstream.enqueue({ thoughts: [thought], calls });
  expect(await hear(deployment('responses', upstream), { tools })).toMatchObject({
    thoughts: [thought],
    called: calls,
  });
});

test.each(['chat', 'responses'] as const)('in the last round %s is told to call nothing', async (api) => {
  await hear(deployment(api, upstream), { messages: rounds, tools: { ...tools, isLast: true } });
  expect(upstream.requests.at(-1)?.body).toMatchObject({ tool_choice: 'none', tools: [{ type: 'function' }] });
});

/** Chunks of servers that do not write what OpenAI does. */
const dialects: [string, object[], object[]][] = [
  [
    'no index, and whole calls',
    [
      { id: 'a', function: { name: 'clock', arguments: '{}' } },
      { id: 'b', function: { name: 'clock', arguments: '{"zone":"UTC"}' } },
    ],
    [
      { id: 'a', arguments: '{}' },
      { id: 'b', arguments: '{"zone":"UTC"}' },
    ],
  ],
  [
    'arguments as an object',
    [{ index: 0, id: 'a', function: { name: 'clock', arguments: { zone: 'UTC' } } }],
    [{ id: 'a', arguments: '{"zone":"UTC"}' }],
  ],
  [
    'the name with every piece',
    [
      { index: 0, id: 'a', function: { name: 'clock', arguments: '{' } },
      { index: 0, id: 'a', function: { name: 'clock', arguments: '}' } },
    ],
    [{ id: 'a', name: 'clock', arguments: '{}' }],
  ],
  ['no id', [{ index: 0, function: { name: 'clock', arguments: '{}' } }], [{ name: 'clock', arguments: '{}' }]],
  [
    'an empty id behind the first piece',
    [
      { index: 0, id: 'a', function: { name: 'clock' } },
      { index: 0, id: '', function: { arguments: '{}' } },
    ],
    [{ id: 'a', arguments: '{}' }],
  ],
  ['a call without a name', [{ index: 0, id: 'a', function: { arguments: '{}' } }], []],
];
test.each(dialects)('calls are understood that are written with %s', async (_, pieces, expected) => {
  const chunks = pieces.map((piece) => ({ choices: [{ delta: { tool_calls: [piece] } }] }));
  const raw = eventsOf(
    ...chunks,
    { choices: [{ delta: {}, finish_reason: expected.length > 0 ? 'tool_calls' : 'stop' }] },
    '[DONE]',
  );
  upstream.enqueue({ raw });
  const { called, thrown } = await hear(deployment('chat', upstream), { tools });
  expect(thrown).toBeUndefined();
  expect(called).toMatchObject(expected);
  expect(called.every(({ id }) => id !== '')).toBe(true);
});

test('calls are put together again, however they were cut and mixed', () => {
  const written = fc.record({ id: fc.uuid(), name: fc.stringMatching(/^[a-z]{1,10}$/), arguments: fc.json() });
  fc.assert(
    fc.property(
      fc.uniqueArray(written, { selector: ({ id }) => id, maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
      (all, random) => {
        const called = new CalledTools();
        const left = all.map((call, index) => ({ index, call, at: -1 }));
        for (const { index, call } of left) called.hear([{ index, id: call.id, function: { name: call.name } }]);
        for (;;) {
          const open = left.filter(({ call, at }) => at < call.arguments.length - 1);
          if (open.length === 0) break;
          const next = open[(random.next().value ?? 0) % open.length] as (typeof left)[number];
          const length = 1 + ((random.next().value ?? 0) % 7);
          const piece = next.call.arguments.slice(next.at + 1, next.at + 1 + length);
          next.at += length;
          called.hear([{ index: next.index, function: { arguments: piece } }]);
        }
        expect(called.all).toEqual(all);
      },
    ),
  );
});

test('the demo model calls a tool whose description has a word of the message, says so, and tells its result', async () => {
  const asked: PromptMessage[] = [{ role: 'user', content: 'What time is it?' }];
  const first = await hear(demo(0), { messages: asked, tools });
  expect(first).toMatchObject({
    text: expect.stringContaining('I call the tool clock'),
    called: [{ name: 'clock', arguments: '{}' }],
    ends: [{ finishReason: 'calls' }],
  });
  const told: PromptMessage[] = [
    ...asked,
    { role: 'assistant', content: first.text, calls: first.called },
    { role: 'tool', callId: first.called[0]?.id ?? '', content: '12:00' },
  ];
  expect(await hear(demo(0), { messages: told, tools })).toMatchObject({ text: 'The tool says: 12:00', called: [] });
  expect(await hear(demo(0), { messages: asked, tools: { ...tools, isLast: true } })).toMatchObject({ called: [] });
  expect(await hear(demo(0), { messages: [{ role: 'user', content: 'Hello' }], tools })).toMatchObject({ called: [] });
});
