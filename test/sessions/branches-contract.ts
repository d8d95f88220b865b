import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import { withIds } from '../../shared/conversation/ports/between-turns.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { SessionSummary, ShownSession } from '../../shared/conversation/ports/stored.ts';
import type { BeginRequest } from '../../shared/conversation/ports/turn-steps.ts';
import { inOneDay } from '../time-windows.ts';
import type { TimedStores } from './timed-stores.ts';
import { ASKED_AT, commitOf, finished, nothing, turnsOn } from './turns-on.ts';

const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 100_000 };

/** What every session store holds to where a turn names the one it follows, in its session or beside it. */
export function branchesContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store, of`, () => {
    let store: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits });
    });
    afterAll(() => store.close());
    beforeEach(inOneDay);

    const { request, begin, turn, contents } = turnsOn(() => store);

    /** A session of so many turns; "0" is the first. */
    async function session(owner: string, turns: number, more: Partial<BeginRequest> = {}) {
      const first = await turn(owner, more, '0');
      const { sessionId } = first;
      const turnIds = [first.turnId];
      for (let n = 1; n < turns; n += 1) turnIds.push((await turn(owner, { sessionId }, String(n))).turnId);
      return { sessionId, turnIds };
    }

    const told = (turns: number) => Array.from({ length: turns }, (_, n) => [`ask ${n}`, String(n)]).flat();
    /** But for when it is forgotten, which is later by each use. */
    const lasting = ({ expires: _, ...session }: ShownSession): SessionSummary => session;
    const listed = async (owner: string) => {
      const page = await store.sessions(owner, { limit: 100, before: undefined });
      if (page === 'unknown-page') throw new Error('no page');
      return page.items.map(lasting);
    };
    const summary = async (owner: string, id: string) => (await listed(owner)).find((each) => each.id === id);
    /** All that can be read of a session. */
    const seen = async (owner: string, sessionId: string) => ({
      history: await store
        .history(owner, sessionId, { limit: 100, before: undefined })
        .then((page) => (typeof page === 'object' ? { ...page, session: lasting(page.session) } : page)),
      messages: JSON.stringify(await store.messages(owner, sessionId, 0, 1000)),
      replay: await store.follow(owner, sessionId, undefined, 0),
    });
    const nowhere = { history: undefined, messages: '[]', replay: undefined };
    /** What is counted of the day, seen by a turn that costs nothing. */
    const used = async (owner: string) => {
      const [claim, { limits, reserved }] = await begin(owner);
      await store.abandon(claim, broken, nothing, 0);
      return (limits[0]?.quota ?? 0) - (limits[0]?.remaining ?? 0) - reserved;
    };

    describe('a turn that names the one it follows', () => {
      test('begins where that is the session’s last', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const [claim, begun] = await begin(owner, { sessionId, after: turnIds[1] });
        expect(begun).toMatchObject({ sessionId, isFirst: false, forkedFrom: undefined });
        await store.commit(claim, commitOf(claim, begun, '2'));
        expect(await contents(owner, sessionId)).toEqual(told(3));
      });

      test('is told the last one where another came in between, and changes nothing', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 3);
        const before = await seen(owner, sessionId);
        const moved = { outcome: 'moved', lastTurnId: turnIds[2] };
        for (const after of [turnIds[0], turnIds[1], null]) {
          expect(await store.begin(request(owner, { sessionId, after }))).toEqual(moved);
        }
        expect(await seen(owner, sessionId)).toEqual(before);
        // Also while a turn runs, for which it is not worth waiting.
        await begin(owner, { sessionId });
        expect(await store.begin(request(owner, { sessionId, after: turnIds[0] }))).toEqual(moved);
      });

      test('is refused where the session has no such turn, whoever has', async () => {
        const owner = randomUUID();
        const { sessionId } = await session(owner, 1);
        const other = await session(owner, 1);
        const stranger = await session(randomUUID(), 1);
        const unknown = { outcome: 'unknown-turn' };
        for (const fork of ['no', 'yes', 'if-moved'] as const) {
          for (const after of [randomUUID(), other.turnIds[0], stranger.turnIds[0]]) {
            expect(await store.begin(request(owner, { sessionId, after, fork }))).toEqual(unknown);
          }
          const gone = { sessionId: randomUUID(), after: other.turnIds[0], fork };
          expect(await store.begin(request(owner, gone))).toEqual(unknown);
          expect(await store.begin(request(owner, { ...gone, mustExist: true }))).toEqual({
            outcome: 'unknown-session',
          });
          const theirs = { sessionId: stranger.sessionId, after: stranger.turnIds[0], fork };
          expect(await store.begin(request(owner, theirs))).toEqual(unknown);
        }
      });

      test('is busy where that one runs, and where another follows it', async () => {
        const owner = randomUUID();
        const [first, begun] = await begin(owner);
        const { sessionId } = first;
        for (const fork of ['no', 'yes', 'if-moved'] as const) {
          const asked = request(owner, { sessionId, after: first.turnId, fork });
          expect(await store.begin(asked)).toEqual({ outcome: 'busy' });
          expect(await store.begin({ ...asked, mustExist: true })).toEqual({ outcome: 'busy' });
        }
        await store.commit(first, commitOf(first, begun, '0'));
        const [second] = await begin(owner, { sessionId });
        for (const fork of ['no', 'yes', 'if-moved'] as const) {
          const asked = request(owner, { sessionId, after: second.turnId, fork });
          expect(await store.begin(asked)).toEqual({ outcome: 'busy' });
        }
        for (const fork of ['no', 'if-moved'] as const) {
          const asked = request(owner, { sessionId, after: first.turnId, fork });
          expect(await store.begin(asked)).toEqual({ outcome: 'busy' });
        }
      });

      test('that is to be none begins where there is none', async () => {
        const owner = randomUUID();
        const asked = request(owner, { sessionId: randomUUID(), after: null });
        expect(await store.begin(asked)).toMatchObject({
          outcome: 'begun',
          sessionId: asked.newSessionId,
          isFirst: true,
          forkedFrom: undefined,
        });
      });

      test('counts nothing where it is refused', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const before = await used(owner);
        await store.begin(request(owner, { sessionId, after: turnIds[0] }));
        await store.begin(request(owner, { sessionId, after: randomUUID(), fork: 'yes' }));
        expect(await used(owner)).toBe(before);
      });

      test('forks only if it has to, where it may', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const [, moved] = await begin(owner, { sessionId, after: turnIds[0], fork: 'if-moved' });
        expect(moved).toMatchObject({ isFirst: true, forkedFrom: { session_id: sessionId, turn_id: turnIds[0] } });
        expect(moved.sessionId).not.toBe(sessionId);
        const [, last] = await begin(owner, { sessionId, after: turnIds[1], fork: 'if-moved' });
        expect(last).toMatchObject({ sessionId, isFirst: false, forkedFrom: undefined });
      });
    });

    describe('a fork', () => {
      test('holds everything up to its turn, to the byte, and goes on there; its source stays as it was', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 3, { assistant: 'data-analyst' });
        const before = await seen(owner, sessionId);
        const source = await summary(owner, sessionId);
        const [claim, begun] = await begin(owner, { sessionId, after: turnIds[1], fork: 'yes' });
        expect(begun.window.map(({ content }) => content)).toEqual(told(2));
        expect(begun).toMatchObject({ isFirst: true, assistant: 'data-analyst', title: 'A title' });
        expect(await store.commit(claim, commitOf(claim, begun, 'else'))).toBe('committed');
        const copied = await store.messages(owner, claim.sessionId, 0, 4);
        expect(JSON.stringify(copied)).toBe(JSON.stringify(await store.messages(owner, sessionId, 0, 4)));
        expect(await contents(owner, claim.sessionId)).toEqual([...told(2), 'ask else', 'else']);
        expect(await seen(owner, sessionId)).toEqual(before);
        const forked_from = { session_id: sessionId, turn_id: turnIds[1] };
        expect(await summary(owner, claim.sessionId)).toEqual({
          ...source,
          ...{ id: claim.sessionId, turns: 3, forked_from },
          ...{ created: expect.any(String), updated: expect.any(String) },
        });
        expect(await summary(owner, sessionId)).toEqual(source);
        expect((await listed(owner)).map(({ id }) => id)).toEqual([claim.sessionId, sessionId]);
        // Both go on, each for itself.
        await turn(owner, { sessionId, after: turnIds[2] }, '3');
        await turn(owner, { sessionId: claim.sessionId, after: claim.turnId }, 'more');
        expect(await contents(owner, sessionId)).toEqual(told(4));
        expect(await contents(owner, claim.sessionId)).toEqual([...told(2), 'ask else', 'else', 'ask more', 'more']);
        expect(await summary(owner, claim.sessionId)).toMatchObject({ forked_from, turns: 4 });
      });

      test('behind the last turn copies all', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const fork = await turn(owner, { sessionId, after: turnIds[1], fork: 'yes' }, '2');
        expect(fork.sessionId).not.toBe(sessionId);
        expect(await contents(owner, fork.sessionId)).toEqual(told(3));
        expect(await contents(owner, sessionId)).toEqual(told(2));
      });

      test('behind no turn takes nothing but the assistant', async () => {
        const owner = randomUUID();
        const { sessionId } = await session(owner, 2, { assistant: 'data-analyst' });
        for (const fork of ['yes', 'if-moved'] as const) {
          const [claim, begun] = await begin(owner, { sessionId, after: null, fork });
          expect(begun).toMatchObject({ isFirst: true, assistant: 'data-analyst', title: undefined, window: [] });
          await store.commit(claim, commitOf(claim, begun, 'anew', { title: 'Another' }));
          expect(await contents(owner, claim.sessionId)).toEqual(['ask anew', 'anew']);
          expect(await summary(owner, claim.sessionId)).toMatchObject({
            ...{ title: 'Another', assistant: 'data-analyst', turns: 1 },
            forked_from: { session_id: sessionId, turn_id: null },
          });
        }
        const other = request(owner, { sessionId, after: null, fork: 'yes', assistant: 'default' });
        expect(await store.begin(other)).toEqual({ outcome: 'other-assistant', assistant: 'data-analyst' });
      });

      test('of a busy session takes what is stored, and leaves the running turn alone', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const [running, runningBegun] = await begin(owner, { sessionId });
        for (const after of turnIds) {
          const { sessionId: id } = await turn(owner, { sessionId, after, fork: 'yes' }, 'beside');
          expect(await contents(owner, id)).toEqual([...told(1 + turnIds.indexOf(after)), 'ask beside', 'beside']);
        }
        expect(await store.extend(running, nothing)).toEqual({ held: true, stop: false });
        expect(await store.commit(running, commitOf(running, runningBegun, '2'))).toBe('committed');
        expect(await contents(owner, sessionId)).toEqual(told(3));
      });

      test('of a fork is a fork, and its turns are found by their ids alone', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 3);
        const once = await turn(owner, { sessionId, after: turnIds[1], fork: 'yes' }, 'once');
        const twice = await turn(owner, { sessionId: once.sessionId, after: turnIds[0], fork: 'yes' }, 'twice');
        expect(await contents(owner, twice.sessionId)).toEqual([...told(1), 'ask twice', 'twice']);
        const forked_from = { session_id: once.sessionId, turn_id: turnIds[0] };
        expect(await summary(owner, twice.sessionId)).toMatchObject({ forked_from });
        for (const [id, turnId, content] of [
          [twice.sessionId, turnIds[0], '0'],
          [twice.sessionId, twice.turnId, 'twice'],
          [once.sessionId, turnIds[1], '1'],
          [once.sessionId, once.turnId, 'once'],
        ] as const) {
          const stored = await store.readTurn(owner, id, turnId as string);
          expect(stored).toMatchObject({ user: { content: `ask ${content}` }, answer: { content } });
        }
        expect(await store.readTurn(owner, twice.sessionId, turnIds[1] as string)).toBeUndefined();
        expect(await store.readTurn(owner, once.sessionId, turnIds[2] as string)).toBeUndefined();
      });

      test('takes no feedback, no replay and no idempotency record along', async () => {
        const owner = randomUUID();
        const idempotency = { key: randomUUID(), fingerprint: 'f' };
        const { sessionId, turnIds } = await session(owner, 1, { idempotency });
        await store.rate(owner, sessionId, turnIds[0] as string, { rating: 'up' });
        const fork = await turn(owner, { sessionId, after: turnIds[0], fork: 'yes' }, '1');
        const answers = async (id: string) => (await store.messages(owner, id, 1, 1)) as { feedback?: unknown }[];
        expect((await answers(fork.sessionId))[0]?.feedback).toBeUndefined();
        expect((await answers(sessionId))[0]?.feedback).toEqual({ rating: 'up' });
        expect(await store.rate(owner, fork.sessionId, turnIds[0] as string, { rating: 'down' })).toBeDefined();
        expect((await answers(sessionId))[0]?.feedback).toEqual({ rating: 'up' });
        expect(await store.follow(owner, fork.sessionId, turnIds[0], 0)).toBeUndefined();
        expect(await store.follow(owner, fork.sessionId, undefined, 0)).toMatchObject({ turnId: fork.turnId });
        expect(await store.begin(request(owner, { idempotency }))).toMatchObject({ outcome: 'repeated', sessionId });
      });

      test('lives on without its source, and its source without it', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const fork = await turn(owner, { sessionId, after: turnIds[0], fork: 'yes' }, 'else');
        const other = await turn(owner, { sessionId, after: turnIds[0], fork: 'yes' }, 'other');
        const before = await seen(owner, sessionId);
        await store.delete(owner, other.sessionId);
        expect(await seen(owner, sessionId)).toEqual(before);
        await store.delete(owner, sessionId);
        expect(await contents(owner, fork.sessionId)).toEqual([...told(1), 'ask else', 'else']);
        const forked_from = { session_id: sessionId, turn_id: turnIds[0] };
        expect(await summary(owner, fork.sessionId)).toMatchObject({ forked_from });
        await turn(owner, { sessionId: fork.sessionId, after: fork.turnId }, 'more');
        await store.erase(owner);
        expect(await seen(owner, fork.sessionId)).toEqual(nowhere);
      });

      test('whose source is deleted while its turn runs is stored whole', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const [claim, begun] = await begin(owner, { sessionId, after: turnIds[1], fork: 'yes' });
        await store.delete(owner, sessionId);
        expect(await store.extend(claim, { position: 0, blocks: [['2']] })).toMatchObject({ held: true });
        expect(await store.commit(claim, commitOf(claim, begun, '2'))).toBe('committed');
        expect(await contents(owner, claim.sessionId)).toEqual(told(3));
        expect(await contents(owner, sessionId)).toBeUndefined();
      });

      test('that is deleted or erased while its turn runs is not stored', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const asked = { sessionId, after: turnIds[0], fork: 'yes' } as const;
        const [deleted, deletedBegun] = await begin(owner, asked);
        await store.delete(owner, deleted.sessionId);
        expect(await store.commit(deleted, commitOf(deleted, deletedBegun))).toBe('lost');
        expect(await seen(owner, deleted.sessionId)).toEqual(nowhere);
        expect(await contents(owner, sessionId)).toEqual(told(2));
        const [erased, erasedBegun] = await begin(owner, asked);
        await store.erase(owner);
        expect(await store.commit(erased, commitOf(erased, erasedBegun))).toBe('lost');
        await store.abandon(erased, broken, nothing, 0);
        expect(await seen(owner, erased.sessionId)).toEqual(nowhere);
      });

      test('that fails leaves no session, and nothing that can be read while its turn runs', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const asked = { sessionId, after: turnIds[1], fork: 'yes' } as const;
        const [claim, begun] = await begin(owner, asked);
        const unread = { history: undefined, messages: '[]' };
        expect(await seen(owner, claim.sessionId)).toMatchObject(unread);
        expect(await store.readTurn(owner, claim.sessionId, turnIds[0] as string)).toBeUndefined();
        expect(await store.rate(owner, claim.sessionId, turnIds[0] as string, { rating: 'up' })).toBeUndefined();
        await store.abandon(claim, broken, nothing, 0);
        expect(await seen(owner, claim.sessionId)).toMatchObject({ ...unread, replay: { state: 'ended' } });
        expect(await store.commit(claim, commitOf(claim, begun))).toBe('lost');
        expect((await listed(owner)).map(({ id }) => id)).toEqual([sessionId]);
      });

      test('whose holder died leaves no session, and its late holder stores nothing', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const asked = { sessionId, after: turnIds[1], fork: 'yes' } as const;
        const [dead, begun] = await begin(owner, asked);
        await pass(store, 10_000);
        expect(await store.follow(owner, dead.sessionId, undefined, 0)).toMatchObject({ state: 'lost' });
        expect(await store.commit(dead, commitOf(dead, begun))).toBe('lost');
        await store.abandon(dead, broken, nothing, 0);
        expect(await seen(owner, dead.sessionId)).toMatchObject({ history: undefined, messages: '[]' });
        expect((await listed(owner)).map(({ id }) => id)).toEqual([sessionId]);
      });

      test('is begun and stored once, however often its steps are repeated', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const asked = request(owner, { sessionId, after: turnIds[0], fork: 'yes' });
        const first = await store.begin(asked);
        if (first.outcome !== 'begun') throw new Error(first.outcome);
        expect(await store.begin(asked)).toMatchObject({ ...first, limits: expect.any(Array) });
        const claim = { ...asked, ...first, idempotency: undefined };
        const commit = commitOf(claim, first, 'else');
        for (let n = 0; n < 2; n += 1) expect(await store.commit(claim, commit)).toBe('committed');
        await store.abandon(claim, broken, nothing, 0);
        expect(await contents(owner, first.sessionId)).toEqual([...told(1), 'ask else', 'else']);
        expect(await summary(owner, first.sessionId)).toMatchObject({ turns: 2 });
      });

      test('counts what it costs, as any turn', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        expect(await used(owner)).toBe(2 * 15);
        const [claim, begun] = await begin(owner, { sessionId, after: turnIds[0], fork: 'yes' });
        // 100 of the system prompt, 5 of the message, 500 of the answer, and the turn before it.
        expect(begun.reserved).toBe(605 + 2 * (1 + 4));
        await store.commit(claim, commitOf(claim, begun));
        expect(await used(owner)).toBe(3 * 15);
      });

      test('begins with as many whole turns before it as there is room for, also where its source sends fewer', async () => {
        const owner = randomUUID();
        const first = await begin(owner);
        const { sessionId } = first[0];
        const turnIds: string[] = [];
        // Each has 300 tokens, and 8 around them; the window moves on with every turn.
        for (let n = 0, [claim, begun] = first; n < 6; n += 1) {
          const { user, answer, ...commit } = commitOf(claim, begun, String(n), { windowStart: 2 * n });
          const stored = { ...commit, user: { ...user, tokens: 100 }, answer: { ...answer, tokens: 200 } };
          expect(await store.commit(claim, stored)).toBe('committed');
          turnIds.push(claim.turnId);
          [claim, begun] = await begin(owner, { sessionId });
          if (n === 5) await store.abandon(claim, broken, nothing, 0);
        }
        for (const [after, start, length] of [
          [turnIds[5], 6, 6],
          [turnIds[3], 2, 6],
          [turnIds[1], 0, 4],
        ] as const) {
          const [claim, begun] = await begin(owner, { sessionId, after, fork: 'yes' });
          expect(begun.windowStart).toBe(start);
          expect(begun.window.map(({ content }) => content)).toEqual(told(6).slice(start, start + length));
          await store.commit(claim, commitOf(claim, begun, 'else'));
          expect(await contents(owner, claim.sessionId)).toEqual([
            ...told(6).slice(0, start + length),
            'ask else',
            'else',
          ]);
        }
      });

      test('begins with the turn before it whatever that has, and what was brought to it counts', async () => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner);
        const { user, ...commit } = commitOf(claim, begun, '0');
        const items = Array.from({ length: 100 }, (_, place) => ({
          ...{ id: `${claim.turnId}-${place}`, role: 'user' as const, content: 'é', tokens: 50 },
        }));
        await store.commit(claim, { ...commit, user: { ...user, items } });
        const { sessionId } = claim;
        const [, large] = await begin(owner, { sessionId, after: claim.turnId, fork: 'yes' });
        expect(large.window).toHaveLength(2);
        const { turnId: after } = await turn(owner, { sessionId }, '1');
        const [, small] = await begin(owner, { sessionId, after, fork: 'yes' });
        expect(small.window.map(({ content }) => content)).toEqual(['ask 1', '1']);
      });
    });

    describe('an ephemeral turn', () => {
      const isEphemeral = true;

      test('without a session leaves none', async () => {
        const owner = randomUUID();
        const [claim, begun] = await begin(owner, { isEphemeral });
        expect(begun).toMatchObject({ isFirst: true, window: [], forkedFrom: undefined, assistant: 'default' });
        expect(await store.extend(claim, { position: 0, blocks: [['said']] })).toEqual({ held: true, stop: false });
        await store.abandon(claim, finished, nothing, 0);
        expect(await seen(owner, claim.sessionId)).toMatchObject({ history: undefined, messages: '[]' });
        expect(await store.readTurn(owner, claim.sessionId, claim.turnId)).toBeUndefined();
        expect(await listed(owner)).toEqual([]);
      });

      test('is given what its session was told, which stays as it was, also where that is busy', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2, { assistant: 'data-analyst' });
        for (const isBusy of [false, true]) {
          const running = isBusy ? await begin(owner, { sessionId }) : undefined;
          const before = await seen(owner, sessionId);
          for (const [after, turns] of [
            [undefined, 2],
            [turnIds[1], 2],
            [turnIds[0], 1],
            [null, 0],
          ] as const) {
            const [claim, begun] = await begin(owner, { sessionId, isEphemeral, after, fork: 'if-moved' });
            expect(claim.sessionId).not.toBe(sessionId);
            expect(begun).toMatchObject({ assistant: 'data-analyst', forkedFrom: undefined });
            expect(begun.window.map(({ content }) => content)).toEqual(told(turns));
            await store.abandon(claim, finished, nothing, 0);
          }
          expect(await seen(owner, sessionId)).toEqual(before);
          if (running) await store.commit(running[0], commitOf(...running, '2'));
        }
        expect(await contents(owner, sessionId)).toEqual(told(3));
        expect(await listed(owner)).toHaveLength(1);
      });

      test('is followed, stopped and told to its end by the id that is its own', async () => {
        const owner = randomUUID();
        const [claim] = await begin(owner, { isEphemeral });
        const { sessionId, turnId } = claim;
        await store.extend(claim, { position: 0, blocks: [['a', 'b']] });
        expect(await store.stop(owner, sessionId, turnId)).toBe(true);
        expect(await store.extend(claim, nothing)).toEqual({ held: true, stop: true });
        await store.abandon(claim, finished, { position: 1, blocks: [['c']] }, 0);
        expect(await store.follow(owner, sessionId, turnId, 1)).toMatchObject({
          state: 'ended',
          entries: [['a', 'b'], ['c'], finished],
        });
      });

      test('counts what it cost, once', async () => {
        const owner = randomUUID();
        const [claim] = await begin(owner, { isEphemeral });
        for (let n = 0; n < 2; n += 1) await store.abandon(claim, finished, nothing, 70);
        expect(await used(owner)).toBe(70);
      });

      test('is refused as any, where it names what is not there', async () => {
        const owner = randomUUID();
        const sessionId = randomUUID();
        const gone = request(owner, { isEphemeral, sessionId, mustExist: true });
        expect(await store.begin(gone)).toEqual({ outcome: 'unknown-session' });
        const kept = await session(owner, 1);
        const unknown = request(owner, {
          isEphemeral,
          sessionId: kept.sessionId,
          after: randomUUID(),
          fork: 'if-moved',
        });
        expect(await store.begin(unknown)).toEqual({ outcome: 'unknown-turn' });
      });
    });

    describe('what was brought after the last turn', () => {
      const bring = async (owner: string, sessionId: string, position: number) => {
        const items = withIds([{ role: 'user', content: 'Brought', tokens: 1 }], randomUUID(), position);
        expect(await store.bring(owner, sessionId, items)).toMatchObject({ outcome: 'brought' });
        return items;
      };

      test('is part of the turn that begins there, named or not, and stored with it', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 1);
        let after = turnIds[0] as string;
        for (const [n, fork] of (['no', 'if-moved', undefined] as const).entries()) {
          const items = await bring(owner, sessionId, 2 + 2 * n);
          const place = fork === undefined ? {} : { after, fork };
          const [claim, begun] = await begin(owner, { sessionId, ...place });
          expect(begun.brought).toEqual(items);
          await store.commit(claim, commitOf(claim, begun));
          after = claim.turnId;
          expect((await store.readTurn(owner, sessionId, after))?.user.items).toEqual(items);
          expect((await store.session(owner, sessionId))?.brought).toEqual([]);
        }
      });

      test('is read by an ephemeral turn, and stays where it is', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const items = await bring(owner, sessionId, 4);
        for (const [after, brought] of [
          [undefined, items],
          [turnIds[1], items],
          [turnIds[0], []],
        ] as const) {
          const [claim, begun] = await begin(owner, { sessionId, isEphemeral: true, after, fork: 'if-moved' });
          expect(begun.brought).toEqual(brought);
          await store.abandon(claim, finished, nothing, 0);
        }
        expect((await store.session(owner, sessionId))?.brought).toEqual(items);
      });

      test('stays with the session that is forked before it', async () => {
        const owner = randomUUID();
        const { sessionId, turnIds } = await session(owner, 2);
        const items = await bring(owner, sessionId, 4);
        const [claim, begun] = await begin(owner, { sessionId, after: turnIds[1], fork: 'yes' });
        expect(begun.brought).toEqual([]);
        await store.commit(claim, commitOf(claim, begun));
        expect(await store.session(owner, claim.sessionId)).toMatchObject({ brought: [], metadata: {} });
        expect((await store.session(owner, sessionId))?.brought).toEqual(items);
      });

      test('waits in a session without a turn, which can be gone on with and forked as any', async () => {
        const owner = randomUUID();
        const sessionId = randomUUID();
        const items = withIds([{ role: 'user', content: 'Brought', tokens: 1 }], randomUUID(), 0);
        await store.create(owner, sessionId, { metadata: { a: 'b' }, items });
        const [fork, forkBegun] = await begin(owner, { sessionId, after: null, fork: 'yes' });
        expect(forkBegun).toMatchObject({ isFirst: true, assistant: 'default', brought: [], window: [] });
        await store.commit(fork, commitOf(fork, forkBegun));
        expect(await summary(owner, fork.sessionId)).toMatchObject({
          forked_from: { session_id: sessionId, turn_id: null },
        });
        for (const after of [randomUUID(), fork.turnId]) {
          expect(await store.begin(request(owner, { sessionId, after }))).toEqual({ outcome: 'unknown-turn' });
        }
        const [claim, begun] = await begin(owner, { sessionId, after: null });
        expect(begun).toMatchObject({ sessionId, isFirst: false, brought: items });
        await store.commit(claim, commitOf(claim, begun));
        expect(await summary(owner, sessionId)).toMatchObject({ assistant: 'default', turns: 1 });
      });
    });

    describe('a caller who sends no key', () => {
      const first = () => ({ key: randomUUID(), fingerprint: '', implicit: 'first' as const });
      const retryOf = (idempotency: ReturnType<typeof first>) => ({ ...idempotency, implicit: 'retry' as const });

      test('finds its turn by a retry, while it runs and when it is stored', async () => {
        const owner = randomUUID();
        const idempotency = first();
        const [claim, begun] = await begin(owner, { idempotency });
        const { sessionId, turnId } = claim;
        const running = { outcome: 'repeated', sessionId, turnId, isStored: false };
        const retry = () => store.begin(request(owner, { idempotency: retryOf(idempotency) }));
        expect(await retry()).toEqual(running);
        await store.extend(claim, nothing);
        expect(await retry()).toEqual(running);
        await store.commit(claim, commitOf(claim, begun));
        for (let n = 0; n < 2; n += 1) expect(await retry()).toEqual({ ...running, isStored: true });
      });

      test('begins a turn by a retry that has none, which later ones find', async () => {
        const owner = randomUUID();
        const idempotency = retryOf(first());
        const claim = await turn(owner, { idempotency });
        expect(await store.begin(request(owner, { idempotency }))).toMatchObject({ turnId: claim.turnId });
        expect(await store.begin(request(randomUUID(), { idempotency }))).toMatchObject({ outcome: 'begun' });
      });

      test('asks twice by asking the same twice, after which no retry finds either turn', async () => {
        const owner = randomUUID();
        const idempotency = first();
        const one = await turn(owner, { idempotency });
        const asked = { idempotency, turnId: randomUUID(), newSessionId: randomUUID() };
        await begin(owner, asked);
        // Also where the answer to that was lost.
        const [two, begun] = await begin(owner, asked);
        expect(two.turnId).not.toBe(one.turnId);
        const again = [await begin(owner, { idempotency: retryOf(idempotency) })];
        await store.commit(two, commitOf(two, begun));
        again.push(await begin(owner, { idempotency: retryOf(idempotency) }));
        for (const [claim, begun] of again) expect(await store.commit(claim, commitOf(claim, begun))).toBe('committed');
        expect(await listed(owner)).toHaveLength(4);
      });

      test('is free again where its turn failed, and is then not one of two', async () => {
        const owner = randomUUID();
        const idempotency = first();
        const [failed] = await begin(owner, { idempotency });
        await store.abandon(failed, broken, nothing, 0);
        const [claim] = await begin(owner, { idempotency });
        expect(await store.begin(request(owner, { idempotency: retryOf(idempotency) }))).toMatchObject({
          outcome: 'repeated',
          turnId: claim.turnId,
        });
      });

      test('begins anew where it knows that its turn is gone, and is then not one of two', async () => {
        const owner = randomUUID();
        const idempotency = first();
        const gone = await turn(owner, { idempotency });
        await store.delete(owner, gone.sessionId);
        const retry = request(owner, { idempotency: retryOf(idempotency) });
        expect(await store.begin(retry)).toMatchObject({ outcome: 'repeated', sessionId: gone.sessionId });
        const [claim] = await begin(owner, { idempotency: { ...idempotency, implicit: 'anew' } });
        const { sessionId, turnId } = claim;
        expect(await store.begin(retry)).toEqual({ outcome: 'repeated', sessionId, turnId, isStored: false });
        await store.abandon(claim, broken, nothing, 0);
        await begin(owner, { idempotency: retry.idempotency });
      });

      test('keeps the record of the later turn, whatever the older one does', async () => {
        const owner = randomUUID();
        const idempotency = first();
        const [older, olderBegun] = await begin(owner, { idempotency });
        const [later, laterBegun] = await begin(owner, { idempotency });
        const aNewTurn = async () => {
          // Both share the key: a retry is neither of them.
          const asked = request(owner, { idempotency: retryOf(idempotency) });
          const begun = await store.begin(asked);
          if (begun.outcome !== 'begun') throw new Error(begun.outcome);
          return { ...asked, ...begun };
        };
        await store.extend(older, nothing);
        await store.commit(older, commitOf(older, olderBegun));
        await aNewTurn();
        await store.abandon(older, broken, nothing, 0);
        await store.commit(later, commitOf(later, laterBegun));
        await aNewTurn();
      });

      test('is not counted for a refused request, which leaves the record as it is', async () => {
        const owner = randomUUID();
        const idempotency = first();
        const refused = request(owner, { idempotency, messageTokens: 5000 });
        expect(await store.begin(refused)).toMatchObject({ outcome: 'too-long' });
        const claim = await turn(owner, { idempotency });
        expect(await store.begin(refused)).toMatchObject({ outcome: 'too-long' });
        expect(await store.begin(request(owner, { idempotency: retryOf(idempotency) }))).toMatchObject({
          outcome: 'repeated',
          turnId: claim.turnId,
        });
      });

      test('whose turn’s holder died finds no turn, and begins one', async () => {
        const owner = randomUUID();
        const idempotency = first();
        await begin(owner, { idempotency });
        await pass(store, 10_000);
        await begin(owner, { idempotency: retryOf(idempotency) });
      });
    });

    describe('a turn that is looked for', () => {
      test('is found by its id alone, wherever in 10,000 messages it stands', { timeout: 60_000 }, async () => {
        const owner = randomUUID();
        const first = await turn(owner, {}, '0');
        const { sessionId } = first;
        const turnIds = [first.turnId];
        for (let n = 1; n < 5000; n += 1) {
          const [claim, begun] = await begin(owner, { sessionId });
          await store.commit(claim, commitOf(claim, begun, String(n), { windowStart: 2 * n }));
          turnIds.push(claim.turnId);
        }
        for (const n of [0, 1, 2499, 4998, 4999]) {
          const { user, answer } = (await store.readTurn(owner, sessionId, turnIds[n] as string)) ?? {};
          expect([user?.content, answer?.content]).toEqual([`ask ${n}`, String(n)]);
        }
        const [claim, begun] = await begin(owner, { sessionId, after: turnIds[2500], fork: 'yes' });
        expect(begun.window.at(-1)?.content).toBe('2500');
        await store.commit(claim, commitOf(claim, begun, 'else'));
        expect(await summary(owner, claim.sessionId)).toMatchObject({ turns: 2502 });
        expect(await store.readTurn(owner, claim.sessionId, turnIds[2499] as string)).toMatchObject({
          user: { content: 'ask 2499' },
        });
      });

      test('says when it was asked, and what its caller wants to be told again', async () => {
        const owner = randomUUID();
        const echo = {
          temperature: 0.5,
          note: 'so "good"\n\u2028 👩‍👩‍👧',
          none: null,
          list: [],
          nested: { a: [1e21] },
        };
        const [claim, begun] = await begin(owner, { echo });
        const replay = await store.follow(owner, claim.sessionId, undefined, 0);
        expect(replay?.entries[0]).toEqual({
          ...{ type: 'turn-started', session_id: claim.sessionId, turn_id: claim.turnId, assistant: 'default' },
          ...{ asked_at: ASKED_AT, echo },
        });
        const commit = commitOf(claim, begun);
        await store.commit(claim, { ...commit, user: { ...commit.user, echo } });
        expect((await store.readTurn(owner, claim.sessionId, claim.turnId))?.user.echo).toEqual(echo);
      });
    });
  });
}
