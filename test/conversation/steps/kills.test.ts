import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TurnEvent } from '../../../shared/conversation/events.ts';
import { codeOf } from '../../../shared/conversation/failure.ts';
import { MemorySessionStore } from '../../../shared/sessions/memory/memory-session-store.ts';
import { Conversation, rules, told } from '../conversation.ts';
import { ActingModel } from './acting-model.ts';
import { Life } from './life.ts';
import { testTool } from './test-tools.ts';

/** What a holder of this turn asks for, in its order; it can die before and behind each. */
const asked = ['begin', 'model', 'extend', 'tool {"sum":5}', 'extend', 'model', 'commit'];
const moments = asked.flatMap((name) => [`before ${name}`, `behind ${name}`]);
/** The first extend writes the call, the second its result. */
const [called, answered] = [moments.indexOf('behind extend'), moments.lastIndexOf('before extend')];

const everyMoment = moments.map((moment, at) => [at, moment] as const);

/** A turn that pays, whose holder dies at its so many-th moment, and which is taken again with its key. */
async function killedAt(moment: number, isRepeatable: boolean) {
  const clock = { passed: 0 };
  const store = new MemorySessionStore(rules, () => performance.now() + clock.passed);
  const tool = testTool('pay', { isRepeatable });
  const model = new ActingModel({ says: 'Paying. ', calls: [['pay', { sum: 5 }]] }, { says: 'Paid.' });
  const turn = { idempotency: { key: randomUUID(), fingerprint: 'f' } };
  const holder = (life: Life) =>
    new Conversation(life.model(model), { store: life.store(store), tools: [life.tool(tool)] });
  const life = new Life({ moment, kind: 'dies' });
  const heard: TurnEvent[] = [];
  const dying = (async () => {
    for await (const event of holder(life).take('Pay', turn)) heard.push(event);
  })();
  await Promise.race([dying, life.reached]);
  clock.passed += rules.leaseSeconds * 1000;
  const askedBefore = model.asked.length;
  const survivor = holder(new Life());
  const retry = () =>
    Array.fromAsync(survivor.take('Pay', turn)).then(
      (events) => ({ events, code: undefined }),
      (error) => ({ events: [], code: codeOf(error) }),
    );
  const outcome = await retry();
  return { store, tool, model, heard, askedBefore, outcome, retry, survivor, life };
}

test('the moments of a turn with a call are those that are known here', async () => {
  const { life } = await killedAt(Number.POSITIVE_INFINITY, false);
  expect(life.moments).toEqual(moments);
});

