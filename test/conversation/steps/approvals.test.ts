import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/conversation/failure.ts';
import type { AssistantMessage } from '../../../shared/conversation/ports/stored.ts';
import type { TurnRequest } from '../../../shared/conversation/turn-request.ts';
import { Conversation } from '../conversation.ts';
import { ActingModel } from './acting-model.ts';
import { ok, testTool } from './test-tools.ts';

/** A conversation whose model looks something up, and wants to pay twice, which has to be approved. */
async function waiting() {
  const pay = testTool('pay', { needsApproval: true, run: ({ sum }) => ok(`paid ${sum}`) });
  const look = testTool('look', { isRepeatable: true, run: () => ok('found') });
  const calls: [string, unknown][] = [
    ['look', {}],
    ['pay', { sum: 1 }],
    ['pay', { sum: 2 }],
  ];
  // By then it has called in two messages.
  const model = new ActingModel({ says: 'May I? ', calls }, {}, { says: 'Thanks.' });
  const conversation = new Conversation(model, { tools: [pay, look] });
  const turn = await conversation.talk('Pay');
  const ids = [1, 2, 3].map((step) => `${turn.turnId}.${step}`) as [string, string, string];
  const approve = (decisions: Record<string, 'yes' | 'no'>, more: Partial<TurnRequest> = {}) =>
    conversation.talk('', {
      approve: Object.entries(decisions).map(([id, decision]) => ({ id, decision })),
      mustExist: true,
      sessionId: turn.sessionId,
      ...more,
    });
  const answers = async () =>
    ((await conversation.messages(turn.sessionId)) ?? []).filter(
      ({ role }) => role === 'assistant',
    ) as AssistantMessage[];
  const stepsOf = async (place: number) => (await answers())[place]?.steps?.map(({ id, status }) => [id, status]);
  return { pay, look, model, conversation, turn, ids, approve, answers, stepsOf };
}

