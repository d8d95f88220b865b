import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ToolCalled, ToolReturned, TurnFailed } from '../../shared/conversation/events.ts';
import type { JournalEntry } from '../../shared/conversation/ports/journal.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { OpenStep, StoredStep } from '../../shared/conversation/ports/stored.ts';
import type { BeginRequest, Idempotency, TurnClaim } from '../../shared/conversation/ports/turn-steps.ts';
import { inOneDay } from '../time-windows.ts';
import type { TimedStores } from './timed-stores.ts';
import { commitOf, finished, nothing, turnsOn } from './turns-on.ts';

const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const doubtful: TurnFailed = { type: 'turn-failed', code: 'tool-in-doubt', detail: 'pay' };
const filtered: TurnFailed = { type: 'turn-failed', code: 'content-filtered', detail: 'It was refused.' };
const unlimited = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 };

const round: JournalEntry = {
  type: 'round',
  content: 'Now\n"ä\u2028😀" ',
  calls: [{ id: 'c', name: 'pay', arguments: '{"sum": 5.0}', step: 1, tool: 'pay', stepId: 't.1' }],
  usage,
  resultTokens: 256,
};
const approval = (id: string): OpenStep => ({ id, awaits: 'approval' });
const output = (id: string): OpenStep => ({ id, awaits: 'output' });
const result: JournalEntry = { type: 'result', step: 1, result: { status: 'ok', text: '\u0000{}\\', ms: 3 } };

