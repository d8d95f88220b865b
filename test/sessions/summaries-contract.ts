import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import { exportSessions } from '../../shared/conversation/export-sessions.ts';
import { withIds } from '../../shared/conversation/ports/between-turns.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { Summary } from '../../shared/conversation/ports/stored.ts';
import type { BeginRequest, Commit, LateSummary, Offer } from '../../shared/conversation/ports/turn-steps.ts';
import { inOneDay, inOneMinute } from '../time-windows.ts';
import type { TimedStores } from './timed-stores.ts';
import { commitOf, nothing, turnsOn } from './turns-on.ts';

const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const QUOTA = 100_000;
const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: QUOTA };

/** A budget of 1,100 tokens, of which 880 are the mark; a message has 5. */
const offer: Offer = { room: 1000, fixed_tokens: 100, output_tokens: 500, summary_tokens: 110 };
const offers = new Map([['default', offer]]);
/** What the window has where the next prompt is at the mark, and above it. */
const AT_MARK = 775;
const LONG = 800;
/** What is held back for the summary of such a prompt. */
const RESERVED = 905 + 110;
/** Of every turn, as `commitOf` has it. */
const SPENT = 15;

/** What every session store holds to where turns are known in summary. */
export function summariesContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store, of summaries`, () => {
    let store: SessionStore;
    /** Has room for little: a turn, and its summary only where next to nothing was used. */
    let narrow: SessionStore;
    /** Holds no owner to anything. */
    let free: SessionStore;
    /** Forgets sessions after 20 s, which the tests let pass. */
    let brief: SessionStore;
    beforeAll(async () => {
      const rules = { sessionSeconds: 3600, leaseSeconds: 10, limits };
      store = await open(rules);
      narrow = await open({ ...rules, limits: { ...limits, tokens_per_minute: 2500 } });
      free = await open({ ...rules, limits: { ...limits, tokens_per_day: 0 } });
      brief = await open({ ...rules, sessionSeconds: 20 });
    });
    afterAll(() => Promise.all([store, narrow, free, brief].map((each) => each.close())));

    beforeEach(inOneDay);

    const turns = turnsOn(() => store);
    const begin = (owner: string, more: Partial<BeginRequest> = {}, on = store) =>
      turns.begin(owner, { offers, ...more }, on);

    /** A turn that asks for no summary, whatever it was granted. */
    async function turn(owner: string, more: Partial<BeginRequest> = {}, stored: Partial<Commit> = {}, on = store) {
      const [claim, begun] = await begin(owner, more, on);
      const summary = claim.summaryReserved ? ({ outcome: 'none', spent: 0 } as const) : undefined;
      const commit = commitOf(claim, begun, String(begun.windowStart + begun.window.length), { summary, ...stored });
      expect(await on.commit(claim, commit)).toBe('committed');
      return claim;
    }

    /** A session of so many turns whose next prompt is above the mark. */
    async function long(owner: string, count = 4, on = store) {
      const first = await turn(owner, {}, {}, on);
      const { sessionId } = first;
      const turnIds = [first.turnId];
      for (let n = 1; n < count; n += 1) {
        turnIds.push((await turn(owner, { sessionId }, { windowTokens: LONG }, on)).turnId);
      }
      return { sessionId, turnIds };
    }

    /** Of the messages of the turns with these ids, which are the session's from `from / 2` on. */
    const summaryOf = (turnIds: readonly string[], from: number, to: number): Summary => ({
      text: `What was said from ${from} to ${to}: “so”.`,
      from_turn_id: turnIds[from / 2] as string,
      through_turn_id: turnIds[to / 2 - 1] as string,
      created: '2026-01-02T00:00:00.000Z',
      tokens: 20,
      from,
      to,
    });

    /** A session of four turns whose last two are its window, and whose next prompt is above the mark. */
    async function summarised(owner: string, on = store) {
      const { sessionId, turnIds } = await long(owner, 3, on);
      const summaries = [summaryOf(turnIds, 0, 4)];
      const more = { summaries, windowStart: 4, windowTokens: LONG, summary: { outcome: 'taken', spent: 70 } } as const;
      turnIds.push((await turn(owner, { sessionId }, more, on)).turnId);
      return { sessionId, turnIds, summaries };
    }

    /** A turn that is stored while its summary is still asked for. */
    async function late(owner: string, on = store) {
      const { sessionId, turnIds } = await long(owner, 4, on);
      const claim = await turn(owner, { sessionId }, { windowTokens: LONG, summary: { outcome: 'late' } }, on);
      const summaries = [summaryOf(turnIds, 0, 4)];
      const came: LateSummary = { summaries, windowWas: 0, windowStart: 4, savedTokens: 300, spent: 70 };
      return { sessionId, turnIds, claim, summaries, came };
    }

    /** What a turn begins with, seen by one that costs nothing. */
    async function seen(owner: string, more: Partial<BeginRequest>, on = store) {
      const [claim, begun] = await begin(owner, more, on);
      await on.abandon(claim, broken, nothing, 0);
      const { windowStart, summaries, reserved, summaryReserved } = begun;
      const contents = begun.window.map(({ content }) => content);
      return { windowStart, summaries, contents, promptTokens: reserved - 500, summaryReserved };
    }
    const granted = async (owner: string, sessionId: string, on = store) =>
      (await seen(owner, { sessionId }, on)).summaryReserved > 0;
    /** What is used and held back of the day. */
    async function counted(owner: string, on = store) {
      const [claim, { limits, reserved }] = await begin(owner, {}, on);
      await on.abandon(claim, broken, nothing, 0);
      const day = limits.find((limit) => limit.name === 'tokens-per-day');
      return QUOTA - (day?.remaining ?? 0) - reserved;
    }
    const told = async (owner: string, sessionId: string, on = store) => {
      const history = await on.history(owner, sessionId, { limit: 1, before: undefined });
      return typeof history === 'object' ? history.summaries : history;
    };

    describe('one', () => {
      test('is granted above four fifths of the budget, and what it may cost is held back', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, { windowTokens: AT_MARK });
        const [at, atBegun] = await begin(owner, { sessionId });
        expect(atBegun.summaryReserved).toBe(0);
        await store.commit(at, commitOf(at, atBegun, '1', { windowTokens: AT_MARK + 1 }));
        const before = await counted(owner);
        const [, above] = await begin(owner, { sessionId });
        expect([above.reserved, above.summaryReserved]).toEqual([881 + 500, 881 + 110]);
        expect(await counted(owner)).toBe(before + 881 + 500 + 881 + 110);
      });

      test('is granted by what a turn brings, too', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, { windowTokens: 500 });
        expect((await seen(owner, { sessionId })).summaryReserved).toBe(0);
        expect((await seen(owner, { sessionId, broughtTokens: 300 })).summaryReserved).toBe(905 + 110);
        expect((await seen(owner, { sessionId, messageTokens: 300 })).summaryReserved).toBe(900 + 110);
      });

      test('is not granted where its assistant forgets, nor to a turn that stores nothing', async () => {
        const owner = randomUUID();
        const { sessionId } = await long(owner);
        const { summary_tokens, ...forgetful } = offer;
        for (const other of [forgetful, { ...offer, summary_tokens: 0 }]) {
          const asked = { sessionId, offers: new Map([['default', other]]) };
          expect((await seen(owner, asked)).summaryReserved).toBe(0);
        }
        expect((await seen(owner, { sessionId, isEphemeral: true })).summaryReserved).toBe(0);
        expect(await granted(owner, sessionId)).toBe(true);
      });

      test('is not granted where a limit has no room for it, and its turn begins all the same', async () => {
        await inOneMinute();
        const owner = randomUUID();
        const { sessionId } = await long(owner, 2, narrow);
        // 1405 of the turn, 1015 of the summary, and what was used before.
        expect((await seen(owner, { sessionId }, narrow)).summaryReserved).toBe(RESERVED);
        const claim = await turn(owner, { sessionId }, { windowTokens: LONG, spent: 100 }, narrow);
        const [without, begun] = await begin(owner, { sessionId }, narrow);
        expect([begun.reserved, begun.summaryReserved]).toEqual([1405, 0]);
        await narrow.abandon(without, broken, nothing, 0);
        expect(await counted(owner, narrow)).toBe(2 * SPENT + 100);
        expect(claim.summaryReserved).toBe(RESERVED);
      });

      test('is granted where nobody is held to a limit', async () => {
        const owner = randomUUID();
        const { sessionId } = await long(owner, 2, free);
        expect(await granted(owner, sessionId, free)).toBe(true);
      });

      test('is granted the same, and held back once, where the answer to begin was lost', async () => {
        const owner = randomUUID();
        const { sessionId } = await long(owner);
        const before = await counted(owner);
        const asked = { sessionId, turnId: randomUUID(), newSessionId: randomUUID() };
        const [, first] = await begin(owner, asked);
        const [claim, again] = await begin(owner, asked);
        expect(again).toEqual({ ...first, limits: expect.any(Array) });
        expect(first.summaryReserved).toBe(RESERVED);
        expect(await counted(owner)).toBe(before + 1405 + RESERVED);
        await store.abandon(claim, broken, nothing, 3, { summary: 4 });
        expect(await counted(owner)).toBe(before + 3 + 4);
      });
    });

    describe('what came of it', () => {
      test('is stored with its turn, and moves the window, in one step', async () => {
        const owner = randomUUID();
        const { sessionId, summaries } = await summarised(owner);
        expect(await told(owner, sessionId)).toEqual(summaries);
        expect(await seen(owner, { sessionId })).toMatchObject({
          ...{ windowStart: 4, summaries, promptTokens: 905, summaryReserved: RESERVED },
          contents: ['ask 4', '4', 'ask 6', '6'],
        });
        expect(await counted(owner)).toBe(4 * SPENT + 70);
      });

      test('is stored once, however often its commit is repeated', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await long(owner);
        const [claim, begun] = await begin(owner, { sessionId });
        const summaries = [summaryOf(turnIds, 0, 4)];
        const summary = { outcome: 'taken', spent: 70 } as const;
        const commit = commitOf(claim, begun, '8', { summaries, windowStart: 4, summary });
        for (let n = 0; n < 2; n += 1) expect(await store.commit(claim, commit)).toBe('committed');
        await store.abandon(claim, broken, nothing, 1000, { summary: 1000 });
        expect(await told(owner, sessionId)).toEqual(summaries);
        expect(await counted(owner)).toBe(5 * SPENT + 70);
      });

      test('is nothing where its turn lost its session, and is paid', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await long(owner);
        const [claim, begun] = await begin(owner, { sessionId });
        await store.delete(owner, sessionId);
        const more = { summaries: [summaryOf(turnIds, 0, 4)], summary: { outcome: 'taken', spent: 70 } } as const;
        expect(await store.commit(claim, commitOf(claim, begun, '8', more))).toBe('lost');
        for (let n = 0; n < 2; n += 1) await store.abandon(claim, broken, nothing, SPENT, { summary: 70 });
        expect(await told(owner, sessionId)).toBeUndefined();
        expect(await counted(owner)).toBe(5 * SPENT + 70);
      });

      test.each([
        ['refused', { outcome: 'refused', spent: 70 }],
        ['late, and then refused', { outcome: 'late' }],
      ] as const)('is asked for again after 3 turns, then 6, then 12, and 12, where it was %s', async (_, summary) => {
        const owner = randomUUID();
        const { sessionId } = await long(owner, 2);
        const pauses: number[] = [];
        const next = () => turn(owner, { sessionId }, { windowTokens: LONG });
        for (let failures = 0; failures < 4; failures += 1) {
          const claim = await turn(owner, { sessionId }, { windowTokens: LONG, summary });
          expect(claim.summaryReserved).toBe(RESERVED);
          const nowhere = { summaries: undefined, windowWas: 0, windowStart: 0, savedTokens: 0, spent: 70 };
          if (summary.outcome === 'late') expect(await store.storeSummary(claim, nowhere)).toBe('lost');
          let pause = 0;
          for (; !(await granted(owner, sessionId)); pause += 1) await next();
          pauses.push(pause);
        }
        expect(pauses).toEqual([3, 6, 12, 12]);
        expect(await counted(owner)).toBe((2 + 4 + 33) * SPENT + 4 * 70);
        // One that is taken ends all that.
        await turn(
          owner,
          { sessionId },
          { windowTokens: LONG, summaries: [], summary: { outcome: 'taken', spent: 0 } },
        );
        expect(await granted(owner, sessionId)).toBe(true);
        await turn(owner, { sessionId }, { windowTokens: LONG, summary: { outcome: 'refused', spent: 0 } });
        for (let n = 0; n < 3; n += 1) await next();
        expect(await granted(owner, sessionId)).toBe(true);
      });

      test('gives all back where it was not asked for, and the next turn may ask', async () => {
        const owner = randomUUID();
        const { sessionId } = await long(owner);
        const claim = await turn(owner, { sessionId }, { windowTokens: LONG });
        expect(claim.summaryReserved).toBe(RESERVED);
        expect(await counted(owner)).toBe(5 * SPENT);
        expect(await granted(owner, sessionId)).toBe(true);
      });

      test('does not keep the next turn from asking where its turn failed', async () => {
        const owner = randomUUID();
        const { sessionId } = await long(owner);
        const [claim] = await begin(owner, { sessionId });
        await store.abandon(claim, broken, nothing, 20, { summary: 70 });
        expect(await counted(owner)).toBe(4 * SPENT + 20 + 70);
        expect(await granted(owner, sessionId)).toBe(true);
      });
    });

    describe('one that is late', () => {
      test('is held back for, and nobody else asks meanwhile', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came } = await late(owner);
        expect(await counted(owner)).toBe(5 * SPENT + RESERVED);
        for (let n = 0; n < 2; n += 1) {
          expect((await turn(owner, { sessionId }, { windowTokens: LONG })).summaryReserved).toBe(0);
        }
        expect(await store.storeSummary(claim, came)).toBe('stored');
        expect(await counted(owner)).toBe(7 * SPENT + 70);
      });

      test('is stored, moves the window and saves its tokens', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came, summaries } = await late(owner);
        expect(await store.storeSummary(claim, came)).toBe('stored');
        expect(await told(owner, sessionId)).toEqual(summaries);
        expect(await seen(owner, { sessionId })).toMatchObject({
          ...{ windowStart: 4, summaries, promptTokens: 905 - 300, summaryReserved: 0 },
          contents: ['ask 4', '4', 'ask 6', '6', 'ask 8', '8'],
        });
        await turn(owner, { sessionId, messageTokens: 300 }, { windowStart: 4 });
        expect((await seen(owner, { sessionId })).windowStart).toBe(4);
      });

      test('is stored once', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came, summaries } = await late(owner);
        expect(await store.storeSummary(claim, came)).toBe('stored');
        const again = { ...came, summaries: [], windowWas: 4, windowStart: 6 };
        for (const each of [came, again]) expect(await store.storeSummary(claim, each)).toBe('lost');
        expect(await seen(owner, { sessionId })).toMatchObject({ windowStart: 4, summaries, promptTokens: 605 });
        expect(await counted(owner)).toBe(5 * SPENT + 70);
      });

      test('is not stored by another turn', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came } = await late(owner);
        const other = { ...claim, turnId: randomUUID() };
        expect(await store.storeSummary(other, came)).toBe('lost');
        expect(await store.storeSummary(await turn(owner, { sessionId }), came)).toBe('lost');
        expect(await seen(owner, { sessionId })).toMatchObject({ windowStart: 0, summaries: [] });
        expect(await store.storeSummary(claim, came)).toBe('stored');
      });

      test('is not stored where another turn moved the window, and is paid', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came } = await late(owner);
        await turn(owner, { sessionId }, { windowTokens: LONG, windowStart: 2 });
        expect(await store.storeSummary(claim, came)).toBe('lost');
        const then = await seen(owner, { sessionId });
        expect(then).toMatchObject({ windowStart: 2, summaries: [], promptTokens: 905, summaryReserved: RESERVED });
        expect(await counted(owner)).toBe(6 * SPENT + 70);
      });

      test.each<[string, (on: SessionStore, owner: string, sessionId: string) => Promise<unknown>]>([
        ['deleted', (on, owner, sessionId) => on.delete(owner, sessionId)],
        ['erased', (on, owner) => on.erase(owner)],
        ['forgotten', (on) => pass(on, 20_000)],
      ])('brings no session back that was %s, and is paid', async (_, end) => {
        const owner = randomUUID();
        const on = brief;
        const { sessionId, claim, came } = await late(owner, on);
        await end(on, owner, sessionId);
        expect(await on.storeSummary(claim, came)).toBe('lost');
        expect(await told(owner, sessionId, on)).toBeUndefined();
        expect(await on.sessions(owner, { limit: 9, before: undefined })).toEqual({ items: [], hasMore: false });
        expect(await counted(owner, on)).toBe(5 * SPENT + 70);
      });

      test('keeps its window under a turn that began before it was stored', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came, summaries } = await late(owner);
        const [running, begun] = await begin(owner, { sessionId });
        expect(begun.windowStart).toBe(0);
        expect(await store.storeSummary(claim, came)).toBe('stored');
        const commit = commitOf(running, begun, '10', { windowTokens: LONG + 10 });
        expect(await store.commit(running, commit)).toBe('committed');
        expect(await seen(owner, { sessionId })).toMatchObject({
          ...{ windowStart: 4, summaries, promptTokens: 105 + LONG - 300 + 10 },
          contents: ['ask 4', '4', 'ask 6', '6', 'ask 8', '8', 'ask 10', '10'],
        });
        expect(await turns.contents(owner, sessionId)).toHaveLength(12);
      });

      test('is behind one that another turn asked for when it was given up, and neither loses a turn', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await long(owner);
        // As where the first is so late that another turn was allowed to ask.
        const [claim, begun] = await begin(owner, { sessionId });
        await store.commit(claim, commitOf(claim, begun, '8', { windowTokens: LONG, summary: { outcome: 'late' } }));
        const [other, otherBegun] = await begin(owner, { sessionId });
        const longer = [summaryOf(turnIds, 0, 6)];
        const came = { summaries: longer, windowWas: 0, windowStart: 6, savedTokens: 300, spent: 70 };
        expect(await store.storeSummary(claim, came)).toBe('stored');
        const shorter = { summaries: [summaryOf(turnIds, 0, 4)], windowStart: 4 };
        const commit = commitOf(other, otherBegun, '10', { ...shorter, summary: { outcome: 'taken', spent: 0 } });
        expect(await store.commit(other, commit)).toBe('committed');
        const { windowStart, summaries } = await seen(owner, { sessionId });
        expect([windowStart, summaries]).toEqual([6, longer]);
      });

      test('holds nothing back a second time for a turn whose begin was answered by half', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came } = await late(owner);
        const asked = { sessionId, turnId: randomUUID(), newSessionId: randomUUID() };
        await begin(owner, asked);
        expect(await store.storeSummary(claim, came)).toBe('stored');
        // The answer was lost; the prompt is shorter now.
        const [again, begun] = await begin(owner, asked);
        expect([begun.reserved, begun.summaryReserved]).toEqual([1405, 0]);
        await store.abandon(again, broken, nothing, 0);
        expect(await counted(owner)).toBe(5 * SPENT + 70);
      });
    });

    describe('a fork', () => {
      test('behind a summarised block takes its summary', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds, summaries } = await summarised(owner);
        const asked = { sessionId, fork: 'yes' as const };
        const at = await seen(owner, { ...asked, after: turnIds[1] });
        expect(at).toMatchObject({ windowStart: 4, summaries, contents: [] });
        // A summary costs a prompt its text, 2 tokens, and 26 of what stands before them all; a turn 2 texts, 4 each more.
        expect(at.promptTokens).toBe(105 + 26 + 20 + 2);
        const behind = await seen(owner, { ...asked, after: turnIds[2] });
        expect(behind).toMatchObject({ windowStart: 4, summaries, contents: ['ask 4', '4'] });
        expect(behind.promptTokens).toBe(105 + 26 + 20 + 2 + 10);
      });

      test('inside one takes none of it, and its window begins where the block began', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds, summaries } = await summarised(owner);
        for (let n = 0; n < 3; n += 1) turnIds.push((await turn(owner, { sessionId }, { windowStart: 4 })).turnId);
        const all = [...summaries, summaryOf(turnIds, 4, 10)];
        await turn(owner, { sessionId }, { windowStart: 10, summaries: all });
        const asked = { sessionId, fork: 'yes' as const };
        expect(await seen(owner, { ...asked, after: turnIds[0] })).toMatchObject({
          ...{ windowStart: 0, summaries: [], contents: ['ask 0', '0'] },
        });
        expect(await seen(owner, { ...asked, after: turnIds[3] })).toMatchObject({
          ...{ windowStart: 4, summaries, contents: ['ask 4', '4', 'ask 6', '6'] },
        });
        expect(await seen(owner, { ...asked, after: turnIds[4] })).toMatchObject({ windowStart: 10, summaries: all });
      });

      test('keeps them, and its source does too', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds, summaries } = await summarised(owner);
        const [claim, begun] = await begin(owner, { sessionId, after: turnIds[2], fork: 'yes' });
        await store.commit(claim, commitOf(claim, begun, 'else', { summaries: begun.summaries }));
        await store.delete(owner, sessionId);
        expect(await told(owner, claim.sessionId)).toEqual(summaries);
        expect(await seen(owner, { sessionId: claim.sessionId })).toMatchObject({
          ...{ windowStart: 4, summaries, contents: ['ask 4', '4', 'ask else', 'else'] },
        });
      });

      test('may ask for its own, whatever its source waits for', async () => {
        const owner = randomUUID();
        const { sessionId, claim, came } = await late(owner);
        const asked = { sessionId, after: claim.turnId, fork: 'yes' as const, messageTokens: 850 };
        expect((await seen(owner, asked)).summaryReserved).toBeGreaterThan(0);
        await store.storeSummary(claim, { ...came, summaries: undefined });
        expect((await seen(owner, { ...asked, messageTokens: 850 })).summaryReserved).toBeGreaterThan(0);
        expect(await granted(owner, sessionId)).toBe(false);
      });
    });

    describe('a session', () => {
      test('takes them along where it is deleted, erased or forgotten', async () => {
        const owner = randomUUID();
        const [deleted, erased] = [await summarised(owner), await summarised(owner)];
        await store.delete(owner, deleted.sessionId);
        expect(await told(owner, deleted.sessionId)).toBeUndefined();
        await store.erase(owner);
        expect(await told(owner, erased.sessionId)).toBeUndefined();
        const forgotten = await summarised(owner, brief);
        await pass(brief, 20_000);
        expect(await told(owner, forgotten.sessionId, brief)).toBeUndefined();
        const anew = await turn(owner, { sessionId: forgotten.sessionId }, {}, brief);
        expect(await told(owner, anew.sessionId, brief)).toEqual([]);
      });

      test('keeps them when it is described, and when something is brought to it', async () => {
        const owner = randomUUID();
        const { sessionId, summaries } = await summarised(owner);
        await store.describe(owner, sessionId, { topic: 'this' });
        const brought = withIds([{ role: 'user', content: 'Brought', tokens: 2 }], randomUUID(), 8);
        expect(await store.bring(owner, sessionId, brought)).toMatchObject({ outcome: 'brought' });
        expect(await seen(owner, { sessionId })).toMatchObject({ windowStart: 4, summaries });
        expect(await store.session(owner, sessionId)).toMatchObject({ summaries });
      });

      test('is exported with them, where there are any', async () => {
        const owner = randomUUID();
        const { sessionId, summaries } = await summarised(owner);
        const plain = await turn(owner);
        const lines = new Map<string, { summaries?: unknown; messages: unknown[] }>();
        for await (const text of exportSessions(store, owner)) {
          const line = JSON.parse(text);
          lines.set(line.id, line);
        }
        const [{ tokens, from, to, ...shown }] = summaries as [Summary];
        expect(lines.get(sessionId)?.summaries).toEqual([shown]);
        expect(lines.get(sessionId)?.messages).toHaveLength(8);
        expect(lines.get(plain.sessionId)).not.toHaveProperty('summaries');
      });
    });
  });
}
