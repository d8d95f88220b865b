import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { BeginRequest, Commit } from '../../shared/conversation/ports/turn-steps.ts';
import { inOneDay, inOneMinute } from '../time-windows.ts';
import type { TimedStores } from './timed-stores.ts';
import { commitOf, nothing, turnsOn } from './turns-on.ts';

const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const QUOTA = 100_000;
const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: QUOTA };

const TITLE = 110;
/** Of a turn without a window, and of every stored one. */
const TURN = 605;
const SPENT = 15;

/** What every session store holds to where the model names sessions. */
export function titlesContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store, of titles by the model`, () => {
    let store: SessionStore;
    /** Holds no owner to anything. */
    let free: SessionStore;
    beforeAll(async () => {
      const rules = { sessionSeconds: 3600, leaseSeconds: 10, limits };
      store = await open(rules);
      free = await open({ ...rules, limits: { ...limits, tokens_per_day: 0 } });
    });
    afterAll(() => Promise.all([store, free].map((each) => each.close())));

    beforeEach(inOneDay);

    const turns = turnsOn(() => store);
    const begin = (owner: string, more: Partial<BeginRequest> = {}, on = store) =>
      turns.begin(owner, { titleTokens: TITLE, ...more }, on);
    async function turn(owner: string, stored: Partial<Commit> = {}, more: Partial<BeginRequest> = {}, on = store) {
      const [claim, begun] = await begin(owner, more, on);
      expect(await on.commit(claim, commitOf(claim, begun, 'Hello', { title: 'First words', ...stored }))).toBe(
        'committed',
      );
      return claim;
    }
    const late = (owner: string, more: Partial<BeginRequest> = {}) =>
      turn(owner, { titled: { outcome: 'late' } }, more);
    const granted = async (owner: string, more: Partial<BeginRequest>, on = store) => {
      const [claim, { titleReserved }] = await begin(owner, more, on);
      await on.abandon(claim, broken, nothing, 0);
      return titleReserved;
    };
    /** What is used and held back of the day. */
    async function counted(owner: string) {
      const [claim, { limits, reserved }] = await turns.begin(owner);
      await store.abandon(claim, broken, nothing, 0);
      const day = limits.find((limit) => limit.name === 'tokens-per-day');
      return QUOTA - (day?.remaining ?? 0) - reserved;
    }
    const titleOf = async (owner: string, sessionId: string) => (await store.session(owner, sessionId))?.summary.title;
    const came = { title: 'By the model', spent: 90 };

    describe('one', () => {
      test('is granted to the turn that makes a session, and what it may cost is held back', async () => {
        const owner = randomUUID();
        const [, begun] = await begin(owner);
        expect([begun.title, begun.reserved, begun.titleReserved]).toEqual([undefined, TURN, TITLE]);
        expect(await store.usage(owner)).toMatchObject([{ used: 0, reserved: TURN + TITLE }]);
        expect(await counted(owner)).toBe(TURN + TITLE);
      });

      test('is granted to the first turn of a session without one, and of a fork behind nothing', async () => {
        const owner = randomUUID();
        const sessionId = randomUUID();
        await store.create(owner, sessionId, { metadata: {}, items: [] });
        expect(await granted(owner, { sessionId })).toBe(TITLE);
        const { sessionId: named, turnId } = await turn(owner, { titled: { outcome: 'taken', spent: 90 } });
        expect(await granted(owner, { sessionId: named, after: null, fork: 'yes' })).toBe(TITLE);
        expect(await granted(owner, { sessionId: named, after: turnId, fork: 'yes' })).toBe(0);
      });

      test('is not granted where the session has a title, or is to have none, or nobody wants one', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, { titled: { outcome: 'refused', spent: 0 } });
        expect(await granted(owner, { sessionId })).toBe(0);
        expect(await granted(owner, { isEphemeral: true })).toBe(0);
        expect(await granted(owner, { isTemporary: true })).toBe(0);
        expect(await granted(owner, { titleTokens: undefined })).toBe(0);
        const created = randomUUID();
        await store.create(owner, created, { metadata: {}, items: [] });
        await store.edit(owner, created, { title: 'Mine' });
        expect(await granted(owner, { sessionId: created })).toBe(0);
        const { sessionId: secret } = await turn(owner, {}, { isTemporary: true });
        expect(await granted(owner, { sessionId: secret, after: null, fork: 'yes' })).toBe(0);
      });

      test('is not granted where a limit has no room for it, and its turn begins all the same', async () => {
        await inOneMinute();
        for (const window of ['tokens_per_minute', 'tokens_per_day'] as const) {
          const owner = randomUUID();
          const narrow = await open({
            ...{ sessionSeconds: 3600, leaseSeconds: 10 },
            limits: { ...limits, [window]: TURN + TITLE + SPENT },
          });
          expect(await granted(owner, {}, narrow)).toBe(TITLE);
          const claim = await turn(owner, { titled: { outcome: 'taken', spent: 0 } }, {}, narrow);
          expect(claim.titleReserved).toBe(TITLE);
          expect(await granted(owner, {}, narrow)).toBe(TITLE);
          await turn(owner, { spent: 1, titled: { outcome: 'none', spent: 0 } }, {}, narrow);
          expect(await granted(owner, {}, narrow)).toBe(0);
          await narrow.close();
        }
      });

      test('comes behind the summary where there is room for one of the two', async () => {
        const narrow = await open({
          ...{ sessionSeconds: 3600, leaseSeconds: 10 },
          limits: { ...limits, tokens_per_day: 1000 + 500 + 1000 + TITLE + 99 },
        });
        const owner = randomUUID();
        const offer = { room: 900, fixed_tokens: 100, output_tokens: 500, summary_tokens: 100 };
        const asked = { offers: new Map([['default', offer]]), messageTokens: 900 };
        const [first, both] = await begin(owner, asked, narrow);
        expect([both.reserved, both.summaryReserved, both.titleReserved]).toEqual([1500, 1100, 0]);
        await narrow.abandon(first, broken, nothing, 0);
        const [, one] = await begin(owner, { ...asked, titleTokens: 109 }, narrow);
        expect([one.summaryReserved, one.titleReserved]).toEqual([1100, 109]);
        await narrow.close();
      });

      test('is granted where nobody is held to a limit', async () => {
        expect(await granted(randomUUID(), {}, free)).toBe(TITLE);
      });

      test('is granted the same, and held back once, where the answer to begin was lost', async () => {
        const owner = randomUUID();
        const asked = { turnId: randomUUID(), newSessionId: randomUUID() };
        const [, first] = await begin(owner, asked);
        const [claim, again] = await begin(owner, { ...asked, titleTokens: 3 });
        expect(again).toEqual({ ...first, limits: expect.any(Array) });
        expect(await counted(owner)).toBe(TURN + TITLE);
        await store.abandon(claim, broken, nothing, 3, { title: 4 });
        expect(await counted(owner)).toBe(7);
      });
    });

    describe('what came of it', () => {
      test.each([
        ['taken', 90],
        ['refused', 30],
        ['none', 0],
      ] as const)('is settled with its turn, once, where it was %s', async (outcome, spent) => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner);
        const commit = commitOf(claim, begun, 'Hello', { title: 'Named', titled: { outcome, spent } });
        for (let n = 0; n < 2; n += 1) expect(await store.commit(claim, commit)).toBe('committed');
        expect(await titleOf(owner, claim.sessionId)).toBe('Named');
        expect(await counted(owner)).toBe(SPENT + spent);
        expect(await store.storeTitle(claim, came)).toBe('lost');
        expect(await titleOf(owner, claim.sessionId)).toBe('Named');
        expect(await counted(owner)).toBe(SPENT + spent);
      });

      test('is no title where the session was named meanwhile', async () => {
        const owner = randomUUID();
        const sessionId = randomUUID();
        await store.create(owner, sessionId, { metadata: {}, items: [] });
        for (const titled of [{ outcome: 'taken', spent: 90 } as const, { outcome: 'late' } as const]) {
          const [claim, begun] = await begin(owner, { sessionId });
          await store.edit(owner, sessionId, { title: 'Mine' });
          await store.commit(claim, commitOf(claim, begun, 'Hello', { title: 'By the model', titled }));
          expect(await titleOf(owner, sessionId)).toBe('Mine');
          expect(await store.storeTitle(claim, came)).toBe('lost');
          expect(await titleOf(owner, sessionId)).toBe('Mine');
        }
      });

      test('is settled where its turn stores nothing', async () => {
        const owner = randomUUID();
        const [claim] = await begin(owner);
        for (let n = 0; n < 2; n += 1) await store.abandon(claim, broken, nothing, 20, { title: 70 });
        expect(await counted(owner)).toBe(90);
      });

      test('is counted whole where its holder died, and held back as long as it lives', async () => {
        const owner = randomUUID();
        const [dead] = await begin(owner);
        const [living] = await begin(owner);
        await pass(store, 6000);
        expect((await store.extend(living, nothing)).held).toBe(true);
        await pass(store, 6000);
        expect(await store.follow(owner, dead.sessionId, undefined, 0)).toMatchObject({ state: 'lost' });
        await store.abandon(living, broken, nothing, 1, { title: 2 });
        expect(await counted(owner)).toBe(TURN + TITLE + 3);
      });
    });

    describe('one that is late', () => {
      test('takes the place of the first words, once, and is paid once', async () => {
        const owner = randomUUID();
        const claim = await late(owner);
        const { sessionId } = claim;
        expect(await titleOf(owner, sessionId)).toBe('First words');
        expect(await counted(owner)).toBe(SPENT + TITLE);
        const before = await store.session(owner, sessionId);
        expect(await store.storeTitle(claim, came)).toBe('stored');
        const after = await store.session(owner, sessionId);
        expect(after?.summary).toEqual({ ...before?.summary, title: 'By the model' });
        expect(after?.expiresAt).toBeLessThanOrEqual((before?.expiresAt ?? 0) + 50);
        expect(await store.storeTitle(claim, { title: 'Again', spent: 500 })).toBe('lost');
        expect(await titleOf(owner, sessionId)).toBe('By the model');
        expect(await counted(owner)).toBe(SPENT + 90);
      });

      test('waits for no turn, and none waits for it', async () => {
        const owner = randomUUID();
        const claim = await late(owner);
        const { sessionId } = claim;
        const [next, begun] = await begin(owner, { sessionId });
        expect([begun.title, begun.titleReserved]).toEqual(['First words', 0]);
        expect(await store.storeTitle(claim, came)).toBe('stored');
        await store.commit(next, commitOf(next, begun, 'two'));
        expect(await titleOf(owner, sessionId)).toBe('By the model');
      });

      test('is lost where the session was renamed, and paid', async () => {
        const owner = randomUUID();
        const claim = await late(owner);
        await store.edit(owner, claim.sessionId, { pinned: true });
        await store.edit(owner, claim.sessionId, { title: 'Mine' });
        expect(await store.storeTitle(claim, came)).toBe('lost');
        expect(await titleOf(owner, claim.sessionId)).toBe('Mine');
        expect(await counted(owner)).toBe(SPENT + 90);
      });

      test('is stored where the session was pinned alone', async () => {
        const owner = randomUUID();
        const claim = await late(owner);
        await store.edit(owner, claim.sessionId, { pinned: true });
        expect(await store.storeTitle(claim, came)).toBe('stored');
        expect(await store.pinned(owner)).toMatchObject([{ title: 'By the model' }]);
      });

      test('is lost where the session is gone, and paid, and brings nothing back', async () => {
        for (const forget of ['delete', 'erase'] as const) {
          const owner = randomUUID();
          const claim = await late(owner);
          await store[forget](owner, claim.sessionId);
          expect(await store.storeTitle(claim, came)).toBe('lost');
          expect(await store.session(owner, claim.sessionId)).toBeUndefined();
          expect(await counted(owner)).toBe(SPENT + 90);
        }
      });

      test('that is none after all leaves the first words, and is paid', async () => {
        const owner = randomUUID();
        const claim = await late(owner);
        expect(await store.storeTitle(claim, { title: undefined, spent: 40 })).toBe('lost');
        expect(await titleOf(owner, claim.sessionId)).toBe('First words');
        expect(await store.storeTitle(claim, came)).toBe('lost');
        expect(await counted(owner)).toBe(SPENT + 40);
      });

      test('is no other turn’s, no other session’s and no other owner’s', async () => {
        const owner = randomUUID();
        const claim = await late(owner);
        const { sessionId } = claim;
        const next = await turn(owner, {}, { sessionId });
        for (const other of [next, { ...claim, sessionId: randomUUID() }, { ...claim, owner: randomUUID() }]) {
          expect(await store.storeTitle(other, came)).toBe('lost');
        }
        expect(await titleOf(owner, sessionId)).toBe('First words');
      });

      test('is not a fork’s that was made meanwhile', async () => {
        const owner = randomUUID();
        const claim = await late(owner);
        const fork = await turn(owner, {}, { sessionId: claim.sessionId, after: claim.turnId, fork: 'yes' });
        expect(await store.storeTitle(claim, came)).toBe('stored');
        expect(await titleOf(owner, fork.sessionId)).toBe('First words');
      });
    });
  });
}
