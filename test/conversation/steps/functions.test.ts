import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/conversation/failure.ts';
import type { OfferedTool } from '../../../shared/conversation/ports/model.ts';
import type { AssistantMessage, Output } from '../../../shared/conversation/ports/stored.ts';
import type { TurnRequest } from '../../../shared/conversation/turn-request.ts';
import { Conversation } from '../conversation.ts';
import { type Act, ActingModel } from './acting-model.ts';
import { ok, testTool } from './test-tools.ts';

const functions: OfferedTool[] = ['where', 'rain'].map((name) => ({
  ...{ name, description: `Says ${name}.`, parameters: { type: 'object' } },
}));
const keyed = () => ({ idempotency: { key: randomUUID(), fingerprint: 'f' } });

/** A conversation whose model calls two of its caller's functions, and looks something up meanwhile. */
async function calling(...acts: Act[]) {
  const calls: [string, unknown][] = [
    ['where', { q: 1 }],
    ['look', {}],
    ['rain', { q: 2 }],
  ];
  const look = testTool('look', { isRepeatable: true, run: () => ok('found') });
  const pay = testTool('pay', { needsApproval: true, run: () => ok('paid') });
  const model = new ActingModel(...(acts.length > 0 ? acts : [{ says: 'Let me see. ', calls }, {}, { says: 'Wet.' }]));
  const conversation = new Conversation(model, { tools: [look, pay] });
  const first = await conversation.talk('Out?', { functions, outputs: [], ...keyed() });
  const { sessionId, turnId } = first;
  const step = (number: number) => `${turnId}.${number}`;
  const settle = (outputs: Output[], more: Partial<TurnRequest> = {}) =>
    conversation.talk('', { sessionId, mustExist: true, functions, outputs, ...more });
  const answers = async (id = sessionId) =>
    ((await conversation.messages(id)) ?? []).filter(({ role }) => role === 'assistant') as AssistantMessage[];
  return { look, pay, model, conversation, first, sessionId, turnId, step, settle, answers };
}