describe('a holder that dies', () => {
  test.each(everyMoment)('(%i) %s: its call is made once at most, or it is said that nobody knows', async (at) => {
    const { tool, outcome, retry, survivor } = await killedAt(at, false);
    const isInDoubt = at >= called && at <= answered;
    expect(outcome.code).toBe(isInDoubt ? 'tool-in-doubt' : undefined);
    expect(tool.received).toHaveLength(isInDoubt && at < moments.indexOf('behind tool {"sum":5}') ? 0 : 1);
    expect(survivor.complaints).toHaveLength(isInDoubt ? 1 : 0);
    // The outcome stays, and nothing is asked or done again.
    expect(await retry()).toEqual(expect.objectContaining({ code: outcome.code }));
    expect(tool.received.length).toBeLessThanOrEqual(1);
    expect(survivor.complaints).toHaveLength(isInDoubt ? 1 : 0);
  });

  test.each(everyMoment)('(%i) %s: a call that can be made again is, once, under the same key', async (at) => {
    const { tool, outcome } = await killedAt(at, true);
    expect(outcome.code).toBeUndefined();
    expect(told(outcome.events).tokens.join('')).toBe('Paying. Paid.');
    const isInDoubt = at >= moments.indexOf('behind tool {"sum":5}') && at <= answered;
    expect(tool.received).toHaveLength(isInDoubt ? 2 : 1);
    expect(new Set(tool.received.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  test.each(everyMoment.slice(answered + 1, -1))(
    '(%i) %s: the next goes on behind the result, as a new turn that tells all from its start',
    async (at) => {
      const { store, model, heard, askedBefore, outcome } = await killedAt(at, false);
      const [before, after] = [told(heard), told(outcome.events)];
      expect(after.turnId).not.toBe(before.turnId);
      expect(after.sessionId).toBe(before.sessionId);
      // The model is asked for what was not finished, and for nothing else.
      expect(model.asked.slice(askedBefore)).toHaveLength(1);
      expect(model.asked.at(-1)?.messages.at(-1)).toMatchObject({ role: 'tool', content: '{"sum":5}' });
      expect(outcome.events.map(({ type }) => type)).toEqual([
        ...['turn-started', 'token-said', 'tool-called', 'tool-returned', 'token-said', 'turn-finished'],
      ]);
      const id = `${after.turnId}.1`;
      expect(outcome.events.filter((event) => 'id' in event)).toMatchObject([{ id }, { id }]);
      // Whoever joins the old one is told that it is lost.
      const follow = await store.follow('owner', before.sessionId, before.turnId, 0);
      expect(follow).toEqual({ turnId: before.turnId, state: 'lost', beats: 0, entries: [] });
    },
  );
});

describe('a holder that dies in a turn that approves', () => {
  const steps = ['begin', 'extend', 'tool {"sum":5}', 'extend', 'model', 'commit'];
  const all = steps.flatMap((name) => [`before ${name}`, `behind ${name}`]);
  const [written, answered] = [all.indexOf('behind extend'), all.lastIndexOf('before extend')];

  test.each(all.map((moment, at) => [at, moment] as const))(
    '(%i) %s: what is approved is called once at most, by whichever key it is approved again',
    async (at) => {
      const clock = { passed: 0 };
      const store = new MemorySessionStore(rules, () => performance.now() + clock.passed);
      const tool = testTool('pay', { needsApproval: true });
      const model = new ActingModel({ says: 'May I? ', calls: [['pay', { sum: 5 }]] }, { says: 'Paid.' });
      const holder = (life: Life) =>
        new Conversation(life.model(model), { store: life.store(store), tools: [life.tool(tool)] });
      const { sessionId, turnId } = await holder(new Life()).talk('Pay');
      const approve = [{ id: `${turnId}.1`, decision: 'yes' as const }];
      const keyed = () => ({ idempotency: { key: randomUUID(), fingerprint: 'f' } });
      const own = { approve, sessionId, mustExist: true, ...keyed() };
      const life = new Life({ moment: at, kind: 'dies' });
      const dying = holder(life).talk('', own);
      await Promise.race([dying, life.reached]);
      expect(life.moments.at(-1)).toBe(all[at]);
      clock.passed += rules.leaseSeconds * 1000;
      const survivor = holder(new Life());
      const codeBy = (asked: object) =>
        survivor.talk('', { ...own, ...asked }).then(
          () => undefined,
          (error) => codeOf(error),
        );
      const isInDoubt = at >= written && at <= answered;
      // Whoever has another key can do nothing about what may have been called.
      if (at >= written) expect(await codeBy(keyed())).toBe('invalid-request');
      expect(await codeBy({})).toBe(isInDoubt ? 'tool-in-doubt' : undefined);
      expect(await codeBy(keyed())).toBe('invalid-request');
      expect(tool.received).toHaveLength(isInDoubt && at < all.indexOf('behind tool {"sum":5}') ? 0 : 1);
    },
  );
});

describe("a holder that dies in a turn that calls a function of its caller's, or brings what came of it", () => {
  const where = { name: 'where', description: 'Says where.', parameters: { type: 'object' } };
  const calls: [string, unknown][] = [
    ['where', {}],
    ['pay', { sum: 5 }],
  ];
  const steps = ['begin', 'model', 'extend', 'tool {"sum":5}', 'extend'];
  const turns = [
    { kind: 'calls', all: [...steps, 'commit'], acts: [{ says: 'So. ', calls }, {}, { says: 'In Basel.' }] },
    {
      kind: 'brings its output',
      all: [...steps, 'model', 'commit'],
      acts: [{ calls: calls.slice(0, 1) }, { calls: calls.slice(1) }, { says: 'In Basel.' }],
    },
  ];
  const cases = turns.flatMap(({ kind, all, acts }) =>
    all
      .flatMap((name) => [`before ${name}`, `behind ${name}`])
      .map((moment, at, names) => [kind, at, moment, { names, acts }] as const),
  );

  test.each(cases)('%s (%i) %s: nothing is lost, and nothing done twice', async (kind, at, _, { names, acts }) => {
    const clock = { passed: 0 };
    const store = new MemorySessionStore(rules, () => performance.now() + clock.passed);
    const tool = testTool('pay');
    const model = new ActingModel(...acts);
    const holder = (life: Life) =>
      new Conversation(life.model(model), { store: life.store(store), tools: [life.tool(tool)] });
    const survivor = holder(new Life());
    const keyed = () => ({ functions: [where], idempotency: { key: randomUUID(), fingerprint: 'f' } });
    const answerTo = ({ sessionId, turnId }: { sessionId: string; turnId: string }) => ({
      ...{ sessionId, mustExist: true, outputs: [{ id: `${turnId}.1`, output: 'Basel' }] },
    });
    const asked = { message: 'Where?', outputs: [], ...keyed() };
    const isFirst = kind === 'calls';
    const dying = isFirst ? asked : { message: '', ...answerTo(await survivor.talk('Where?', asked)), ...keyed() };
    const life = new Life({ moment: at, kind: 'dies' });
    await Promise.race([holder(life).talk(dying.message, dying), life.reached]);
    expect(life.moments).toEqual(names.slice(0, at + 1));
    clock.passed += rules.leaseSeconds * 1000;
    const retry = () =>
      survivor.talk(dying.message, dying).then(
        (turn) => ({ turn, code: undefined }),
        (error) => ({ turn: undefined, code: codeOf(error) }),
      );
    const { turn, code } = await retry();
    const isInDoubt = at >= names.indexOf('behind extend') && at <= names.lastIndexOf('before extend');
    expect(code).toBe(isInDoubt ? 'tool-in-doubt' : undefined);
    expect(await retry()).toMatchObject({ code, ...(turn && { turn: { turnId: turn.turnId } }) });
    expect(tool.received.length).toBeLessThanOrEqual(1);
    if (turn === undefined) return;
    const done = isFirst ? await survivor.talk('', { ...answerTo(turn), ...keyed() }) : turn;
    expect(done.tokens.join('')).toBe('In Basel.');
    expect(tool.received).toHaveLength(1);
    const messages = (await survivor.messages(done.sessionId)) ?? [];
    expect(messages.map(({ content }) => content)).toEqual(['Where?', isFirst ? 'So. ' : '', '', 'In Basel.']);
    const last = messages.at(-1);
    const told = last?.role === 'assistant' ? last.steps : [];
    expect(told?.find(({ by_caller }) => by_caller)).toMatchObject({ status: 'ok', result: 'Basel' });
  });
});
