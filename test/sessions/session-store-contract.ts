import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import type { LimitState, Limits } from '../../shared/conversation/limits.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { BeginResult, TurnClaim } from '../../shared/conversation/ports/turn-steps.ts';
import { eventually } from '../eventually.ts';
import { inOneDay, inOneMinute } from '../time-windows.ts';
import type { TimedStores } from './timed-stores.ts';
import { ASKED_AT, type Begun, commitOf, finished, nothing, turnsOn } from './turns-on.ts';

const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const unlimited: Limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
const filtered: TurnFailed = { type: 'turn-failed', code: 'content-filtered', detail: 'It was refused.' };

/** What every session store holds to. Its owners are random, so that suites may share a server. */
export function sessionStoreContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store`, () => {
    let store: SessionStore;
    /** Forgets leases after 10 s, and sessions after 20 s, which the tests let pass. */
    let hasty: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits: unlimited });
      hasty = await open({ sessionSeconds: 20, leaseSeconds: 10, limits: unlimited });
    });
    afterAll(async () => {
      await store.close();
      await hasty.close();
    });

    beforeEach(inOneDay);

    const { request, begin, turn, contents } = turnsOn(() => store);

    describe('a turn', () => {
      test('is stored whole, and the next one is given what was said', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'one');
        const [claim, begun] = await begin(owner, { sessionId });
        expect(begun).toMatchObject({ isFirst: false, sessionId, assistant: 'default', windowStart: 0, reserved: 0 });
        expect(begun.window.map(({ content }) => content)).toEqual(['ask one', 'one']);
        await store.commit(claim, commitOf(claim, begun, 'two', { windowStart: 2 }));
        const [, third] = await begin(owner, { sessionId });
        expect(third.windowStart).toBe(2);
        expect(third.window.map(({ content }) => content)).toEqual(['ask two', 'two']);
        expect(await contents(owner, sessionId)).toEqual(['ask one', 'one', 'ask two', 'two']);
      });

      test('of an unknown session begins a new one', async () => {
        const owner = randomUUID();
        const sessionId = randomUUID();
        const newSessionId = randomUUID();
        const [, begun] = await begin(owner, { sessionId, newSessionId });
        expect(begun).toMatchObject({ isFirst: true, sessionId: newSessionId, window: [] });
      });

      test("of another owner's session begins a new one", async () => {
        const { sessionId } = await turn(randomUUID());
        const [, begun] = await begin(randomUUID(), { sessionId });
        expect(begun.isFirst).toBe(true);
        expect(begun.sessionId).not.toBe(sessionId);
      });

      test('of a busy session is refused, also while the first turn runs', async () => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner);
        const { sessionId } = claim;
        expect(await store.begin(request(owner, { sessionId }))).toEqual({ outcome: 'busy' });
        await store.commit(claim, commitOf(claim, begun));
        await begin(owner, { sessionId });
        expect(await store.begin(request(owner, { sessionId }))).toEqual({ outcome: 'busy' });
      });

      test('is begun by one only of many at once', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        const tries = Array.from({ length: 20 }, () => store.begin(request(owner, { sessionId })));
        const outcomes = (await Promise.all(tries)).map(({ outcome }) => outcome);
        expect(outcomes.filter((outcome) => outcome === 'begun')).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(19);
      });

      test('keeps the assistant of the first turn, which later ones may name again', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, { assistant: 'data-analyst' });
        const [claim, begun] = await begin(owner, { sessionId });
        expect(begun.assistant).toBe('data-analyst');
        await store.commit(claim, commitOf(claim, begun));
        const other = await store.begin(request(owner, { sessionId, assistant: 'default' }));
        expect(other).toEqual({ outcome: 'other-assistant', assistant: 'data-analyst' });
        const same = await store.begin(request(owner, { sessionId, assistant: 'data-analyst' }));
        expect(same).toMatchObject({ outcome: 'begun', sessionId, assistant: 'data-analyst' });
      });

      test('of an assistant that is not on offer is refused, and of a message without room', async () => {
        const owner = randomUUID();
        expect(await store.begin(request(owner, { assistant: 'nobody' }))).toEqual({ outcome: 'unknown-assistant' });
        expect(await store.begin(request(owner, { messageTokens: 1001 }))).toEqual({
          outcome: 'too-long',
          assistant: 'default',
        });
        const analyst = request(owner, { messageTokens: 901, assistant: 'data-analyst' });
        expect(await store.begin(analyst)).toEqual({ outcome: 'too-long', assistant: 'data-analyst' });
        expect(await store.begin(request(owner, { messageTokens: 1000 }))).toMatchObject({ outcome: 'begun' });
      });

      test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'DEFAULT'])(
        'of an assistant named "%s" is refused as any that is not on offer, and its session stays free',
        async (assistant) => {
          const owner = randomUUID();
          const { sessionId } = await turn(owner);
          for (const asked of [{ assistant }, { assistant, sessionId }]) {
            expect(await store.begin(request(owner, asked))).toEqual({ outcome: 'unknown-assistant' });
          }
          await begin(owner, { sessionId });
        },
      );

      test('that is given up leaves no session, or the one that was, as it was', async () => {
        const owner = randomUUID();
        const [first] = await begin(owner);
        await store.abandon(first, broken, nothing, 0);
        expect(await contents(owner, first.sessionId)).toBeUndefined();
        await turn(owner, {}, 'older');
        const { sessionId } = await turn(owner, {}, 'one');
        const page = { limit: 10, before: undefined };
        // But for its time, which begins anew.
        const read = async () => {
          const [history, list] = [await store.history(owner, sessionId, page), await store.sessions(owner, page)];
          return JSON.parse(JSON.stringify([history, list]), (name, value) => (name === 'expires' ? undefined : value));
        };
        const before = await read();
        const [second] = await begin(owner, { sessionId });
        await store.abandon(second, broken, nothing, 0);
        expect(await read()).toEqual(before);
        await begin(owner, { sessionId });
      });
    });

    describe('a lease', () => {
      test('that ended lets the next turn begin, and its late holder commits nothing', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'one', hasty);
        const idempotency = { key: randomUUID(), fingerprint: 'f' };
        const [late, lateBegun] = await begin(owner, { sessionId, idempotency }, hasty);
        const asked = { sessionId, idempotency };
        expect(await hasty.begin(request(owner, asked))).toMatchObject({ outcome: 'repeated', turnId: late.turnId });
        await pass(hasty, 10_000);
        const [next, nextBegun] = await begin(owner, asked, hasty);
        expect(await hasty.extend(late, nothing)).toMatchObject({ held: false });
        expect(await hasty.commit(late, commitOf(late, lateBegun, 'late'))).toBe('lost');
        // It takes nothing from the turn that holds the lease now.
        await hasty.abandon(late, broken, nothing, 0);
        const repeated = { outcome: 'repeated', turnId: next.turnId };
        expect(await hasty.begin(request(owner, { idempotency }))).toMatchObject(repeated);
        expect(await hasty.commit(next, commitOf(next, nextBegun, 'next'))).toBe('committed');
        expect(await contents(owner, sessionId, hasty)).toEqual(['ask one', 'one', 'ask next', 'next']);
      });

      test('that ended is lost even where nobody else took it', async () => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner, {}, hasty);
        expect(await hasty.stop(owner, claim.sessionId)).toBe(true);
        await pass(hasty, 10_000);
        expect(await hasty.stop(owner, claim.sessionId)).toBe(false);
        expect(await hasty.commit(claim, commitOf(claim, begun))).toBe('lost');
        expect(await contents(owner, claim.sessionId, hasty)).toBeUndefined();
      });

      test('that is extended outlives its first term', async () => {
        const owner = randomUUID();
        const idempotency = { key: randomUUID(), fingerprint: 'f' };
        const [claim, begun] = await begin(owner, { idempotency }, hasty);
        const [other] = await begin(randomUUID(), {}, hasty);
        await pass(hasty, 6000);
        expect((await hasty.extend(claim, nothing)).held).toBe(true);
        await pass(hasty, 6000);
        expect(await hasty.stop(other.owner, other.sessionId)).toBe(false);
        const repeated = { outcome: 'repeated', turnId: claim.turnId };
        expect(await hasty.begin(request(owner, { idempotency }))).toMatchObject(repeated);
        expect(await hasty.commit(claim, commitOf(claim, begun))).toBe('committed');
      });

      test('tells its holder of a wish to stop', async () => {
        const owner = randomUUID();
        const [claim] = await begin(owner);
        expect(await store.extend(claim, nothing)).toEqual({ held: true, stop: false });
        expect(await store.stop(randomUUID(), claim.sessionId)).toBe(false);
        expect(await store.stop(owner, claim.sessionId)).toBe(true);
        expect(await store.extend(claim, nothing)).toEqual({ held: true, stop: true });
        await store.abandon(claim, finished, nothing, 0);
        expect(await store.stop(owner, claim.sessionId)).toBe(false);
      });

      test('is not told of a wish to stop another turn', async () => {
        const owner = randomUUID();
        const first = await turn(owner);
        const [claim] = await begin(owner, { sessionId: first.sessionId });
        expect(await store.stop(owner, claim.sessionId, first.turnId)).toBe(false);
        expect(await store.extend(claim, nothing)).toEqual({ held: true, stop: false });
        expect(await store.stop(owner, claim.sessionId, claim.turnId)).toBe(true);
        expect(await store.extend(claim, nothing)).toEqual({ held: true, stop: true });
      });
    });

    describe('a step that is repeated', () => {
      test('stores the turn once, also where another turn was stored in between', async () => {
        const owner = randomUUID();
        const idempotency = { key: randomUUID(), fingerprint: 'f' };
        const [claim, begun] = await begin(owner, { idempotency });
        const { sessionId } = claim;
        const commit = commitOf(claim, begun, 'once');
        expect(await store.commit(claim, commit)).toBe('committed');
        expect(await store.commit(claim, commit)).toBe('committed');
        await turn(owner, { sessionId }, 'next');
        expect(await store.commit(claim, commit)).toBe('committed');
        await begin(owner, { sessionId });
        expect(await store.commit(claim, commit)).toBe('committed');
        // By a holder that was not told that it is stored.
        await store.abandon(claim, broken, nothing, 0);
        expect(await contents(owner, sessionId)).toEqual(['ask once', 'once', 'ask next', 'next']);
        expect(await store.begin(request(owner, { idempotency }))).toMatchObject({
          outcome: 'repeated',
          isStored: true,
        });
      });

      test('begins the turn once, and is counted once, whatever session it names', async () => {
        const owner = randomUUID();
        const limits = { ...unlimited, requests_per_minute: 4, tokens_per_day: 15 + 605 + 645 + 605 };
        const on = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits });
        const { sessionId } = await turn(owner, {}, 'Hello', on);
        for (const named of [{}, { sessionId }, { sessionId: randomUUID() }]) {
          const asked = request(owner, named);
          const first = await on.begin(asked);
          expect(first).toMatchObject({ outcome: 'begun' });
          const { limits: _, ...again } = (await on.begin(asked)) as Begun;
          expect(first).toMatchObject(again);
        }
        expect(await on.begin(request(owner))).toMatchObject({ outcome: 'limited', limits: [{ remaining: 0 }, {}] });
        await on.close();
      });

      test('changes nothing more, whatever other turns do in between', async () => {
        // One request comes free in 6 s, which is far longer than the few turns take.
        const limits = { requests_per_minute: 10, tokens_per_minute: 0, tokens_per_day: 1_000_000 };
        const on = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits });
        interface PlannedTurn {
          /** Which of two sessions. */
          place: number;
          isStored: boolean;
          /** Which of all the steps so far come again before it ends, and after that. */
          repeated: number[];
          ids: { turnId: string; newSessionId: string; unknown: string };
        }
        const plans = fc.array(
          fc.record<PlannedTurn>({
            place: fc.nat(1),
            isStored: fc.boolean(),
            repeated: fc.array(fc.nat(), { maxLength: 5 }),
            ids: fc
              .constant(0)
              .map(() => ({ turnId: randomUUID(), newSessionId: randomUUID(), unknown: randomUUID() })),
          }),
          { minLength: 2, maxLength: 6 },
        );
        /** What is there to be seen of the turns in the end. */
        async function play(owner: string, plan: PlannedTurn[], repeats: boolean) {
          const steps: (() => Promise<unknown>)[] = [];
          const take = async (step: () => Promise<unknown>, repeated: number[]) => {
            steps.push(step);
            await step();
            if (repeats) for (const which of repeated) await steps[which % steps.length]?.();
          };
          const sessions: string[] = [];
          const seen: unknown[] = [];
          for (const { place, isStored, repeated, ids } of plan) {
            const { turnId, newSessionId, unknown } = ids;
            const idempotency = { key: turnId, fingerprint: 'f' };
            const asked = { turnId, newSessionId, sessionId: sessions[place] ?? unknown, idempotency };
            // Its holder goes on when it has an answer.
            if (repeats) await begin(owner, asked, on);
            const [claim, begun] = await begin(owner, asked, on);
            await take(() => on.extend(claim, { position: 0, blocks: [['one ']] }), repeated);
            const unsent = { position: 1, blocks: [['two']] };
            const commit = commitOf(claim, begun, 'one two', { unsent });
            if (isStored) sessions[place] = claim.sessionId;
            await take(async () => {
              if (isStored) expect(await on.commit(claim, commit)).toBe('committed');
              else await on.abandon(claim, broken, unsent, 0);
            }, repeated);
            seen.push(await on.follow(owner, claim.sessionId, turnId, 0));
          }
          for (const id of sessions) seen.push(id && (await contents(owner, id, on)));
          const list = await on.sessions(owner, { limit: 100, before: undefined });
          seen.push(list === 'unknown-page' || list.items.map(({ id, turns }) => [id, turns]));
          const [, next] = await begin(owner, {}, on);
          return [...seen, next.limits.map(({ name, remaining }) => [name, remaining])];
        }
        await fc.assert(
          fc.asyncProperty(plans, async (plan) => {
            expect(await play(randomUUID(), plan, true)).toEqual(await play(randomUUID(), plan, false));
          }),
          { numRuns: 60 },
        );
        await on.close();
      });
    });

    describe('a deleted session', () => {
      test('is gone, with its turn under way, and stays so when that commits', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        const [claim, begun] = await begin(owner, { sessionId });
        await store.delete(owner, sessionId);
        expect(await store.follow(owner, sessionId, undefined, 0)).toBeUndefined();
        expect(await store.extend(claim, nothing)).toEqual({ held: false, stop: false });
        expect(await store.commit(claim, commitOf(claim, begun))).toBe('lost');
        expect(await contents(owner, sessionId)).toBeUndefined();
        expect((await store.sessions(owner, { limit: 10, before: undefined })).valueOf()).toEqual({
          items: [],
          hasMore: false,
        });
        await store.delete(owner, sessionId);
      });

      test('is not made by its first turn, which was under way', async () => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner);
        await store.delete(owner, claim.sessionId);
        expect(await store.commit(claim, commitOf(claim, begun))).toBe('lost');
        expect(await contents(owner, claim.sessionId)).toBeUndefined();
      });

      test('of another owner is not touched', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        await store.delete(randomUUID(), sessionId);
        expect(await contents(owner, sessionId)).toHaveLength(2);
      });
    });

    describe('a session', () => {
      let brief: SessionStore;
      beforeAll(async () => {
        brief = await open({ sessionSeconds: 20, leaseSeconds: 16, limits: unlimited });
      });
      afterAll(() => brief.close());
      const listed = async (owner: string) => {
        const page = await brief.sessions(owner, { limit: 10, before: undefined });
        const { sessions } = await brief.scan(owner);
        const ids = page === 'unknown-page' ? page : page.items.map(({ id }) => id);
        expect(sessions.map(({ id }) => id).sort()).toEqual([...ids].sort());
        return ids;
      };
      /** Does it again and again, for more than twice as long as a session is kept. */
      const meanwhile = async (step: () => Promise<unknown>) => {
        for (let passed = 0; passed < 50_000; passed += 10_000) {
          await pass(brief, 10_000);
          await step();
        }
      };

      test('that expired is gone, and a turn that had begun on it does not bring it back', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'old', brief);
        const [claim, begun] = await begin(owner, { sessionId }, brief);
        await pass(brief, 20_000);
        expect(await contents(owner, sessionId, brief)).toBeUndefined();
        expect(await brief.commit(claim, commitOf(claim, begun))).toBe('lost');
        expect(await contents(owner, sessionId, brief)).toBeUndefined();
        expect(await listed(owner)).toEqual([]);
      });

      test('says when it is forgotten: later with each use, and no later for being listed and read', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        const page = { limit: 1, before: undefined };
        /** As its list and its history say. */
        const told = async () => {
          const [list, history] = [await store.sessions(owner, page), await store.history(owner, sessionId, page)];
          if (typeof list !== 'object' || typeof history !== 'object') throw new Error('it is not there');
          return [list.items[0]?.expires ?? '', history.session.expires].map((expires) => {
            expect(expires).toMatch(/^\d{4}-.*Z$/);
            return Date.parse(expires);
          });
        };
        const first = Math.min(...(await told()));
        expect(Math.abs(first - Date.now() - 3_600_000)).toBeLessThan(10_000);
        const later = performance.now() + 1500;
        await eventually(async () => {
          const now = Math.max(...(await told()));
          return performance.now() > later && now < first + 500;
        });
        await turn(owner, { sessionId });
        expect(Math.min(...(await told()))).toBeGreaterThan(first + 1000);
      });

      test('that expired is no part of a page, and does not make another', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'old', brief);
        await pass(brief, 20_000);
        expect(await contents(owner, sessionId, brief)).toBeUndefined();
        expect((await brief.scan(owner)).sessions).toEqual([]);
        const next = await turn(owner, {}, 'new', brief);
        const page = await brief.sessions(owner, { limit: 1, before: undefined });
        expect(page).toMatchObject({ items: [{ id: next.sessionId }], hasMore: false });
      });

      test('does not expire under a turn that is longer than it is kept', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'one', brief);
        const [claim, begun] = await begin(owner, { sessionId }, brief);
        await meanwhile(async () => expect((await brief.extend(claim, nothing)).held).toBe(true));
        expect(await listed(owner)).toEqual([sessionId]);
        expect(await brief.commit(claim, commitOf(claim, begun, 'two'))).toBe('committed');
        expect(await contents(owner, sessionId, brief)).toEqual(['ask one', 'one', 'ask two', 'two']);
      });

      test('does not expire before the lease of a turn on it does', async () => {
        const briefer = await open({ sessionSeconds: 20, leaseSeconds: 60, limits: unlimited });
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'one', briefer);
        const other = await turn(randomUUID(), {}, 'other', briefer);
        const [claim, begun] = await begin(owner, { sessionId }, briefer);
        await pass(briefer, 30_000);
        expect(await contents(other.owner, other.sessionId, briefer)).toBeUndefined();
        expect(await briefer.commit(claim, commitOf(claim, begun, 'two'))).toBe('committed');
        await briefer.close();
      });

      test('that only failed turns keep is listed, and found by whoever erases, as long as it is there', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'kept', brief);
        const fail = async () => {
          const [claim] = await begin(owner, { sessionId }, brief);
          await brief.abandon(claim, broken, nothing, 0);
        };
        await meanwhile(fail);
        expect(await contents(owner, sessionId, brief)).toEqual(['ask kept', 'kept']);
        expect(await listed(owner)).toEqual([sessionId]);
        const other = await turn(owner, {}, 'other', brief);
        await fail();
        expect(await listed(owner)).toEqual([other.sessionId, sessionId]);
        await brief.erase(owner);
        expect(await contents(owner, sessionId, brief)).toBeUndefined();
      });
    });

    describe('an idempotency key', () => {
      const idempotency = () => ({ key: randomUUID(), fingerprint: 'f'.repeat(32) });

      test('leads a retry to the turn that runs, then to the turn that is stored', async () => {
        const owner = randomUUID();
        const key = idempotency();
        const [claim, begun] = await begin(owner, { idempotency: key });
        const { sessionId, turnId } = claim;
        const running = { outcome: 'repeated', sessionId, turnId, isStored: false };
        expect(await store.begin(request(owner, { idempotency: key }))).toEqual(running);
        await store.commit(claim, commitOf(claim, begun, 'once'));
        expect(await store.begin(request(owner, { idempotency: key }))).toEqual({ ...running, isStored: true });
        const stored = await store.readTurn(owner, sessionId, claim.turnId);
        expect(stored).toMatchObject({
          assistant: 'default',
          user: { content: 'ask once' },
          answer: { content: 'once' },
        });
        const next = idempotency();
        await turn(owner, { sessionId, idempotency: next });
        expect(await store.begin(request(owner, { idempotency: next }))).toMatchObject({ isStored: true });
      });

      test('lets its turn begin again by its own id, where the answer to the first try was lost', async () => {
        const owner = randomUUID();
        const asked = request(owner, { idempotency: idempotency() });
        const first = await store.begin(asked);
        expect(await store.begin(asked)).toEqual(first);
        const { sessionId } = first as Extract<BeginResult, { outcome: 'begun' }>;
        expect(await store.begin({ ...asked, turnId: randomUUID() })).toMatchObject({ outcome: 'repeated', sessionId });
        expect(await store.begin(request(owner, { sessionId }))).toEqual({ outcome: 'busy' });
      });

      test('whose turn was overtaken by others finds it by its id alone', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner);
        for (let later = 0; later < 3; later += 1) await turn(owner, { sessionId });
        expect(await store.readTurn(owner, sessionId, turnId)).toMatchObject({ user: { turn_id: turnId } });
        expect(await store.readTurn(owner, sessionId, randomUUID())).toBeUndefined();
        expect(await store.readTurn(owner, randomUUID(), turnId)).toBeUndefined();
      });

      test('whose turn was overtaken by very many finds it by its id, and so is the latest', async () => {
        const owner = randomUUID();
        const turns = [await turn(owner)];
        const sessionId = turns[0]?.sessionId as string;
        for (let later = 0; later < 53; later += 1) turns.push(await turn(owner, { sessionId }));
        const ids = turns.map(({ turnId }) => turnId) as [string, string, ...string[]];
        const found = async (turnId: string) => (await store.readTurn(owner, sessionId, turnId))?.user.turn_id;
        expect(await found(ids[1])).toBe(ids[1]);
        expect(await found(ids.at(-1) as string)).toBe(ids.at(-1));
      });

      test('is refused for another turn, and is free for another owner', async () => {
        const owner = randomUUID();
        const key = idempotency();
        await begin(owner, { idempotency: key });
        const other = { ...key, fingerprint: '0'.repeat(32) };
        expect(await store.begin(request(owner, { idempotency: other }))).toEqual({ outcome: 'key-reused' });
        await begin(randomUUID(), { idempotency: other });
      });

      test('is free again after a turn that failed, and after one whose holder died', async () => {
        const owner = randomUUID();
        const key = idempotency();
        const [claim] = await begin(owner, { idempotency: key });
        await store.abandon(claim, broken, nothing, 0);
        await begin(owner, { idempotency: key });

        const dead = idempotency();
        await begin(owner, { idempotency: dead }, hasty);
        expect(await hasty.begin(request(owner, { idempotency: dead }))).toMatchObject({ outcome: 'repeated' });
        await pass(hasty, 10_000);
        await begin(owner, { idempotency: dead }, hasty);
      });

      test('outlives its session, and then leads to nothing', async () => {
        const owner = randomUUID();
        const key = idempotency();
        const { sessionId, turnId } = await turn(owner, { idempotency: key });
        await store.delete(owner, sessionId);
        expect(await store.begin(request(owner, { idempotency: key }))).toMatchObject({
          outcome: 'repeated',
          sessionId,
        });
        expect(await store.readTurn(owner, sessionId, turnId)).toBeUndefined();
      });
    });

    describe('a replay', () => {
      test('tells a running turn from any entry on, block by block, and then its ending', async () => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner);
        const { sessionId, turnId } = claim;
        const started = {
          type: 'turn-started',
          session_id: sessionId,
          turn_id: turnId,
          assistant: 'default',
          asked_at: ASKED_AT,
        };
        expect(await store.follow(owner, sessionId, undefined, 0)).toEqual({
          turnId,
          state: 'running',
          beats: 0,
          entries: [started],
        });
        await store.extend(claim, { position: 0, blocks: [['a', 'b']] });
        await store.extend(claim, { position: 1, blocks: [['c']] });
        const running = await store.follow(owner, sessionId, turnId, 1);
        expect(running).toEqual({ turnId, state: 'running', beats: 2, entries: [['a', 'b'], ['c']] });
        await store.commit(claim, commitOf(claim, begun, 'abcd', { unsent: { position: 2, blocks: [['d']] } }));
        const ended = await store.follow(owner, sessionId, undefined, 2);
        expect(ended).toMatchObject({ state: 'ended', entries: [['c'], ['d'], finished] });
      });

      test('holds a block once that was sent again', async () => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner);
        await store.extend(claim, { position: 0, blocks: [['a']] });
        await store.extend(claim, { position: 0, blocks: [['a']] });
        await store.commit(
          claim,
          commitOf(claim, begun, 'abc', { unsent: { position: 0, blocks: [['a'], ['b', 'c']] } }),
        );
        const replay = await store.follow(owner, claim.sessionId, claim.turnId, 1);
        expect(replay?.entries).toEqual([['a'], ['b', 'c'], finished]);
      });

      test('holds no block in which nothing was said', async () => {
        const owner = randomUUID();
        const [claim] = await begin(owner);
        await store.extend(claim, { position: 0, blocks: [[]] });
        await store.extend(claim, { position: 0, blocks: [['a']] });
        expect((await store.follow(owner, claim.sessionId, claim.turnId, 1))?.entries).toEqual([['a']]);
      });

      test('of a turn that failed ends with its failure, and the stored turn before it is kept', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner, {}, 'kept');
        const [claim] = await begin(owner, { sessionId });
        await store.abandon(claim, broken, { position: 0, blocks: [['half']] }, 0);
        const failed = await store.follow(owner, sessionId, undefined, 1);
        expect(failed).toMatchObject({ turnId: claim.turnId, state: 'ended', entries: [['half'], broken] });
        expect(await store.follow(owner, sessionId, turnId, 1)).toMatchObject({ entries: [['kept'], finished] });
      });

      test('of a turn that the content filter ended has the ending alone, where its number was', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner, {}, 'kept');
        const [claim] = await begin(owner, { sessionId });
        await store.extend(claim, { position: 0, blocks: [['a', 'b']] });
        await store.extend(claim, { position: 1, blocks: [['c']] });
        await store.abandon(claim, filtered, { position: 1, blocks: [['c'], ['d', 'e', 'f']] }, 0);
        const refused = await store.follow(owner, sessionId, claim.turnId, 0);
        const started = {
          type: 'turn-started',
          session_id: sessionId,
          turn_id: claim.turnId,
          assistant: 'default',
          asked_at: ASKED_AT,
        };
        expect(refused).toMatchObject({ state: 'ended', entries: [started, 2, 1, 3, filtered] });
        // As one is told who has followed it so far.
        expect((await store.follow(owner, sessionId, claim.turnId, 3))?.entries).toEqual([3, filtered]);
        expect(await store.follow(owner, sessionId, turnId, 1)).toMatchObject({ entries: [['kept'], finished] });
      });

      test('of a turn whose holder died is lost', async () => {
        const owner = randomUUID();
        const [claim] = await begin(owner, {}, hasty);
        await hasty.extend(claim, { position: 0, blocks: [['half']] });
        await pass(hasty, 10_000);
        expect(await hasty.follow(owner, claim.sessionId, undefined, 1)).toMatchObject({
          state: 'lost',
          entries: [['half']],
        });
      });

      test('of what never ran, or is not the owner’s, is none', async () => {
        const { sessionId } = await turn(randomUUID());
        expect(await store.follow(randomUUID(), sessionId, undefined, 0)).toBeUndefined();
        expect(await store.follow(randomUUID(), randomUUID(), undefined, 0)).toBeUndefined();
        const claim = await turn(randomUUID());
        for (const turnId of ['', 'x', randomUUID()]) {
          expect(await store.follow(claim.owner, claim.sessionId, turnId, 0)).toBeUndefined();
        }
      });
    });

    describe('lists', () => {
      test('a history is read in pages, from its end to its start, each oldest first', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, '0');
        for (let n = 1; n < 7; n += 1) await turn(owner, { sessionId }, String(n));
        const pages: string[][] = [];
        for (let before: string | undefined, more = true; more; ) {
          const page = await store.history(owner, sessionId, { limit: 3, before });
          if (typeof page !== 'object') throw new Error('no page');
          pages.unshift(page.items.map(({ content }) => content));
          before = page.items[0]?.id;
          more = page.hasMore;
        }
        expect(pages.map(({ length }) => length)).toEqual([2, 3, 3, 3, 3]);
        expect(pages.flat()).toEqual(['0', '1', '2', '3', '4', '5', '6'].flatMap((n) => [`ask ${n}`, n]));
        const whole = await store.history(owner, sessionId, { limit: 14, before: undefined });
        expect(whole).toMatchObject({ items: { length: 14 }, hasMore: false });
      });

      test('a page before an id that is not of the history is none', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner);
        for (const before of [
          '',
          'x',
          `${turnId}-2`,
          `${turnId}-99`,
          `${randomUUID()}-0`,
          `${turnId}-99999999999999`,
          `${turnId}-1e0`,
        ]) {
          expect(await store.history(owner, sessionId, { limit: 3, before })).toBe('unknown-page');
          expect(await store.history(owner, randomUUID(), { limit: 3, before })).toBeUndefined();
        }
      });

      test('sessions are listed in pages, the one that was talked to last first', async () => {
        const owner = randomUUID();
        const ids: string[] = [];
        for (let n = 0; n < 5; n += 1) ids.unshift((await turn(owner)).sessionId);
        const oldest = ids.pop() as string;
        await turn(owner, { sessionId: oldest });
        const all = [oldest, ...ids];
        const first = await store.sessions(owner, { limit: 2, before: undefined });
        if (first === 'unknown-page') throw new Error('no page');
        expect(first.items.map(({ id }) => id)).toEqual(all.slice(0, 2));
        expect(first.items[0]).toMatchObject({ title: 'A title', assistant: 'default', turns: 2 });
        expect(first.hasMore).toBe(true);
        const rest = await store.sessions(owner, { limit: 3, before: all[1] });
        expect(rest).toMatchObject({ items: all.slice(2).map((id) => ({ id })), hasMore: false });
        expect(await store.sessions(owner, { limit: 3, before: randomUUID() })).toBe('unknown-page');
        expect(await store.sessions(randomUUID(), { limit: 3, before: undefined })).toEqual({
          items: [],
          hasMore: false,
        });
      });
    });

    describe('limits', () => {
      const limited = (limits: Partial<Limits>) =>
        open({ sessionSeconds: 3600, leaseSeconds: 10, limits: { ...unlimited, ...limits } });
      const outcomes = (results: BeginResult[]) => {
        const begun = results.filter(({ outcome }) => outcome === 'begun').length;
        return { begun, limited: results.filter(({ outcome }) => outcome === 'limited').length };
      };

      /** What is counted of the day, seen by a turn that costs nothing. */
      async function used(on: SessionStore, owner: string): Promise<number> {
        const [claim, { limits, reserved }] = await begin(owner, {}, on);
        await on.abandon(claim, broken, nothing, 0);
        const day = limits.find(({ name }) => name === 'tokens-per-day');
        return (day?.quota ?? 0) - (day?.remaining ?? 0) - reserved;
      }

      test('admit as many requests at once as a minute has, and then one at an even rate', async () => {
        const on = await limited({ requests_per_minute: 10 });
        const owner = randomUUID();
        const results = await Promise.all(Array.from({ length: 40 }, () => on.begin(request(owner))));
        expect(outcomes(results)).toEqual({ begun: 10, limited: 30 });
        const refused = await on.begin(request(owner));
        if (refused.outcome !== 'limited') throw new Error(refused.outcome);
        expect(refused.by).toBe('requests');
        expect(refused.retryAfterSeconds).toBeGreaterThan(0);
        expect(refused.retryAfterSeconds).toBeLessThanOrEqual(6);
        expect(refused.limits).toEqual([
          { name: 'requests', quota: 10, window: 60, remaining: 0, reset: expect.any(Number) },
        ]);
        expect(await on.begin(request(randomUUID()))).toMatchObject({ outcome: 'begun', limits: [{ remaining: 9 }] });
        await on.close();
      });

      test('count no refusal and no repetition', async () => {
        const on = await limited({ requests_per_minute: 3 });
        const owner = randomUUID();
        const idempotency = { key: randomUUID(), fingerprint: 'f' };
        const [claim] = await begin(owner, { idempotency }, on);
        for (let n = 0; n < 5; n += 1) {
          expect(await on.begin(request(owner, { idempotency }))).toMatchObject({ outcome: 'repeated' });
          expect(await on.begin(request(owner, { sessionId: claim.sessionId }))).toEqual({ outcome: 'busy' });
          expect(await on.begin(request(owner, { messageTokens: 5000 }))).toMatchObject({ outcome: 'too-long' });
        }
        expect(await on.begin(request(owner))).toMatchObject({ outcome: 'begun', limits: [{ remaining: 1 }] });
        await on.close();
      });

      test('reserve the prompt and the longest answer, and settle with what was used', async () => {
        await inOneMinute();
        const on = await limited({ tokens_per_minute: 2000, tokens_per_day: 100_000 });
        const owner = randomUUID();
        const [claim, begun] = await begin(owner, {}, on);
        // 100 of the system prompt, 5 of the message, 500 of the answer.
        expect(begun.reserved).toBe(605);
        expect(begun.limits).toMatchObject([
          { name: 'tokens-per-minute', quota: 2000, window: 60, remaining: 1395 },
          { name: 'tokens-per-day', quota: 100_000, window: 86_400, remaining: 99_395 },
        ]);
        await on.commit(claim, commitOf(claim, begun));
        const [second, next] = await begin(owner, { sessionId: claim.sessionId }, on);
        // 15 were used; the window of 40 is part of the prompt now.
        expect(next.reserved).toBe(645);
        expect(next.limits).toMatchObject([{ remaining: 2000 - 15 - 645 }, { remaining: 100_000 - 15 - 645 }]);
        await on.abandon(second, broken, nothing, 0);
        const [, third] = await begin(owner, {}, on);
        expect(third.limits).toMatchObject([{ remaining: 2000 - 15 - 605 }, {}]);
        await on.close();
        const minute = await limited({ tokens_per_minute: 2000 });
        expect((await begin(owner, {}, minute))[1].reserved).toBe(605);
        await minute.close();
      });

      test('are told to whoever asks, as they are told with a turn, and asking counts nothing', async () => {
        await inOneMinute();
        const on = await limited({ requests_per_minute: 2, tokens_per_minute: 2000, tokens_per_day: 100_000 });
        const owner = randomUUID();
        const rest = ({ reset: _, ...state }: LimitState) => state;
        const unused = [
          { name: 'requests', quota: 2, window: 60, remaining: 2, reset: 0, next: 0 },
          { name: 'tokens-per-minute', quota: 2000, remaining: 2000, used: 0, reserved: 0 },
          { name: 'tokens-per-day', quota: 100_000, remaining: 100_000, used: 0, reserved: 0 },
        ];
        for (let n = 0; n < 5; n += 1) expect(await on.usage(owner)).toMatchObject(unused);
        const [claim, begun] = await begin(owner, {}, on);
        expect(begun.limits).toMatchObject([{ remaining: 1 }, { remaining: 1395 }, { remaining: 99_395 }]);
        const under = await on.usage(owner);
        expect(under.map(rest)).toMatchObject(begun.limits.map(rest));
        expect(under).toMatchObject([{ next: 0 }, { used: 0, reserved: 605 }, { used: 0, reserved: 605 }]);
        await on.commit(claim, commitOf(claim, begun));
        expect(await on.usage(owner)).toMatchObject([
          { remaining: 1, next: 0 },
          { used: 15, reserved: 0, remaining: 1985 },
          { used: 15, reserved: 0, remaining: 99_985 },
        ]);
        const [second] = await begin(owner, {}, on);
        const refused = await on.begin(request(owner));
        if (refused.outcome !== 'limited') throw new Error(refused.outcome);
        const [requests, ...tokens] = await on.usage(owner);
        expect(requests).toMatchObject({ remaining: 0, next: expect.any(Number) });
        // An even rate of one in 30 s.
        expect((requests as { next: number }).next).toBeGreaterThan(25);
        expect((requests as { next: number }).next).toBeLessThanOrEqual(Math.ceil(refused.retryAfterSeconds));
        expect((requests as LimitState).reset).toBeGreaterThan(55);
        expect(tokens).toMatchObject([
          { used: 15, reserved: 605 },
          { used: 15, reserved: 605 },
        ]);
        await on.abandon(second, broken, nothing, 30);
        expect(await on.usage(owner)).toMatchObject([{}, { used: 45, reserved: 0 }, { used: 45, reserved: 0 }]);
        expect(await on.usage(randomUUID())).toMatchObject(unused);
        await on.close();
      });

      test('are told to nobody where there are none, and each alone where one is set', async () => {
        for (const [limits, names] of [
          [{}, []],
          [{ requests_per_minute: 3 }, ['requests']],
          [{ tokens_per_minute: 2000 }, ['tokens-per-minute']],
          [{ tokens_per_day: 1_000_000_000_000 }, ['tokens-per-day']],
        ] as const) {
          const on = await limited(limits);
          const owner = randomUUID();
          await turn(owner, {}, 'Hello', on);
          const usage = await on.usage(owner);
          expect(usage.map(({ name }) => name)).toEqual(names);
          for (const { quota } of usage) expect(Object.values(limits)).toEqual([quota]);
          await on.close();
        }
      });

      test('count for whoever asks what a holder that died had reserved', async () => {
        const on = await limited({ tokens_per_day: 100_000 });
        const owner = randomUUID();
        await begin(owner, {}, on);
        expect(await on.usage(owner)).toMatchObject([{ used: 0, reserved: 605 }]);
        await pass(on, 10_000);
        expect(await on.usage(owner)).toMatchObject([{ used: 605, reserved: 0, remaining: 99_395 }]);
        await on.close();
      });

      test('reserve no more than a prompt may have, however long the conversation is', async () => {
        const on = await limited({ tokens_per_day: 100_000 });
        const owner = randomUUID();
        const [claim, begun] = await begin(owner, {}, on);
        await on.commit(claim, commitOf(claim, begun, 'Hello', { windowTokens: 5000 }));
        const [, next] = await begin(owner, { sessionId: claim.sessionId }, on);
        expect(next.reserved).toBe(100 + 1000 + 500);
        await on.close();
      });

      test('refuse a turn that would not fit beside those under way, and change nothing by it', async () => {
        const on = await limited({ tokens_per_day: 1300 });
        const owner = randomUUID();
        const results = await Promise.all(Array.from({ length: 9 }, () => on.begin(request(owner))));
        expect(outcomes(results)).toEqual({ begun: 2, limited: 7 });
        expect(results.find(({ outcome }) => outcome === 'limited')).toMatchObject({
          by: 'tokens-per-day',
          limits: [{ remaining: 90 }],
        });
        await on.close();
      });

      test('count what a turn cost that stores nothing, also where its session is gone or its owner was erased', async () => {
        const on = await limited({ tokens_per_day: 100_000 });
        const owner = randomUUID();
        const [stopped] = await begin(owner, {}, on);
        await on.abandon(stopped, { ...finished, finish_reason: 'stopped' }, nothing, 100);
        const [deleted] = await begin(owner, {}, on);
        await on.delete(owner, deleted.sessionId);
        await on.abandon(deleted, broken, nothing, 20);
        const [erased] = await begin(owner, {}, on);
        await on.erase(owner);
        await on.abandon(erased, broken, nothing, 3);
        expect(await used(on, owner)).toBe(123);
        await on.close();
      });

      test('give everything back after a turn that cost nothing', async () => {
        const on = await limited({ tokens_per_day: 700 });
        const owner = randomUUID();
        const [claim] = await begin(owner, {}, on);
        await on.delete(owner, claim.sessionId);
        await on.abandon(claim, broken, nothing, 0);
        expect(await used(on, owner)).toBe(0);
        await on.close();
      });

      test('count a turn once, however often it is committed and abandoned', async () => {
        const on = await limited({ tokens_per_day: 100_000 });
        const owner = randomUUID();
        const [stored, begun] = await begin(owner, {}, on);
        const commit = commitOf(stored, begun, 'Hello', { spent: 70 });
        for (let n = 0; n < 2; n += 1) await on.commit(stored, commit);
        await on.abandon(stored, broken, nothing, 70);
        const [failed, again] = await begin(owner, {}, on);
        for (let n = 0; n < 2; n += 1) await on.abandon(failed, broken, nothing, 5);
        expect(await on.commit(failed, commitOf(failed, again))).toBe('lost');
        expect(await used(on, owner)).toBe(75);
        await on.close();
      });

      test('count the whole reservation of a turn whose holder died, and that of one who lives as what it costs', async () => {
        const on = await limited({ tokens_per_day: 100_000 });
        const owner = randomUUID();
        const [living] = await begin(owner, {}, on);
        const [dead] = await begin(owner, {}, on);
        await pass(on, 6000);
        expect((await on.extend(living, nothing)).held).toBe(true);
        await pass(on, 6000);
        expect(await on.follow(owner, dead.sessionId, undefined, 0)).toMatchObject({ state: 'lost' });
        await on.abandon(living, broken, nothing, 7);
        expect(await used(on, owner)).toBe(605 + 7);
        // Counting it forgets nothing.
        expect(await used(on, owner)).toBe(605 + 7);
        await on.close();
      });

      test('count what a turn cost in place of its reservation where its holder wakes after its lease ended', async () => {
        const on = await limited({ tokens_per_day: 100_000 });
        const owner = randomUUID();
        const [claim, begun] = await begin(owner, {}, on);
        await pass(on, 10_000);
        expect(await on.follow(owner, claim.sessionId, undefined, 0)).toMatchObject({ state: 'lost' });
        expect(await used(on, owner)).toBe(605);
        expect(await on.commit(claim, commitOf(claim, begun))).toBe('lost');
        for (let n = 0; n < 2; n += 1) await on.abandon(claim, broken, nothing, 30);
        expect(await used(on, owner)).toBe(30);
        await on.close();
      });
    });

    describe('feedback', () => {
      const answers = async (owner: string, sessionId: string) => {
        const history = await store.history(owner, sessionId, { limit: 100, before: undefined });
        if (typeof history !== 'object') throw new Error('no history');
        return history.items.filter((message) => message.role === 'assistant').map(({ feedback }) => feedback);
      };

      test('stands beside the answer of its turn, and is changed by the next', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner);
        await turn(owner, { sessionId });
        expect(await answers(owner, sessionId)).toEqual([undefined, undefined]);
        const comment = 'so "good"\n\u2028\u0000 👩‍👩‍👧';
        await store.rate(owner, sessionId, turnId, { rating: 'up', comment });
        expect(await answers(owner, sessionId)).toEqual([{ rating: 'up', comment }, undefined]);
        const [asked, answered] = await store.messages(owner, sessionId, 0, 2);
        expect(asked).not.toHaveProperty('feedback');
        expect(answered).toMatchObject({ feedback: { rating: 'up', comment } });
        await store.rate(owner, sessionId, turnId, { rating: 'down', reason: 'tone' });
        expect(await answers(owner, sessionId)).toEqual([{ rating: 'down', reason: 'tone' }, undefined]);
      });

      test('is told with whose answer it is of, where that was kept', async () => {
        const owner = randomUUID();
        const plain = await turn(owner, { assistant: 'data-analyst' });
        const rate = ({ sessionId, turnId }: TurnClaim) => store.rate(owner, sessionId, turnId, { rating: 'up' });
        expect(await rate(plain)).toEqual({ assistant: 'data-analyst', answeredBy: undefined });
        const [claim, begun] = await begin(owner, { sessionId: plain.sessionId });
        const commit = commitOf(claim, begun, 'long '.repeat(2000));
        const answered_by = { model: 'azure:gpt', prompt_version: '0123456789abcdef' };
        await store.commit(claim, { ...commit, answer: { ...commit.answer, answered_by } });
        expect(await rate(claim)).toEqual({ assistant: 'data-analyst', answeredBy: answered_by });
        expect(await rate(plain)).toMatchObject({ answeredBy: undefined });
      });

      test('of what is no stored turn of the owner is not kept', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner);
        const [under] = await begin(owner, { sessionId });
        for (const [who, session, which] of [
          [randomUUID(), sessionId, turnId],
          [owner, randomUUID(), turnId],
          [owner, sessionId, randomUUID()],
          [owner, sessionId, under.turnId],
        ] as const) {
          expect(await store.rate(who, session, which, { rating: 'up' })).toBeUndefined();
        }
        expect(await answers(owner, sessionId)).toEqual([undefined]);
      });

      test('is gone with its session, deleted or expired', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner);
        await store.rate(owner, sessionId, turnId, { rating: 'up' });
        await store.delete(owner, sessionId);
        expect(await store.rate(owner, sessionId, turnId, { rating: 'up' })).toBeUndefined();
        const brief = await turn(owner, {}, 'brief', hasty);
        expect(await hasty.rate(owner, brief.sessionId, brief.turnId, { rating: 'up' })).toBeDefined();
        await pass(hasty, 20_000);
        expect(await hasty.rate(owner, brief.sessionId, brief.turnId, { rating: 'up' })).toBeUndefined();
      });

      test('and turns at the same time do not disturb each other', async () => {
        const owner = randomUUID();
        const { sessionId, turnId } = await turn(owner, {}, '0');
        const talk = async () => {
          for (let n = 1; n <= 10; n += 1) await turn(owner, { sessionId }, String(n));
        };
        const rate = async () => {
          for (let n = 0; n < 20; n += 1) await store.rate(owner, sessionId, turnId, { rating: n % 2 ? 'up' : 'down' });
        };
        await Promise.all([talk(), rate()]);
        expect(await contents(owner, sessionId)).toHaveLength(22);
        expect((await answers(owner, sessionId))[0]).toEqual({ rating: 'up' });
      });
    });

    describe('all that is an owner’s', () => {
      const scanned = async (owner: string, meanwhile = async () => {}) => {
        const ids: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = await store.scan(owner, cursor);
          ids.push(...page.sessions.map(({ id }) => id));
          cursor = page.cursor;
          if (cursor === undefined) return ids;
          await meanwhile();
        }
      };
      const listed = async (owner: string, on = store) => {
        const page = await on.sessions(owner, { limit: 100, before: undefined });
        return page === 'unknown-page' ? page : page.items.map(({ id }) => id);
      };

      test('is found by a scan, also while sessions are talked to', async () => {
        const owner = randomUUID();
        const claims = [];
        for (let n = 0; n < 300; n += 1) claims.push(await turn(owner));
        const ids = claims.map(({ sessionId }) => sessionId);
        await turn(randomUUID());
        let next = 0;
        const found = await scanned(
          owner,
          async () => void (await turn(owner, { sessionId: ids[next++ % 300] as string })),
        );
        expect([...new Set(found)].sort()).toEqual([...ids].sort());
        expect(await scanned(randomUUID())).toEqual([]);
        await store.delete(owner, ids[0] as string);
        expect(await scanned(owner)).not.toContain(ids[0]);
      });

      test('has messages that are read from any position on', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'one');
        await turn(owner, { sessionId }, 'two');
        const read = async (from: number, limit: number) =>
          (await store.messages(owner, sessionId, from, limit)).map(({ content }) => content);
        expect(await read(0, 3)).toEqual(['ask one', 'one', 'ask two']);
        expect(await read(3, 3)).toEqual(['two']);
        expect(await read(4, 3)).toEqual([]);
        expect(await store.messages(randomUUID(), sessionId, 0, 3)).toEqual([]);
      });

      test('is erased: sessions, feedback, what idempotency keys lead to, and nothing of others', async () => {
        const owner = randomUUID();
        const other = await turn(randomUUID());
        const key = { key: randomUUID(), fingerprint: 'f' };
        const claim = await turn(owner, { idempotency: key });
        await store.rate(owner, claim.sessionId, claim.turnId, { rating: 'up' });
        for (let n = 0; n < 250; n += 1) await turn(owner);
        await store.erase(owner);
        expect(await listed(owner)).toEqual([]);
        expect(await contents(owner, claim.sessionId)).toBeUndefined();
        expect(await store.follow(owner, claim.sessionId, undefined, 0)).toBeUndefined();
        expect(await store.begin(request(owner, { idempotency: key }))).toMatchObject({ outcome: 'begun' });
        expect(await contents(other.owner, other.sessionId)).toHaveLength(2);
        await store.erase(owner);
        await store.erase(randomUUID());
      });

      test('is erased with the turns under way, of old sessions and new ones, and they bring nothing back', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        const old = await begin(owner, { sessionId, idempotency: { key: randomUUID(), fingerprint: 'f' } });
        const fresh = await begin(owner, { idempotency: { key: randomUUID(), fingerprint: 'f' } });
        await store.extend(fresh[0], { position: 0, blocks: [['said']] });
        await store.erase(owner);
        for (const [claim, begun] of [old, fresh]) {
          expect(await store.extend(claim, { position: 1, blocks: [['more']] })).toMatchObject({ held: false });
          expect(await store.commit(claim, commitOf(claim, begun))).toBe('lost');
          await store.abandon(claim, broken, { position: 1, blocks: [['more']] }, 0);
          expect(await store.follow(owner, claim.sessionId, undefined, 0)).toBeUndefined();
          expect(await contents(owner, claim.sessionId)).toBeUndefined();
        }
        expect(await listed(owner)).toEqual([]);
      });

      test('is erased together with what a failed turn had said', async () => {
        const owner = randomUUID();
        const [claim] = await begin(owner);
        await store.abandon(claim, broken, { position: 0, blocks: [['half']] }, 0);
        await store.erase(owner);
        expect(await store.follow(owner, claim.sessionId, undefined, 0)).toBeUndefined();
      });

      test('is erased but for what was used of the limits', async () => {
        const on = await open({
          sessionSeconds: 3600,
          leaseSeconds: 10,
          limits: { requests_per_minute: 2, tokens_per_minute: 0, tokens_per_day: 0 },
        });
        const owner = randomUUID();
        await turn(owner, {}, 'one', on);
        await turn(owner, {}, 'two', on);
        await on.erase(owner);
        expect(await on.begin(request(owner))).toMatchObject({ outcome: 'limited', by: 'requests' });
        await on.close();
      });

      test('is gone after erasing, whatever turns were begun before, and what begins after it stays', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.scheduler(),
            fc.integer({ min: 1, max: 4 }),
            fc.integer({ min: 1, max: 2 }),
            async (s, talkers, erasers) => {
              const owner = randomUUID();
              const { sessionId } = await turn(owner);
              const begunBefore: string[] = [];
              let isErasing = false;
              const talk = async (talker: number) => {
                const wanted = talker % 2 === 0 ? { sessionId } : {};
                await s.schedule(Promise.resolve());
                const asked = request(owner, { ...wanted, idempotency: { key: randomUUID(), fingerprint: 'f' } });
                if (!isErasing) begunBefore.push(asked.turnId);
                const begun = await store.begin(asked);
                if (begun.outcome !== 'begun') return;
                const claim = { ...asked, sessionId: begun.sessionId, isFirst: begun.isFirst, reserved: 0 };
                await s.schedule(Promise.resolve());
                await store.extend(claim, { position: 0, blocks: [['said']] });
                await s.schedule(Promise.resolve());
                await store.commit(claim, commitOf(claim, begun));
              };
              const erase = async () => {
                await s.schedule(Promise.resolve());
                isErasing = true;
                await store.erase(owner);
              };
              const all = [
                ...Array.from({ length: talkers }, (_, n) => talk(n)),
                ...Array.from({ length: erasers }, erase),
              ];
              await s.waitFor(Promise.all(all));
              // Those that had begun before it are gone.
              for (const id of await listed(owner)) {
                for (const { turn_id } of await store.messages(owner, id, 0, 100))
                  expect(begunBefore).not.toContain(turn_id);
              }
              expect(await contents(owner, sessionId)).toBeUndefined();
              const after = await turn(owner);
              expect(await listed(owner)).toContain(after.sessionId);
            },
          ),
          { numRuns: 60 },
        );
      });
    });

    test('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