describe("a function of the caller's", () => {
  test('is offered beside the tools, and its call ends the turn when the others are made', async () => {
    const { look, model, first, step, answers } = await calling();
    expect(model.asked[0]?.options.tools?.offered.map(({ name }) => name)).toEqual(['look', 'pay', 'where', 'rain']);
    expect(model.asked).toHaveLength(1);
    expect(first.finished?.finish_reason).toBe('tool_calls');
    expect(look.received).toHaveLength(1);
    expect(first.events.filter(({ type }) => type === 'tool-called')).toEqual([
      { type: 'tool-called', id: step(1), name: 'where', arguments: '{"q":1}', by_caller: true },
      { type: 'tool-called', id: step(2), name: 'look', arguments: '{}' },
      { type: 'tool-called', id: step(3), name: 'rain', arguments: '{"q":2}', by_caller: true },
    ]);
    expect(first.events.filter(({ type }) => type === 'tool-returned')).toMatchObject([{ id: step(2) }]);
    const [answer] = await answers();
    expect(answer?.steps).toMatchObject([
      { id: step(1), status: 'open', by_caller: true },
      { id: step(2), status: 'ok' },
      { id: step(3), status: 'open', by_caller: true },
    ]);
  });

  test('has its output in the next turn: the model is told of the calls and of what came of them', async () => {
    const { look, model, conversation, sessionId, turnId, step, settle, answers } = await calling();
    const next = await settle([
      { id: step(3), output: 'heavy' },
      { id: step(1), output: 'Zürich' },
    ]);
    expect(next.tokens.join('')).toBe('Wet.');
    const call = (number: number) => `call_${turnId.slice(0, 8)}_${number}`;
    const done = [
      { role: 'user', content: 'Out?' },
      { role: 'assistant', content: 'Let me see. ', calls: [{ id: call(2), name: 'look', arguments: '{}' }] },
      { role: 'tool', callId: call(2), content: 'found' },
      {
        role: 'assistant',
        content: '',
        calls: [
          { id: call(1), name: 'where', arguments: '{"q":1}' },
          { id: call(3), name: 'rain', arguments: '{"q":2}' },
        ],
      },
      { role: 'tool', callId: call(1), content: 'Zürich' },
      { role: 'tool', callId: call(3), content: 'heavy' },
    ];
    expect(model.asked[1]?.messages.slice(1)).toEqual(done);
    expect((await answers())[1]?.steps).toMatchObject([
      { id: step(1), status: 'ok', result: 'Zürich', by_caller: true, shown: true },
      { id: step(3), status: 'ok', result: 'heavy', by_caller: true, shown: true },
    ]);
    const [, , asked] = (await conversation.messages(sessionId)) ?? [];
    expect(asked).toMatchObject({ role: 'user', content: '', outputs: [step(3), step(1)] });
    model.script = () => [{ says: 'Yes.' }];
    await conversation.talk('Sure?', { sessionId, outputs: [] });
    const later = [...done, { role: 'assistant', content: 'Wet.' }, { role: 'user', content: 'Sure?' }];
    expect(model.asked[2]?.messages.slice(1)).toEqual(later);
    expect(look.received).toHaveLength(1);
  });

  test('can have its output with a message, which stands behind it', async () => {
    const { model, conversation, sessionId, step } = await calling();
    model.script = () => [{ says: 'Fine.' }];
    const outputs = [1, 3].map((number) => ({ id: step(number), output: `o${number}` }));
    const next = await conversation.talk('Well?', { sessionId, outputs });
    expect(next.events.filter(({ type }) => type === 'tool-returned')).toMatchObject([
      { status: 'ok', result: 'o1' },
      { status: 'ok', result: 'o3' },
    ]);
    await conversation.talk('And now?', { sessionId, outputs: [] });
    const [with_, after] = [model.asked[1]?.messages ?? [], model.asked[2]?.messages ?? []];
    expect(with_.slice(-4).map(({ role, content }) => [role, content])).toEqual([
      ['assistant', ''],
      ['tool', 'o1'],
      ['tool', 'o3'],
      ['user', 'Well?'],
    ]);
    expect(after.slice(0, with_.length)).toEqual(with_);
  });

  test('whose output is missing refuses the turn, unless its caller knows nothing of functions: then none was made', async () => {
    const { model, conversation, sessionId, step, settle, answers } = await calling();
    const wrong = conversation.talk('Well?', { sessionId, outputs: [] });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-request', stepId: step(1) });
    await expect(settle([{ id: step(1), output: 'x' }])).rejects.toMatchObject({ stepId: step(3) });
    await expect(settle([{ id: step(2), output: 'x' }])).rejects.toMatchObject({ errors: [{ field: 'outputs' }] });
    expect(await answers()).toHaveLength(1);
    model.script = () => [{ says: 'I see.' }];
    const next = await conversation.talk('Well?', { sessionId });
    expect(next.events.filter(({ type }) => type === 'tool-returned')).toMatchObject([
      { id: step(1), status: 'rejected' },
      { id: step(3), status: 'rejected' },
    ]);
    const [, ...told] = model.asked[1]?.messages.slice(-4) ?? [];
    expect(told.map(({ content }) => content)).toEqual([
      'Not made: the app whose function it is went on without it.',
      'Not made: the app whose function it is went on without it.',
      'Well?',
    ]);
  });

  test('cannot be approved, and no approval has an output', async () => {
    const both: Act = {
      calls: [
        ['where', {}],
        ['pay', {}],
      ],
    };
    const { pay, first, step, settle, answers } = await calling(both, {}, { says: 'Done.' });
    expect(first.finished?.finish_reason).toBe('tool_calls');
    const approve = (number: number) => [{ id: step(number), decision: 'yes' as const }];
    const output = (number: number) => ({ id: step(number), output: 'here' });
    await expect(settle([output(1)], { approve: approve(1) })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(settle([output(1), output(2)])).rejects.toMatchObject({ code: 'invalid-request' });
    expect(pay.received).toEqual([]);
    await settle([output(1)], { approve: approve(2) });
    expect(pay.received).toHaveLength(1);
    expect((await answers())[1]?.steps).toMatchObject([
      { id: step(1), status: 'ok', result: 'here' },
      { id: step(2), status: 'ok', result: 'paid' },
    ]);
  });

  test('has an output as long as a result: what is more is cut, and the model is told so', async () => {
    const { model, step, settle, answers } = await calling();
    const output = 'word '.repeat(50_000);
    await settle([1, 3].map((number) => ({ id: step(number), output })));
    const told = model.asked[1]?.messages.slice(-2).map(({ content }) => content) ?? [];
    for (const each of told) expect(each).toMatch(/^(word )+w?o?r?d?\n\[Cut: the first \d+ of 250000 characters\.\]$/);
    expect(Math.max(...told.map(({ length }) => length))).toBeLessThan(3000 * 5);
    expect((await answers())[1]?.steps?.map(({ result }) => result)).toEqual(told);
  });

  test('counts in the prompt and in what is held back, and is refused where there is no room for it', async () => {
    const model = new ActingModel();
    const conversation = new Conversation(model, { maxContextTokens: 400 });
    const plain = await conversation.talk('Hello');
    const asked = await conversation.talk('Hello', { functions, outputs: [] });
    const [few = 0, many = 0] = [plain, asked].map(({ finished }) => finished?.context.prompt_tokens);
    expect(many).toBeGreaterThan(few + 20);
    const long = [{ name: 'where', description: 'word '.repeat(400), parameters: {} }];
    await expect(conversation.talk('Hello', { functions: long })).rejects.toMatchObject({ code: 'message-too-long' });
  });

  test('that is called in a turn that failed behind a call is called by the one that goes on, and no tool again', async () => {
    const look = testTool('look', { run: () => ok('found') });
    const both: Act = {
      calls: [
        ['look', {}],
        ['where', {}],
      ],
    };
    const conversation = new Conversation(new ActingModel(both), { tools: [look] });
    const { store } = conversation;
    const commit = store.commit.bind(store);
    store.commit = async () => {
      throw new Failure('turn-lost', 'It is gone.');
    };
    const asked = { functions, outputs: [], ...keyed() };
    await expect(conversation.talk('Out?', asked)).rejects.toMatchObject({ code: 'turn-lost' });
    store.commit = commit;
    const { events, turnId, finished } = await conversation.talk('Out?', asked);
    expect(finished?.finish_reason).toBe('tool_calls');
    expect(look.received).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'tool-called')).toMatchObject([
      { id: `${turnId}.1` },
      { id: `${turnId}.2`, by_caller: true },
    ]);
    expect((await conversation.talk('Out?', asked)).turnId).toBe(turnId);
  });

  test('waits on where the turn that brought its output failed, or was stopped before a word', async () => {
    const { model, conversation, step, settle, answers, sessionId } = await calling();
    const outputs = [1, 3].map((number) => ({ id: step(number), output: `o${number}` }));
    model.before = async () => {
      throw new Failure('model-busy', 'It is busy.');
    };
    await expect(settle(outputs, keyed())).rejects.toMatchObject({ code: 'model-busy' });
    model.before = async () => {
      for (const lease of conversation.leases) lease.end('stopped');
    };
    expect((await settle(outputs)).finished?.finish_reason).toBe('stopped');
    expect(await answers()).toHaveLength(1);
    model.before = async () => {};
    const asked = keyed();
    const done = await settle(outputs, asked);
    expect((await settle(outputs, asked)).turnId).toBe(done.turnId);
    expect(await answers(sessionId)).toHaveLength(2);
    await expect(settle(outputs)).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('whose output is sent again is not answered twice', async () => {
    const { model, conversation, sessionId, step, settle } = await calling();
    const outputs = [1, 3].map((number) => ({ id: step(number), output: `o${number}` }));
    await settle(outputs);
    model.script = () => [{ says: 'Fine.' }];
    const next = await conversation.talk('Well?', { sessionId, outputs });
    expect(next.events.filter(({ type }) => type === 'tool-called')).toEqual([]);
    const asked = (await conversation.messages(sessionId))?.at(-2);
    expect(asked).not.toHaveProperty('outputs');
    await expect(settle(outputs)).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('can be answered again in a fork behind its call', async () => {
    const { sessionId, turnId, step, settle, answers } = await calling();
    const outputs = [1, 3].map((number) => ({ id: step(number), output: 'one' }));
    await settle(outputs);
    const fork = { after: turnId, fork: 'if-moved' as const };
    const other = await settle(
      outputs.map(({ id }) => ({ id, output: 'two' })),
      fork,
    );
    expect(other.sessionId).not.toBe(sessionId);
    expect((await answers(other.sessionId))[1]?.steps).toMatchObject([{ result: 'two' }, { result: 'two' }]);
    await expect(settle([], fork)).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

describe('what the caller wants of calls', () => {
  const both: Act = {
    calls: [
      ['where', {}],
      ['rain', {}],
    ],
  };

  test('reaches the model in the first round, and none of it makes one call without end', async () => {
    const look = testTool('look', { run: () => ok('found') });
    const model = new ActingModel({ calls: [['look', {}]] }, { says: 'So.' });
    const conversation = new Conversation(model, { tools: [look] });
    await conversation.talk('Go', { functions, outputs: [], toolChoice: 'required' });
    expect(model.asked.map(({ options }) => options.tools?.choice)).toEqual(['required', undefined]);
    await conversation.talk('Go', { functions, outputs: [], toolChoice: 'none' });
    expect(model.asked[2]?.options.tools).toMatchObject({ isLast: true });
    expect(look.received).toHaveLength(1);
  });

  test('is one call at a time, whatever the model wants', async () => {
    const model = new ActingModel(both);
    const { events } = await new Conversation(model).talk('Go', { functions, outputs: [], isSingleCall: true });
    expect(model.asked[0]?.options.tools?.isSingle).toBe(true);
    expect(events.filter(({ type }) => type === 'tool-called')).toMatchObject([{ name: 'where' }]);
  });

  test('does not need tokens for a round behind it: a caller with few left has its functions all the same', async () => {
    const { store } = new Conversation(new ActingModel());
    const model = new ActingModel(both);
    const look = testTool('look');
    const conversation = new Conversation(model, { store, tools: [look] });
    store.reserve = async () => 'refused';
    const begin = store.begin.bind(store);
    store.begin = async (request) => {
      const begun = await begin(request);
      return begun.outcome === 'begun' ? { ...begun, reserved: 1 } : begun;
    };
    const { finished } = await conversation.talk('Go', { functions, outputs: [] });
    expect(model.asked[0]?.options.tools?.offered).toEqual(functions);
    expect(finished?.finish_reason).toBe('tool_calls');
    model.script = () => [{ says: 'Hm. ', calls: [['gone', {}]] }];
    const other = await conversation.talk('Go', { functions, outputs: [] });
    expect(other.finished?.finish_reason).toBe('stop');
    expect(model.asked).toHaveLength(2);
  });
});

describe('a call that the caller brings', () => {
  const pair = (call_id: string, content: string) => ({
    ...{ role: 'assistant' as const, content, call: { call_id, name: 'where', arguments: '{}' } },
  });
  const user = (content: string) => ({ role: 'user' as const, content });

  test('is sent with its output, now and later; where it ends what is brought, there is no message', async () => {
    const model = new ActingModel();
    model.script = () => [];
    const conversation = new Conversation(model);
    const brought = [user('Out?'), pair('a', 'here'), pair('b'.repeat(64), 'there')];
    const { sessionId, tokens } = await conversation.talk('', { brought, functions, outputs: [] });
    expect(tokens.join('')).toBe('Told: there');
    const sent = [
      user('Out?'),
      { role: 'assistant', content: '', calls: [{ id: 'a', name: 'where', arguments: '{}' }] },
      { role: 'tool', callId: 'a', content: 'here' },
      { role: 'assistant', content: '', calls: [{ id: 'b'.repeat(40), name: 'where', arguments: '{}' }] },
      { role: 'tool', callId: 'b'.repeat(40), content: 'there' },
    ];
    expect(model.asked[0]?.messages.slice(1)).toEqual(sent);
    await conversation.talk('And?', { sessionId, outputs: [] });
    expect(model.asked[1]?.messages.slice(1)).toEqual([
      ...sent,
      { role: 'assistant', content: 'Told: there' },
      user('And?'),
    ]);
    const session = await conversation.store.session(conversation.owner, sessionId);
    expect(session?.summary.title).toBe('Out?');
  });

  test('at the end has room whatever was said before, and is cut to it', async () => {
    const model = new ActingModel();
    const conversation = new Conversation(model, { maxContextTokens: 500 });
    const brought = [user('word '.repeat(900)), pair('a', 'word '.repeat(20_000))];
    await conversation.talk('', { brought, functions, outputs: [] });
    const [, call, result] = model.asked[0]?.messages ?? [];
    expect(call).toMatchObject({ role: 'assistant', calls: [{ id: 'a' }] });
    expect(result?.content).toMatch(/\[Cut: the first \d+ of 100000 characters\.\]$/);
  });
});

test('what an approval does not name is not told to be rejected where it went out in a turn that failed', async () => {
  const pay = testTool('pay', { needsApproval: true, run: () => ok('paid') });
  const calls: [string, unknown][] = [
    ['pay', { n: 1 }],
    ['pay', { n: 2 }],
  ];
  const model = new ActingModel({ calls }, {}, { says: 'Thanks.' });
  const conversation = new Conversation(model, { tools: [pay] });
  const { sessionId, turnId } = await conversation.talk('Pay');
  const approve = (step: number) =>
    conversation.talk('', { sessionId, mustExist: true, approve: [{ id: `${turnId}.${step}`, decision: 'yes' }] });
  let left = 1;
  model.before = async () => {
    if (left-- > 0) throw new Failure('model-busy', 'It is busy.');
  };
  await expect(approve(1)).rejects.toMatchObject({ code: 'model-busy' });
  const { events } = await approve(2);
  expect(events.filter(({ type }) => type === 'tool-returned')).toMatchObject([
    { id: `${turnId}.1`, status: 'error' },
    { id: `${turnId}.2`, status: 'ok' },
  ]);
  expect(pay.received).toHaveLength(2);
});

test('a summary is asked of what was said: of no call, and of no turn without a message', async () => {
  const model = new ActingModel();
  const summarizer = new ActingModel({ says: 'A summary.' });
  const conversation = new Conversation(model, { summarizer, contextOverflow: 'summarize', maxContextTokens: 700 });
  let sessionId: string | undefined;
  for (let turns = 0; turns < 8; turns += 1) {
    model.script = () => [{ calls: [['where', {}]] }, { says: `${'word '.repeat(40)}${turns}.` }];
    const called = await conversation.talk(`Where ${turns}?`, { sessionId, functions, outputs: [] });
    ({ sessionId } = called);
    const outputs = [{ id: `${called.turnId}.1`, output: 'here '.repeat(20) }];
    await conversation.talk('', { sessionId, functions, outputs });
  }
  expect(summarizer.asked.length).toBeGreaterThan(0);
  for (const { messages } of summarizer.asked) {
    expect(messages.map(({ content }) => content)).not.toContain('');
    expect(messages.every(({ role }) => role !== 'tool')).toBe(true);
    const [, count] = /first (\d+) messages/.exec(messages.at(-1)?.content ?? '') ?? [];
    expect(Number(count)).toBeLessThan(messages.length);
  }
});