describe('a call that has to be approved', () => {
  test('ends its turn with what is to be approved, when the others are made', async () => {
    const { pay, look, model, turn, ids, stepsOf } = await waiting();
    expect(turn.finished?.finish_reason).toBe('approval');
    expect(model.asked).toHaveLength(1);
    expect([look.received.length, pay.received.length]).toEqual([1, 0]);
    expect(turn.events.filter((event) => event.type === 'tool-called')).toMatchObject([
      { id: ids[0], name: 'look' },
      { id: ids[1], name: 'pay', arguments: '{"sum":1}', approve: true },
      { id: ids[2], name: 'pay', arguments: '{"sum":2}', approve: true },
    ]);
    expect(turn.events.filter((event) => event.type === 'tool-returned')).toMatchObject([{ id: ids[0] }]);
    expect(await stepsOf(0)).toEqual([
      [ids[0], 'ok'],
      [ids[1], 'open'],
      [ids[2], 'open'],
    ]);
  });

  test('is made in the next turn where the caller says so, and what it does not name is rejected', async () => {
    const { pay, model, conversation, turn, ids, approve, stepsOf } = await waiting();
    const next = await approve({ [ids[2]]: 'yes' });
    expect(pay.received.map(({ input }) => input)).toEqual([{ sum: 2 }]);
    expect(next.tokens.join('')).toBe('Thanks.');
    expect(next.events.filter((event) => 'id' in event)).toMatchObject([
      { type: 'tool-called', id: ids[1] },
      { type: 'tool-returned', id: ids[1], status: 'rejected', ms: 0 },
      { type: 'tool-called', id: ids[2] },
      { type: 'tool-returned', id: ids[2], status: 'ok' },
    ]);
    expect(await stepsOf(1)).toEqual([
      [ids[1], 'rejected'],
      [ids[2], 'ok'],
    ]);
    const call = (step: number) => `call_${turn.turnId.slice(0, 8)}_${step}`;
    const done = [
      { role: 'assistant', content: 'May I? ', calls: [{ id: call(1), name: 'look', arguments: '{}' }] },
      { role: 'tool', callId: call(1), content: 'found' },
      {
        role: 'assistant',
        content: '',
        calls: [
          { id: call(2), name: 'pay', arguments: '{"sum":1}' },
          { id: call(3), name: 'pay', arguments: '{"sum":2}' },
        ],
      },
      { role: 'tool', callId: call(2), content: 'Not made: the user did not allow it.' },
      { role: 'tool', callId: call(3), content: 'paid 2' },
    ];
    // No message of the user's stands between, now or later.
    expect(model.asked[1]?.messages.slice(1)).toEqual([{ role: 'user', content: 'Pay' }, ...done]);
    model.script = () => [{ says: 'Yes.' }];
    await conversation.talk('Sure?', { sessionId: turn.sessionId });
    expect(model.asked[2]?.messages.slice(1)).toEqual([
      { role: 'user', content: 'Pay' },
      ...done,
      { role: 'assistant', content: 'Thanks.' },
      { role: 'user', content: 'Sure?' },
    ]);
    const [, , asked] = (await conversation.messages(turn.sessionId)) ?? [];
    expect(asked).toMatchObject({ role: 'user', content: '', approve: [{ id: ids[2], decision: 'yes' }] });
  });

  test('is rejected by any other message, and the model is told so before it', async () => {
    const { pay, model, conversation, turn, ids, approve, stepsOf } = await waiting();
    model.script = () => [{ says: 'Fine.' }];
    const { sessionId } = turn;
    const next = await conversation.talk('Do not pay', { sessionId });
    expect(pay.received).toEqual([]);
    expect(next.events.filter(({ type }) => type === 'tool-returned')).toMatchObject([
      { id: ids[1], status: 'rejected' },
      { id: ids[2], status: 'rejected' },
    ]);
    await conversation.talk('Good', { sessionId });
    const [before, after] = [model.asked[1]?.messages ?? [], model.asked[2]?.messages ?? []];
    expect(before.slice(-4)).toMatchObject([
      { role: 'assistant', calls: [{ name: 'pay' }, { name: 'pay' }] },
      { role: 'tool', content: 'Not made: the user did not allow it.' },
      { role: 'tool', content: 'Not made: the user did not allow it.' },
      { role: 'user', content: 'Do not pay' },
    ]);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await stepsOf(1)).toEqual([
      [ids[1], 'rejected'],
      [ids[2], 'rejected'],
    ]);
    await expect(approve({ [ids[1]]: 'yes' })).rejects.toMatchObject({ code: 'invalid-request' });
    expect(pay.received).toEqual([]);
  });

  test.each([
    ['of no call', () => randomUUID()],
    ['of a call that was made', (ids: string[]) => ids[0] ?? ''],
  ])('has an id: one %s is refused, and changes nothing', async (_, idOf) => {
    const { pay, conversation, turn, ids, approve } = await waiting();
    const wrong = approve({ [idOf(ids)]: 'yes', [ids[1]]: 'yes' });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-request', errors: [{ field: 'approve' }] });
    expect(await conversation.messages(turn.sessionId)).toHaveLength(2);
    await approve({ [ids[1]]: 'yes' });
    expect(pay.received).toHaveLength(1);
  });

  test('is made once, however often the approval is sent with its key, and whatever fails behind it', async () => {
    const { pay, model, ids, approve } = await waiting();
    const asked = { idempotency: { key: randomUUID(), fingerprint: 'f' } };
    let left = 1;
    model.before = async () => {
      if (left-- > 0) throw new Failure('model-busy', 'It is busy.');
    };
    await expect(approve({ [ids[1]]: 'yes' }, asked)).rejects.toMatchObject({ code: 'model-busy' });
    const done = await approve({ [ids[1]]: 'yes' }, asked);
    expect((await approve({ [ids[1]]: 'yes' }, asked)).turnId).toBe(done.turnId);
    expect(pay.received).toHaveLength(1);
    expect(done.tokens.join('')).toBe('Thanks.');
  });

  test('that went out in a turn that failed is not made again, nor told to be rejected', async () => {
    const { pay, model, conversation, turn, ids, approve } = await waiting();
    const asked = { idempotency: { key: randomUUID(), fingerprint: 'f' } };
    let left = 1;
    model.before = async () => {
      if (left-- > 0) throw new Failure('model-busy', 'It is busy.');
    };
    await expect(approve({ [ids[1]]: 'yes' }, asked)).rejects.toMatchObject({ code: 'model-busy' });
    await expect(approve({ [ids[1]]: 'yes' })).rejects.toMatchObject({ code: 'invalid-request' });
    model.script = () => [{ says: 'I see.' }];
    const next = await conversation.talk('Well?', { sessionId: turn.sessionId });
    expect(next.events.filter(({ type }) => type === 'tool-returned')).toMatchObject([
      { id: ids[1], status: 'error' },
      { id: ids[2], status: 'rejected' },
    ]);
    expect(model.asked.at(-1)?.messages.slice(-3)).toMatchObject([
      { role: 'tool', content: 'What came of it is not known here.' },
      { role: 'tool', content: 'Not made: the user did not allow it.' },
      { role: 'user', content: 'Well?' },
    ]);
    // Its own retry knows.
    const done = await approve({ [ids[1]]: 'yes' }, asked);
    expect(done.events.find((event) => event.type === 'tool-returned' && event.id === ids[1])).toMatchObject({
      status: 'ok',
    });
    expect(pay.received).toHaveLength(1);
  });

  test('that is no more what it was is an error, and not made', async () => {
    const { conversation, turn, ids, approve, model } = await waiting();
    const { parts } = conversation;
    conversation.parts.toolbox = { toolsOf: async () => new Map() };
    await approve({ [ids[1]]: 'yes' });
    expect(parts).toBe(conversation.parts);
    expect(model.asked[1]?.messages.at(-2)).toMatchObject({ content: 'Not made: there is no such tool any more.' });
    const [, , , answer] = (await conversation.messages(turn.sessionId)) ?? [];
    expect(answer).toMatchObject({ steps: [{ status: 'error' }, { status: 'rejected' }] });
  });

  test('waits no more in a fork of its turn', async () => {
    const { model, conversation, turn } = await waiting();
    model.script = () => [{ says: 'Fine.' }];
    const fork = { sessionId: turn.sessionId, after: turn.turnId, fork: 'yes' as const };
    const next = await conversation.talk('Not here', fork);
    expect(next.sessionId).not.toBe(turn.sessionId);
    // What came of it in the other one, nobody knows here.
    expect(next.events.filter(({ type }) => type === 'tool-returned')).toMatchObject([
      { status: 'error' },
      { status: 'error' },
    ]);
  });
});
