import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import { MOST_PINNED, type SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { TimedStores } from './timed-stores.ts';
import { commitOf, nothing, turnsOn } from './turns-on.ts';

const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const PAGE = { limit: 100, before: undefined };

/** What every session store holds to where callers change what their sessions are listed by. */
export function editsContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store, of titles and pins`, () => {
    let store: SessionStore;
    /** Forgets sessions after 20 s, which the tests let pass. */
    let brief: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits });
      brief = await open({ sessionSeconds: 20, leaseSeconds: 10, limits });
    });
    afterAll(() => Promise.all([store, brief].map((each) => each.close())));

    const { begin, turn } = turnsOn(() => store);
    const pinned = async (owner: string, on = store) => (await on.pinned(owner)).map(({ id }) => id);
    const summary = async (owner: string, sessionId: string) => (await store.session(owner, sessionId))?.summary;
    const isGone = async (owner: string, sessionId: string) => (await brief.session(owner, sessionId)) === undefined;
    const pin = (owner: string, sessionId: string, on = store) => on.edit(owner, sessionId, { pinned: true });

    describe('a session', () => {
      test('is renamed and pinned in one step, and told so wherever it is told of', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        const before = await summary(owner, sessionId);
        expect(before).toMatchObject({ title: 'A title', pinned: false });
        const session = { ...before, title: 'Züge “nach” Köln', pinned: true };
        const edited = await store.edit(owner, sessionId, { title: session.title, pinned: true });
        const shown = { ...session, expires: expect.stringMatching(/^\d{4}-.*Z$/) };
        expect(edited).toEqual({ outcome: 'edited', session: shown });
        expect(await summary(owner, sessionId)).toEqual(session);
        expect(await store.sessions(owner, PAGE)).toEqual({ items: [shown], hasMore: false });
        expect((await store.scan(owner)).sessions).toEqual([session]);
        expect(await store.pinned(owner)).toEqual([shown]);
        expect(await store.history(owner, sessionId, PAGE)).toMatchObject({ session });
      });

      test('keeps what is not named', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        await pin(owner, sessionId);
        expect(await store.edit(owner, sessionId, { title: 'Other' })).toMatchObject({
          session: { title: 'Other', pinned: true },
        });
        expect(await store.edit(owner, sessionId, { pinned: false })).toMatchObject({
          session: { title: 'Other', pinned: false },
        });
        expect(await pinned(owner)).toEqual([]);
      });

      test('that is nobody’s, or another’s, is none', async () => {
        const { sessionId } = await turn(randomUUID());
        for (const edit of [{ title: 'Mine' }, { pinned: true }, { pinned: false }]) {
          const other = randomUUID();
          expect(await store.edit(other, sessionId, edit)).toEqual({ outcome: 'unknown-session' });
          expect(await store.pinned(other)).toEqual([]);
        }
        const [{ owner, sessionId: fresh }] = await begin(randomUUID());
        expect(await pin(owner, fresh)).toEqual({ outcome: 'unknown-session' });
      });

      test('is edited while a turn runs on it, whose commit changes none of that', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        const [claim, begun] = await begin(owner, { sessionId });
        await store.edit(owner, sessionId, { title: 'Renamed', pinned: true });
        expect(await store.extend(claim, nothing)).toEqual({ held: true, stop: false });
        expect(await store.commit(claim, commitOf(claim, begun, 'two'))).toBe('committed');
        expect(await summary(owner, sessionId)).toMatchObject({ title: 'Renamed', pinned: true, turns: 2 });
        expect(await pinned(owner)).toEqual([sessionId]);
      });

      test('that was renamed before its first turn keeps that title', async () => {
        const owner = randomUUID();
        const sessionId = randomUUID();
        await store.create(owner, sessionId, { metadata: {}, items: [] });
        const [claim, begun] = await begin(owner, { sessionId });
        await store.edit(owner, sessionId, { title: 'Mine' });
        await store.commit(claim, commitOf(claim, begun));
        expect(await summary(owner, sessionId)).toMatchObject({ title: 'Mine', turns: 1 });
      });

      test('stays in its place in the list, and expires when it would have', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'one', brief);
        const { sessionId: newest } = await turn(owner, {}, 'two', brief);
        const ends = async () => (await brief.session(owner, sessionId))?.expiresAt ?? 0;
        const end = await ends();
        for (const edit of [{ title: 'Other', pinned: true }, { pinned: false }, { pinned: true }]) {
          await brief.edit(owner, sessionId, edit);
          const { items } = (await brief.sessions(owner, PAGE)) as { items: { id: string }[] };
          expect(items.map(({ id }) => id)).toEqual([newest, sessionId]);
        }
        expect(Math.abs((await ends()) - end)).toBeLessThan(50);
        await pass(brief, 20_000);
        expect(await isGone(owner, sessionId)).toBe(true);
        expect(await pinned(owner, brief)).toEqual([]);
      });
    });

    describe('pinned sessions', () => {
      test('are listed by their latest turns, newest first', async () => {
        const owner = randomUUID();
        const ids: string[] = [];
        for (let n = 0; n < 4; n += 1) ids.unshift((await turn(owner)).sessionId);
        const [d, c, b, a] = ids as [string, string, string, string];
        for (const id of [c, d, a]) await pin(owner, id);
        expect(await pinned(owner)).toEqual([d, c, a]);
        await turn(owner, { sessionId: a });
        await turn(owner, { sessionId: b });
        expect(await pinned(owner)).toEqual([a, d, c]);
        expect(await pinned(randomUUID())).toEqual([]);
      });

      test('may be so many, and no more, also where they are pinned at once', async () => {
        const owner = randomUUID();
        const ids: string[] = [];
        for (let n = 0; n < MOST_PINNED + 2; n += 1) ids.push((await turn(owner)).sessionId);
        const outcomes = (await Promise.all(ids.map((id) => pin(owner, id)))).map(({ outcome }) => outcome);
        expect(outcomes.filter((outcome) => outcome === 'edited')).toHaveLength(MOST_PINNED);
        expect(outcomes.filter((outcome) => outcome === 'too-many-pinned')).toHaveLength(2);
        const all = await pinned(owner);
        expect(all).toHaveLength(MOST_PINNED);
        const left = ids.find((id) => !all.includes(id)) as string;
        const refused = await store.edit(owner, left, { title: 'Not taken', pinned: true });
        expect(refused).toEqual({ outcome: 'too-many-pinned' });
        expect(await summary(owner, left)).toMatchObject({ title: 'A title', pinned: false });
        // One that is pinned may be pinned again.
        expect(await pin(owner, all[0] as string)).toMatchObject({ outcome: 'edited' });
        await store.edit(owner, all[0] as string, { pinned: false });
        expect(await pin(owner, left)).toMatchObject({ outcome: 'edited' });
      });

      test('that expired, or were deleted, leave room for others', async () => {
        const owner = randomUUID();
        const { sessionId: gone } = await turn(owner, {}, 'gone', brief);
        const ids: string[] = [];
        for (let n = 1; n < MOST_PINNED; n += 1) ids.unshift((await turn(owner, {}, String(n), brief)).sessionId);
        for (const id of [gone, ...ids]) await pin(owner, id, brief);
        const next = async () => (await turn(owner, {}, 'next', brief)).sessionId;
        expect(await pin(owner, await next(), brief)).toEqual({ outcome: 'too-many-pinned' });
        await pass(brief, 15_000);
        await Promise.all(ids.map((id) => brief.describe(owner, id, {})));
        await pass(brief, 15_000);
        expect(await isGone(owner, gone)).toBe(true);
        const fresh = await next();
        expect(await pin(owner, fresh, brief)).toMatchObject({ outcome: 'edited' });
        await brief.delete(owner, ids.pop() as string);
        expect(await pinned(owner, brief)).toEqual([fresh, ...ids]);
        expect(await pin(owner, await next(), brief)).toMatchObject({ outcome: 'edited' });
      });

      test('are forgotten with all that is the owner’s, also one that is pinned meanwhile', async () => {
        const owner = randomUUID();
        const ids: string[] = [];
        for (let n = 0; n < 3; n += 1) ids.push((await turn(owner)).sessionId);
        await pin(owner, ids[0] as string);
        await Promise.all([store.erase(owner), ...ids.map((id) => pin(owner, id))]);
        expect(await store.pinned(owner)).toEqual([]);
        const { sessionId } = await turn(owner);
        expect(await summary(owner, sessionId)).toMatchObject({ pinned: false });
      });

      test.each<[string, (owner: string, sessionId: string) => Promise<unknown>]>([
        ['turns', (owner, sessionId) => turn(owner, { sessionId }, 'more', brief)],
        [
          'turns that fail',
          async (owner, sessionId) => {
            const [claim] = await begin(owner, { sessionId }, brief);
            await brief.abandon(claim, broken, nothing, 0);
          },
        ],
        ['what is noted of them', (owner, sessionId) => brief.describe(owner, sessionId, { a: 'b' })],
      ])('are kept, and pinned, by %s', async (_, use) => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'one', brief);
        await pin(owner, sessionId, brief);
        const { sessionId: other } = await turn(owner, {}, 'other', brief);
        for (let n = 0; n < 2; n += 1) {
          await pass(brief, 15_000);
          await use(owner, sessionId);
        }
        expect(await isGone(owner, other)).toBe(true);
        expect(await pinned(owner, brief)).toEqual([sessionId]);
      });
    });

    test('a fork has the title of what it is a copy of, and is not pinned', async () => {
      const owner = randomUUID();
      const { sessionId, turnId } = await turn(owner);
      await store.edit(owner, sessionId, { title: 'Renamed', pinned: true });
      const [claim, begun] = await begin(owner, { sessionId, after: turnId, fork: 'yes' });
      await store.commit(claim, commitOf(claim, begun, 'two'));
      expect(await summary(owner, claim.sessionId)).toMatchObject({ title: 'Renamed', pinned: false });
      expect(await pinned(owner)).toEqual([sessionId]);
    });
  });
}