/** What every session store holds to of journals, and of the turns that are taken over by them. */
export function journalsContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store, of journals`, () => {
    let store: SessionStore;
    /** Forgets leases after 10 s, and sessions after a minute, which the tests let pass. */
    let hasty: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits: unlimited });
      hasty = await open({ sessionSeconds: 60, leaseSeconds: 10, limits: unlimited });
    });
    afterAll(async () => {
      await store.close();
      await hasty.close();
    });

    const { request, begin, turn, contents } = turnsOn(() => store);
    const keyed = (implicit?: Idempotency['implicit']) => ({
      idempotency: { key: randomUUID(), fingerprint: 'f', ...(implicit && { implicit }) },
    });

    /** A turn that has called. */
    async function called(owner: string, asked: object, on = store): Promise<TurnClaim> {
      const [claim] = await begin(owner, asked, on);
      expect(await on.extend(claim, nothing, { position: 0, entries: [round] })).toEqual({ held: true, stop: false });
      return { ...claim, journalName: claim.turnId };
    }

    /** Takes a turn over. */
    const takeOver = (claim: TurnClaim, asked: object, on = store) => {
      const { owner, turnId, sessionId, idempotency } = claim;
      const place = { idempotency, newSessionId: sessionId, takesOver: turnId };
      const next = request(owner, { ...place, ...asked });
      return on.begin(next).then((begun) => ({ begun, next, claim: { ...claim, turnId: next.turnId } }));
    };

    test('a failed turn that called keeps its key, and the next goes on with its journal, in its session', async () => {
      const owner = randomUUID();
      const { sessionId } = await turn(owner);
      const asked = { ...keyed(), sessionId };
      const claim = await called(owner, asked);
      await store.extend(claim, nothing, { position: 1, entries: [result] });
      await store.abandon(claim, broken, nothing, 0);
      const repeated = { outcome: 'repeated', sessionId, turnId: claim.turnId, isStored: false, hasCalled: true };
      expect(await store.begin(request(owner, asked))).toEqual(repeated);
      const { begun } = await takeOver(claim, asked);
      expect(begun).toMatchObject({
        ...{ outcome: 'begun', sessionId, isFirst: false },
        journal: { name: claim.turnId, entries: [round, result] },
      });
    });

    test('a turn that called nothing frees its key when it fails', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const [claim] = await begin(owner, asked);
      await store.extend(claim, nothing);
      await store.abandon(claim, broken, nothing, 0);
      expect(await store.begin(request(owner, asked))).not.toHaveProperty('journal');
    });

    test('what is written again is there once, and what is written behind it too', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const claim = await called(owner, asked);
      await store.extend(claim, nothing, { position: 0, entries: [round] });
      await store.extend(claim, nothing, { position: 0, entries: [round, result] });
      await store.extend(claim, nothing, { position: 1, entries: [result] });
      await store.abandon(claim, broken, nothing, 0);
      const { begun } = await takeOver(claim, asked);
      expect(begun).toMatchObject({ journal: { entries: [round, result] } });
    });

    test('a first turn is taken over as the first of the session that it was to make', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const first = await called(owner, asked);
      await store.abandon(first, broken, nothing, 0);
      const { begun, claim } = await takeOver(first, asked);
      if (begun.outcome !== 'begun') throw new Error(begun.outcome);
      expect(begun).toMatchObject({ sessionId: first.sessionId, isFirst: true });
      expect(await contents(owner, first.sessionId)).toBeUndefined();
      expect(await store.commit(claim, commitOf(claim, begun, 'one'))).toBe('committed');
      expect(await contents(owner, first.sessionId)).toEqual(['ask one', 'one']);
      const stored = { outcome: 'repeated', sessionId: first.sessionId, turnId: claim.turnId, isStored: true };
      expect(await store.begin(request(owner, asked))).toEqual(stored);
    });

    test('nobody takes over while the holder lives, and one only of many when it is gone', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const claim = await called(owner, asked);
      expect((await takeOver(claim, asked)).begun).toMatchObject({ outcome: 'repeated', turnId: claim.turnId });
      await store.abandon(claim, broken, nothing, 0);
      const tries = await Promise.all(Array.from({ length: 10 }, () => takeOver(claim, asked)));
      const begun = tries.filter((each) => each.begun.outcome === 'begun');
      expect(begun).toHaveLength(1);
      const others = tries.filter((each) => each !== begun[0]).map((each) => each.begun);
      expect(others.every((each) => each.outcome === 'repeated' && each.turnId === begun[0]?.next.turnId)).toBe(true);
    });

    test('a begin that is repeated is told the journal again', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const claim = await called(owner, asked);
      await store.abandon(claim, broken, nothing, 0);
      const { begun, next } = await takeOver(claim, asked);
      expect(await store.begin(next)).toEqual(begun);
    });

    test('a dead holder is taken over once its lease has ended, and writes nothing any more', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const claim = await called(owner, asked, hasty);
      expect((await takeOver(claim, asked, hasty)).begun).toMatchObject({ outcome: 'repeated' });
      await pass(hasty, 10_000);
      const next = await takeOver(claim, asked, hasty);
      expect(next.begun).toMatchObject({ outcome: 'begun' });
      expect(await hasty.extend(claim, nothing, { position: 1, entries: [result] })).toMatchObject({ held: false });
      await hasty.abandon(claim, doubtful, nothing, 0);
      expect(await hasty.extend(next.claim, nothing)).toMatchObject({ held: true });
      await hasty.abandon(next.claim, broken, nothing, 0);
      const again = await takeOver(next.claim, asked, hasty);
      expect(again.begun).toMatchObject({ journal: { name: claim.turnId, entries: [round] } });
    });

    test('a turn in doubt stays so: whoever asks with its key is told the same', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const claim = await called(owner, asked);
      await store.abandon(claim, doubtful, nothing, 0);
      expect(await store.begin(request(owner, asked))).toEqual({ outcome: 'in-doubt', failed: doubtful });
      expect((await takeOver(claim, asked)).begun).toEqual({ outcome: 'in-doubt', failed: doubtful });
      const other = { idempotency: { ...asked.idempotency, fingerprint: 'g' } };
      expect(await store.begin(request(owner, other))).toEqual({ outcome: 'key-reused' });
    });

    test.each(['delete', 'expiry'] as const)(
      'where the session is gone by %s, so is the journal: it is said',
      async (how) => {
        const owner = randomUUID();
        const on = how === 'delete' ? store : hasty;
        const { sessionId } = await turn(owner, {}, 'one', on);
        const asked = { ...keyed(), sessionId };
        const claim = await called(owner, asked, on);
        await on.abandon(claim, broken, nothing, 0);
        if (how === 'delete') await on.delete(owner, sessionId);
        else await pass(on, 60_000);
        expect(await on.session(owner, sessionId)).toBeUndefined();
        expect((await takeOver(claim, asked, on)).begun).toEqual({ outcome: 'gone' });
      },
    );

    test('deleting a session that a turn was to make takes its journal along, and erasing takes the key too', async () => {
      const owner = randomUUID();
      const [asked, other] = [keyed(), keyed()];
      const [claim, erased] = [await called(owner, asked), await called(owner, other)];
      for (const each of [claim, erased]) await store.abandon(each, broken, nothing, 0);
      await store.delete(owner, claim.sessionId);
      expect((await takeOver(claim, asked)).begun).toEqual({ outcome: 'gone' });
      await store.erase(owner);
      const begun = await store.begin(request(owner, other));
      expect(begun).toMatchObject({ outcome: 'begun' });
      expect(begun).not.toHaveProperty('journal');
    });

    test('a turn under way whose session is deleted writes nothing', async () => {
      const owner = randomUUID();
      const [claim] = await begin(owner, keyed());
      await store.delete(owner, claim.sessionId);
      const written = await store.extend(claim, nothing, { position: 0, entries: [round] });
      expect(written).toEqual({ held: false, stop: false });
    });

    test('a turn without a key is taken over by nobody', async () => {
      const owner = randomUUID();
      const claim = await called(owner, {});
      await store.abandon(claim, broken, nothing, 0);
      expect((await takeOver(claim, {})).begun).not.toHaveProperty('journal');
    });

    test('another turn may come in between: the one that is taken over sees it', async () => {
      const owner = randomUUID();
      const { sessionId } = await turn(owner, {}, 'one');
      const asked = { ...keyed(), sessionId };
      const claim = await called(owner, asked);
      await store.abandon(claim, broken, nothing, 0);
      const [between, begun] = await begin(owner, { sessionId });
      expect((await takeOver(claim, asked)).begun).toEqual({ outcome: 'busy' });
      await store.commit(between, commitOf(between, begun, 'two'));
      const taken = await takeOver(claim, asked);
      expect(taken.begun).toMatchObject({ journal: { entries: [round] } });
      if (taken.begun.outcome !== 'begun') throw new Error(taken.begun.outcome);
      expect(taken.begun.window.map(({ content }) => content)).toEqual(['ask one', 'one', 'ask two', 'two']);
    });

    test('one that was to come behind a certain turn is refused where another came in between, and never forks', async () => {
      const owner = randomUUID();
      for (const fork of ['no', 'if-moved'] as const) {
        const { sessionId, turnId } = await turn(owner, {}, 'one');
        const asked = { ...keyed(), sessionId, after: turnId, fork };
        const left = await called(owner, asked);
        await store.abandon(left, broken, nothing, 0);
        const between = await turn(owner, { sessionId }, 'two');
        expect((await takeOver(left, asked)).begun).toEqual({ outcome: 'moved', lastTurnId: between.turnId });
      }
    });

    test('one that forks is taken over in its fork, which holds what it is a copy of once', async () => {
      const owner = randomUUID();
      const source = await turn(owner, {}, 'one');
      await turn(owner, { sessionId: source.sessionId }, 'two');
      const asked = { ...keyed(), sessionId: source.sessionId, after: source.turnId, fork: 'yes' as const };
      const forked = await called(owner, asked);
      expect(forked.sessionId).not.toBe(source.sessionId);
      await store.abandon(forked, broken, nothing, 0);
      const { begun, claim } = await takeOver(forked, asked);
      if (begun.outcome !== 'begun') throw new Error(begun.outcome);
      expect(begun).toMatchObject({ sessionId: forked.sessionId, journal: { entries: [round] } });
      await store.commit(claim, commitOf(claim, begun, 'three'));
      expect(await contents(owner, forked.sessionId)).toEqual(['ask one', 'one', 'ask three', 'three']);
    });

    test('one that stores nothing can be taken over too, also where it ended well: its answer may be lost', async () => {
      const owner = randomUUID();
      const asked = { ...keyed(), isEphemeral: true };
      const claim = await called(owner, asked);
      await store.extend(claim, nothing, { position: 1, entries: [result] });
      await store.abandon(claim, finished, nothing, 0);
      expect((await takeOver(claim, asked)).begun).toMatchObject({ journal: { entries: [round, result] } });
    });

    test('a retry without a key of its own takes over, a first request does not', async () => {
      const owner = randomUUID();
      const { idempotency } = keyed('first');
      const claim = await called(owner, { idempotency });
      await store.abandon(claim, broken, nothing, 0);
      const retry = { idempotency: { ...idempotency, implicit: 'retry' as const } };
      expect(await store.begin(request(owner, retry))).toMatchObject({ outcome: 'repeated', hasCalled: true });
      expect((await takeOver(claim, retry)).begun).toMatchObject({ journal: { entries: [round] } });
      expect(await store.begin(request(owner, { idempotency }))).not.toHaveProperty('journal');
    });

    test('a stored turn leaves no journal', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const [claim, begun] = await begin(owner, asked);
      await store.extend(claim, nothing, { position: 0, entries: [round] });
      await store.commit({ ...claim, journalName: claim.turnId }, commitOf(claim, begun));
      const repeated = { outcome: 'repeated', sessionId: claim.sessionId, turnId: claim.turnId, isStored: true };
      expect(await store.begin(request(owner, asked))).toEqual(repeated);
    });

    test('what was done is told to those who follow, in its place, and not where the content filter refused the turn', async () => {
      const owner = randomUUID();
      const toolCalled: ToolCalled = { type: 'tool-called', id: 't.1', name: 'pay', arguments: '{}' };
      const toolReturned: ToolReturned = { type: 'tool-returned', id: 't.1', status: 'ok', ms: 1 };
      const blocks = [['a', 'b'], toolCalled, toolReturned, ['c']];
      for (const ending of [broken, filtered]) {
        const [claim] = await begin(owner);
        await store.extend(claim, { position: 0, blocks: blocks.slice(0, 2) });
        await store.extend(claim, { position: 1, blocks: blocks.slice(1, 3) });
        await store.abandon(claim, ending, { position: 2, blocks: blocks.slice(2) }, 0);
        const { entries = [] } = (await store.follow(owner, claim.sessionId, claim.turnId, 1)) ?? {};
        expect(entries).toEqual([...(ending === broken ? blocks : [2, 'called', 'returned', 1]), ending]);
      }
    });

    test('whoever follows a turn that was taken over is told that it is lost, also when the other one is stored', async () => {
      const owner = randomUUID();
      const asked = keyed();
      const first = await called(owner, asked);
      await store.abandon(first, broken, nothing, 0);
      const second = await takeOver(first, asked);
      await store.abandon(second.claim, broken, nothing, 0);
      const third = await takeOver(second.claim, asked);
      if (third.begun.outcome !== 'begun') throw new Error(third.begun.outcome);
      const lost = { state: 'lost', beats: 0, entries: [] };
      const { sessionId } = first;
      for (const isStored of [false, true]) {
        if (isStored) await store.commit(third.claim, commitOf(third.claim, third.begun));
        for (const { turnId } of [first, second.claim]) {
          expect(await store.follow(owner, sessionId, turnId, 0)).toEqual({ turnId, ...lost });
        }
        expect(await store.follow(owner, sessionId, undefined, 0)).toMatchObject({ turnId: third.claim.turnId });
      }
    });
  });

  describe(`${name} session store, of calls that wait for their caller`, () => {
    let store: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits: unlimited });
    });
    afterAll(() => store.close());
    const { request, begin } = turnsOn(() => store);

    /** A turn that leaves calls open. */
    async function waiting(owner: string) {
      const [claim, begun] = await begin(owner);
      await store.commit(claim, commitOf(claim, begun, 'May I?', { open: [approval('t.1'), approval('t.2')] }));
      const { sessionId } = claim;
      return {
        sessionId,
        approve: (...steps: string[]) => request(owner, { sessionId, settles: steps.map(approval), mustExist: true }),
      };
    }

    test('a turn that approves begins where all that it names wait, and changes nothing else', async () => {
      const { approve } = await waiting(randomUUID());
      expect(await store.begin(approve('t.1', 't.3'))).toEqual({ outcome: 'not-open', step: approval('t.3') });
      expect(await store.begin(approve('t.2', 't.1'))).toMatchObject({ outcome: 'begun', isFirst: false });
    });

    test('they wait on where a turn fails, and no longer once one is stored', async () => {
      const owner = randomUUID();
      const { sessionId, approve } = await waiting(owner);
      const [failed] = await begin(owner, { sessionId });
      await store.abandon(failed, broken, nothing, 0);
      const [next, begun] = await begin(owner, { sessionId, settles: [approval('t.1')] });
      expect(await store.begin(approve('t.1'))).toEqual({ outcome: 'busy' });
      await store.commit(next, commitOf(next, begun));
      expect(await store.begin(approve('t.1'))).toMatchObject({ outcome: 'not-open' });
    });

    test('what goes out waits no more, and the turn that takes over may have approved it', async () => {
      const owner = randomUUID();
      const { sessionId, approve } = await waiting(owner);
      const asked = { sessionId, settles: [approval('t.1')], idempotency: { key: randomUUID(), fingerprint: 'f' } };
      const [claim, begun] = await begin(owner, asked);
      expect(begun.open).toEqual([approval('t.1'), approval('t.2')]);
      const call = { id: 'c', name: 'pay', arguments: '{}', step: 1, tool: 'pay', stepId: 't.1' };
      const decided: JournalEntry = { ...round, type: 'round', calls: [call], isDecided: true } as JournalEntry;
      for (let times = 0; times < 2; times += 1)
        await store.extend(claim, nothing, { position: 0, entries: [decided] });
      await store.abandon({ ...claim, journalName: claim.turnId }, broken, nothing, 0);
      expect(await store.begin(approve('t.1'))).toMatchObject({ outcome: 'not-open' });
      const next = request(owner, { ...asked, newSessionId: sessionId, takesOver: claim.turnId });
      expect(await store.begin(next)).toMatchObject({
        outcome: 'begun',
        open: [approval('t.2')],
        journal: { entries: [decided] },
      });
    });

    test('of a session that is not there, or has none, nothing waits', async () => {
      const owner = randomUUID();
      const asked = { sessionId: randomUUID(), settles: [approval('t.1')] };
      expect(await store.begin(request(owner, { ...asked, mustExist: true }))).toEqual({ outcome: 'unknown-session' });
      expect(await store.begin(request(owner, asked))).toMatchObject({ outcome: 'not-open' });
    });

    /** A turn that leaves an approval open, and two calls that its caller makes itself. */
    async function calling(owner: string, place: Partial<BeginRequest> = {}) {
      const [claim, begun] = await begin(owner, place);
      const plain = commitOf(claim, begun, 'Call', { open: [approval('t.1'), output('t.2'), output('t.3')] });
      const step = {
        type: 'tool_call',
        name: 'f',
        arguments: '{}',
        status: 'open',
        ms: 0,
        at: 0,
        result: '',
        round: 0,
      };
      const own = { ...step, by_caller: true };
      const steps = [{ ...step, id: 't.1' }, ...['t.2', 't.3'].map((id) => ({ ...own, id }))] as StoredStep[];
      await store.commit(claim, { ...plain, answer: { ...plain.answer, steps } });
      const { sessionId, turnId } = claim;
      const settle = (settles: OpenStep[], more: Partial<BeginRequest> = {}) =>
        store.begin(request(owner, { sessionId, settles, settlesOutputs: true, mustExist: true, ...more }));
      return { sessionId, turnId, settle };
    }

    test('who brings outputs brings all, each to a call that waits for it', async () => {
      const { settle } = await calling(randomUUID());
      expect(await settle([output('t.3')])).toEqual({ outcome: 'without-output', stepId: 't.2' });
      expect(await settle([])).toEqual({ outcome: 'without-output', stepId: 't.2' });
      expect(await settle([output('t.1')])).toEqual({ outcome: 'not-open', step: output('t.1') });
      expect(await settle([approval('t.2')])).toEqual({ outcome: 'not-open', step: approval('t.2') });
      const begun = await settle([output('t.3'), approval('t.1'), output('t.2')]);
      expect(begun).toMatchObject({ outcome: 'begun', open: [approval('t.1'), output('t.2'), output('t.3')] });
    });

    test('an output of an earlier turn is one that is sent again: it is passed over, and makes no turn by itself', async () => {
      const owner = randomUUID();
      const [earlier, begunBefore] = await begin(owner);
      await store.commit(earlier, commitOf(earlier, begunBefore));
      const { sessionId, turnId, settle } = await calling(owner, { sessionId: earlier.sessionId });
      const again = output(`${earlier.turnId}.1`);
      const outputs = [output('t.2'), output('t.3')];
      const own = output(`${turnId}.1`);
      const strange = output(`${randomUUID()}.1`);
      for (const step of [own, strange, approval(again.id)]) {
        expect(await settle([...outputs, step])).toEqual({ outcome: 'not-open', step });
      }
      const [next, begun] = await begin(owner, { sessionId, settles: [again, ...outputs], isOnlySettling: true });
      await store.commit(next, commitOf(next, begun));
      expect(await settle([again], { isOnlySettling: true })).toEqual({ outcome: 'not-open', step: again });
      const before = { after: earlier.turnId, fork: 'yes' as const };
      expect(await settle([own], before)).toEqual({ outcome: 'not-open', step: own });
      expect(await settle([again], before)).toEqual({ outcome: 'not-open', step: again });
      expect(await settle([again, own])).toMatchObject({ outcome: 'begun' });
    });

    test('who says nothing of outputs may go on without them', async () => {
      const { settle } = await calling(randomUUID());
      expect(await settle([], { settlesOutputs: false })).toMatchObject({ outcome: 'begun' });
    });

    test('behind an earlier turn outputs can be brought again, also to read only, and no approval is left', async () => {
      const owner = randomUUID();
      const { sessionId, turnId, settle } = await calling(owner);
      const [next, begun] = await begin(owner, { sessionId });
      await store.commit(next, commitOf(next, begun));
      const outputs = [output('t.2'), output('t.3')];
      for (const place of [{ fork: 'if-moved' as const }, { fork: 'if-moved' as const, isEphemeral: true }]) {
        const behind = { after: turnId, ...place };
        expect(await settle([], behind)).toEqual({ outcome: 'without-output', stepId: 't.2' });
        const wrong = await settle([approval('t.1'), ...outputs], behind);
        expect(wrong).toEqual({ outcome: 'not-open', step: approval('t.1') });
        expect(await settle(outputs, behind)).toMatchObject({ outcome: 'begun', open: outputs });
      }
      expect(await settle(outputs)).toMatchObject({ outcome: 'not-open' });
      expect(await settle([], { after: null, fork: 'yes' })).toMatchObject({ outcome: 'begun', open: [] });
    });
  });

  describe(`${name} session store, of tokens that are held back`, () => {
    const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 2000 };
    let store: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits });
    });
    afterAll(() => store.close());
    beforeEach(inOneDay);
    const { begin } = turnsOn(() => store);
    const usageOf = async (owner: string) => (await store.usage(owner))[0];

    test('a turn holds back more where there is room, once, and settles it with what it cost', async () => {
      const owner = randomUUID();
      const [claim] = await begin(owner);
      expect(claim.reserved).toBe(605);
      expect(await store.reserve(claim, 1500)).toBe('reserved');
      expect(await store.reserve(claim, 1500)).toBe('reserved');
      expect(await usageOf(owner)).toMatchObject({ used: 0, reserved: 1500 });
      expect(await store.reserve({ ...claim, reserved: 1500 }, 2001)).toBe('refused');
      expect(await usageOf(owner)).toMatchObject({ used: 0, reserved: 1500 });
      expect(await store.reserve({ ...claim, reserved: 1500 }, 2000)).toBe('reserved');
      await store.extend({ ...claim, reserved: 2000 }, nothing);
      await store.abandon({ ...claim, reserved: 2000 }, broken, nothing, 700);
      expect(await usageOf(owner)).toMatchObject({ used: 700, reserved: 0 });
    });

    test('what others hold counts, and a turn that is over holds back nothing', async () => {
      const owner = randomUUID();
      const [[one], [other]] = [await begin(owner), await begin(owner)];
      expect(await store.reserve(one, 1396)).toBe('refused');
      expect(await store.reserve(one, 1395)).toBe('reserved');
      await store.abandon(other, broken, nothing, 0);
      expect(await store.reserve(other, 606)).toBe('refused');
      expect(await usageOf(owner)).toMatchObject({ used: 0, reserved: 1395 });
    });
  });
}
