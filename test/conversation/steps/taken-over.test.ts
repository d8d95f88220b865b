import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/conversation/failure.ts';
import { eventually } from '../../eventually.ts';
import { Gate } from '../../upstream/script.ts';
import { Conversation, OWNER, rules, told } from '../conversation.ts';
import { WatchedStore } from '../watched-store.ts';
import { ActingModel } from './acting-model.ts';
import { ok, testTool } from './test-tools.ts';

const keyed = () => ({ idempotency: { key: randomUUID(), fingerprint: 'f' } });
const busy = new Failure('model-busy', 'It is busy.', { retryAfterSeconds: 1 });

/** A conversation whose model pays, and then fails as often as it is told. */
function failing(times: number, failure = busy) {
  const tool = testTool('pay', { run: () => ok('paid') });
  const model = new ActingModel({ says: 'Paying. ', calls: [['pay', { sum: 5 }]] }, { says: 'All paid.' });
  let left = times;
  model.before = async ({ messages }) => {
    if (messages.at(-1)?.role === 'tool' && left-- > 0) throw failure;
  };
  const store = new WatchedStore(rules);
  return { tool, model, store, conversation: new Conversation(model, { store, tools: [tool] }) };
}

describe('a turn that failed behind a call', () => {
  test('is gone on with by its key: the tool is not called again, nor the model asked for what it said', async () => {
    const { tool, model, store, conversation } = failing(2);
    const asked = keyed();
    for (let tries = 0; tries < 2; tries += 1) {
      await expect(conversation.talk('Pay', asked)).rejects.toBe(busy);
    }
    const { tokens, finished, sessionId, turnId } = await conversation.talk('Pay', asked);
    expect(tokens.join('')).toBe('Paying. All paid.');
    expect(tool.received).toHaveLength(1);
    expect(model.asked.map(({ messages }) => messages.at(-1)?.role)).toEqual(['user', 'tool', 'tool', 'tool']);
    // The usage is of the whole turn, whoever paid for it; what counts against the limits is each one's own.
    const usages = store.asked.abandon.map(([, , , spent]) => spent);
    const own = store.asked.commit[0]?.[1].spent ?? 0;
    expect(usages[0]).toBeGreaterThan(0);
    expect(finished?.usage.total_tokens).toBeGreaterThan(own);
    expect(await conversation.messages(sessionId)).toHaveLength(2);
    expect((await conversation.talk('Pay', asked)).turnId).toBe(turnId);
  });

  test('and has no key is another turn when it is asked for again', async () => {
    const { tool, conversation } = failing(1);
    await expect(conversation.talk('Pay')).rejects.toBe(busy);
    await conversation.talk('Pay');
    expect(tool.received).toHaveLength(2);
    expect(new Set(tool.received.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
  });

  test('by the content filter stays a failure, and what it did is not done again', async () => {
    const filtered = new Failure('content-filtered', 'It was refused.');
    const { tool, conversation, store } = failing(1, filtered);
    const asked = keyed();
    await expect(conversation.talk('Pay', asked)).rejects.toBe(filtered);
    const [[{ newSessionId }] = expect.unreachable()] = store.asked.begin;
    expect((await store.follow(OWNER, newSessionId, undefined, 1))?.entries).toEqual([
      ...[1, 'called', 'returned', expect.objectContaining({ code: 'content-filtered' })],
    ]);
    expect((await conversation.talk('Pay', asked)).tokens.join('')).toBe('Paying. All paid.');
    expect(tool.received).toHaveLength(1);
  });

  test('tells a tool the same key for the same step of it, and another for each other step and turn', async () => {
    const run = async (asked: object) => {
      const tool = testTool('pay');
      const model = new ActingModel({
        calls: [
          ['pay', 1],
          ['pay', { n: 1 }],
          ['pay', { n: 2 }],
        ],
      });
      await new Conversation(model, { tools: [tool] }).talk('Pay', asked);
      return tool.received.map(({ idempotencyKey }) => idempotencyKey);
    };
    const asked = keyed();
    const [one, same, other, none] = [await run(asked), await run(asked), await run(keyed()), await run({})];
    // Each ran on a store of its own, as where a journal is lost.
    expect(same).toEqual(one);
    expect(new Set([...one, ...other, ...none]).size).toBe(6);
  });

  test('is told as it goes on to a retry that comes meanwhile', async () => {
    const { tool, model, conversation } = failing(1);
    const asked = keyed();
    await expect(conversation.talk('Pay', asked)).rejects.toBe(busy);
    const gate = new Gate();
    model.before = () => gate.passed;
    const first = conversation.talk('Pay', asked);
    await eventually(() => model.asked.length === 3);
    const second = conversation.talk('Pay', asked);
    await new Promise((resolve) => setTimeout(resolve, 50));
    gate.open();
    const [one, two] = [await first, await second];
    expect(two.turnId).toBe(one.turnId);
    const bare = ({ events }: typeof one) => events.slice(1);
    expect(bare(two)).toEqual(bare(one));
    expect(tool.received).toHaveLength(1);
  });

  test('cannot be gone on with once its session is gone, and is not begun anew', async () => {
    const { tool, conversation, store } = failing(1);
    const asked = keyed();
    await expect(conversation.talk('Pay', asked)).rejects.toBe(busy);
    const [[{ newSessionId }] = expect.unreachable()] = store.asked.begin;
    await store.delete(OWNER, newSessionId);
    await expect(conversation.talk('Pay', asked)).rejects.toMatchObject({ code: 'session-not-found' });
    expect(tool.received).toHaveLength(1);
  });
});

describe('a call that gives no answer', () => {
  test('is made again under the same key where it can be, once', async () => {
    let times = 0;
    const tool = testTool('look', {
      isRepeatable: true,
      run: () => {
        times += 1;
        if (times === 1) throw new Error('the connection broke');
        return ok('found');
      },
    });
    const conversation = new Conversation(new ActingModel({ calls: [['look', {}]] }), { tools: [tool] });
    const { events } = await conversation.talk('Look');
    expect(events.filter(({ type }) => type === 'tool-called')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'tool-returned')).toMatchObject({ status: 'ok' });
    expect(new Set(tool.received.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(tool.received).toHaveLength(2);
  });

  test('twice ends the turn, and so does the first of a tool that does something; the others are kept', async () => {
    for (const isRepeatable of [true, false]) {
      const lost = testTool('lost', { isRepeatable, run: () => Promise.reject(new Error('secret of the server')) });
      const pay = testTool('pay', { run: () => ok('paid') });
      const model = new ActingModel({
        says: 'Go. ',
        calls: [
          ['lost', { token: 'secret' }],
          ['pay', {}],
        ],
      });
      const store = new WatchedStore(rules);
      const conversation = new Conversation(model, { store, tools: [lost, pay] });
      const asked = keyed();
      const doubt = {
        code: 'tool-in-doubt',
        message: 'It is not known whether the tool did its work: lost.',
        retryAfterSeconds: undefined,
      };
      await expect(conversation.talk('Go', asked)).rejects.toMatchObject(doubt);
      expect(lost.received).toHaveLength(isRepeatable ? 2 : 1);
      const written = store.asked.extend.flatMap(([, , done]) => done?.entries ?? []);
      expect(written.filter(({ type }) => type === 'result')).toMatchObject([{ step: 2, result: { text: 'paid' } }]);
      // It stays so, and costs nothing.
      await expect(conversation.talk('Go', asked)).rejects.toMatchObject({ ...doubt, requestId: 'request' });
      expect(model.asked).toHaveLength(1);
      expect(conversation.complaints).toHaveLength(1);
      expect(conversation.complaints[0]).toMatch(/^A tool call is in doubt: \{.*"tool":"lost","step":1,/);
      expect(conversation.complaints[0]).not.toContain('secret');
      await conversation.flush();
      expect(conversation.observed[0]?.record).toMatchObject({ outcome: 'failed', failure: 'tool-in-doubt' });
      const calls = conversation.observed[0]?.calls?.map(({ tool, outcome }) => [tool, outcome]);
      expect(calls).toEqual([
        ['pay', 'ok'],
        ['lost', 'in-doubt'],
      ]);
    }
  });
});

test('a turn whose process stood still longer than its lease asks before it calls', async () => {
  const store = new WatchedStore(rules);
  const tool = testTool('pay');
  const model = new ActingModel({ calls: [['pay', {}]] });
  const conversation = new Conversation(model, { store, tools: [tool], leaseMs: 1000 });
  let isStill = false;
  const { extend } = store;
  store.extend = async (...asked) => {
    const written = await extend.apply(store, asked);
    if (asked[2] === undefined || isStill) return written;
    isStill = true;
    // The event loop stands still, and somebody else has the session when it goes on.
    await store.delete(OWNER, asked[0].sessionId);
    const until = performance.now() + 1100;
    while (performance.now() < until);
    return written;
  };
  await expect(conversation.talk('Pay')).rejects.toMatchObject({ code: 'turn-lost' });
  expect(tool.received).toEqual([]);
});

test('a turn that is given up while a tool is at it keeps what the tool still answers', async () => {
  const store = new WatchedStore(rules);
  const gate = new Gate();
  const tool = testTool('pay', {
    run: async (_, { signal }) => {
      gate.open();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return ok('paid');
    },
  });
  const model = new ActingModel({ says: 'Now. ', calls: [['pay', {}]] });
  const conversation = new Conversation(model, { store, tools: [tool] });
  const asked = keyed();
  const turn = conversation.take('Pay', asked);
  for (let event = await turn.next(); event.value?.type !== 'tool-called'; event = await turn.next());
  await gate.passed;
  await turn.return(undefined);
  const { tokens } = told(await Array.fromAsync(conversation.take('Pay', asked)));
  expect(tokens.join('')).toBe('Now. Told: paid');
  expect(tool.received).toHaveLength(1);
});
