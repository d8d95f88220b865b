import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TurnFailed } from '../../shared/conversation/events.ts';
import { exportSessions } from '../../shared/conversation/export-sessions.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { TimedStores } from './timed-stores.ts';
import { commitOf, nothing, turnsOn } from './turns-on.ts';

const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
const broken: TurnFailed = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' };
const PAGE = { limit: 100, before: undefined };
const HOUR_MS = 3_600_000;

/** What every session store holds to of sessions that are not to be kept. */
export function temporaryContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store, of temporary sessions`, () => {
    /** Keeps others for a day. */
    let store: SessionStore;
    /** Keeps all for 20 s, which the tests let pass. */
    let brief: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 86_400, leaseSeconds: 10, limits });
      brief = await open({ sessionSeconds: 20, leaseSeconds: 10, limits });
    });
    afterAll(() => Promise.all([store, brief].map((each) => each.close())));

    const { begin, turn, contents, request } = turnsOn(() => store);
    const temporary = (owner: string, on = store) => turn(owner, { isTemporary: true }, 'one', on);
    const leftMs = async (owner: string, sessionId: string) =>
      ((await store.session(owner, sessionId))?.expiresAt ?? 0) - Date.now();
    // The store's clock is not this one: they may differ by a little.
    const anHour = expect.toSatisfy((ms: number) => Math.abs(ms - HOUR_MS) < 10_000);
    /** All that its owner is told of, but by its id. */
    const listed = async (owner: string, on = store) => {
      const { items } = (await on.sessions(owner, PAGE)) as { items: object[] };
      const exported = await Array.fromAsync(exportSessions(on, owner));
      return [...items, ...(await on.pinned(owner)), ...(await on.scan(owner)).sessions, ...exported];
    };

    test('one is read and gone on with by its id, and is on no list and in no export', async () => {
      const owner = randomUUID();
      const { sessionId } = await temporary(owner);
      for (const isTemporary of [undefined, true, false]) {
        const [claim, begun] = await begin(owner, { sessionId, isTemporary });
        expect(begun).toMatchObject({ sessionId, isFirst: false, isTemporary: true });
        expect(await store.extend(claim, nothing)).toEqual({ held: true, stop: false });
        await store.commit(claim, commitOf(claim, begun, 'more'));
        expect(await listed(owner)).toEqual([]);
      }
      const session = { id: sessionId, title: 'A title', turns: 4, temporary: true, pinned: false };
      expect(await store.history(owner, sessionId, PAGE)).toMatchObject({ session, items: { length: 8 } });
      expect(await store.session(owner, sessionId)).toMatchObject({ summary: session });
      expect(await store.follow(owner, sessionId, undefined, 0)).toMatchObject({ state: 'ended' });
    });

    test('one that fails at its first turn leaves nothing', async () => {
      const owner = randomUUID();
      const [claim] = await begin(owner, { isTemporary: true });
      await store.abandon(claim, broken, nothing, 0);
      expect(await contents(owner, claim.sessionId)).toBeUndefined();
      expect(await listed(owner)).toEqual([]);
    });

    test('one is forgotten an hour after its last turn, where others are kept for a day', async () => {
      const owner = randomUUID();
      const { sessionId } = await temporary(owner);
      expect(await leftMs(owner, sessionId)).toEqual(anHour);
      const [claim, begun] = await begin(owner, { sessionId });
      expect(await leftMs(owner, sessionId)).toEqual(anHour);
      await store.extend(claim, nothing);
      await store.commit(claim, commitOf(claim, begun, 'two'));
      expect(await leftMs(owner, sessionId)).toEqual(anHour);
      const [failed] = await begin(owner, { sessionId });
      await store.abandon(failed, broken, nothing, 0);
      expect(await leftMs(owner, sessionId)).toEqual(anHour);
      const { sessionId: kept } = await turn(owner);
      expect(await leftMs(owner, kept)).toBeGreaterThan(23 * HOUR_MS);
      const index = (await store.sessions(owner, PAGE)) as { items: { id: string }[] };
      expect(index.items.map(({ id }) => id)).toEqual([kept]);
    });

    test('one is forgotten when others are, where they are kept for less', async () => {
      const owner = randomUUID();
      const { sessionId } = await temporary(owner, brief);
      expect(await contents(owner, sessionId, brief)).toHaveLength(2);
      await pass(brief, 20_000);
      expect(await contents(owner, sessionId, brief)).toBeUndefined();
    });

    test('one does not expire under a turn that runs', async () => {
      const owner = randomUUID();
      const { sessionId } = await temporary(owner, brief);
      const { sessionId: other } = await temporary(owner, brief);
      const [claim, begun] = await begin(owner, { sessionId }, brief);
      for (let passed = 0; passed < 24_000; passed += 6000) {
        await pass(brief, 6000);
        expect((await brief.extend(claim, nothing)).held).toBe(true);
      }
      expect(await contents(owner, other, brief)).toBeUndefined();
      expect(await brief.commit(claim, commitOf(claim, begun, 'two'))).toBe('committed');
      expect(await contents(owner, sessionId, brief)).toEqual(['ask one', 'one', 'ask two', 'two']);
    });

    test('one is kept no longer by anything but turns', async () => {
      const owner = randomUUID();
      const { sessionId, turnId } = await temporary(owner, brief);
      const end = async () => (await brief.session(owner, sessionId))?.expiresAt ?? 0;
      const before = await end();
      const item = { id: `${randomUUID()}-${2 * 128}`, role: 'user' as const, content: 'Hi' };
      expect(await brief.describe(owner, sessionId, { a: 'b' })).toMatchObject({ metadata: { a: 'b' } });
      expect(await brief.bring(owner, sessionId, [item])).toMatchObject({ outcome: 'brought' });
      expect(await brief.takeBack(owner, sessionId, item.id)).toMatchObject({ outcome: 'taken-back' });
      expect(await brief.rate(owner, sessionId, turnId, { rating: 'up' })).toBeDefined();
      expect(await brief.edit(owner, sessionId, { title: 'Other' })).toMatchObject({
        session: { title: 'Other', temporary: true },
      });
      expect(Math.abs((await end()) - before)).toBeLessThan(50);
      expect(await listed(owner, brief)).toEqual([]);
    });

    test('one is not pinned', async () => {
      const owner = randomUUID();
      const { sessionId } = await temporary(owner);
      const edit = { title: 'Other', pinned: true };
      expect(await store.edit(owner, sessionId, edit)).toEqual({ outcome: 'temporary' });
      expect(await store.edit(owner, sessionId, { pinned: false })).toMatchObject({ session: { title: 'A title' } });
      expect(await store.pinned(owner)).toEqual([]);
    });

    test('a session that is kept does not become one', async () => {
      const owner = randomUUID();
      const { sessionId, turnId } = await turn(owner);
      for (const more of [{}, { after: turnId }, { after: turnId, fork: 'yes' as const }]) {
        const asked = request(owner, { sessionId, isTemporary: true, ...more });
        expect(await store.begin(asked)).toEqual({ outcome: 'not-temporary' });
      }
      const [, begun] = await begin(owner, { sessionId });
      expect(begun.isTemporary).toBe(false);
    });

    test('its forks are temporary too, whether or not it is still there', async () => {
      const owner = randomUUID();
      const { sessionId, turnId } = await temporary(owner);
      const forks: string[] = [];
      for (const after of [turnId, null]) {
        const [claim, begun] = await begin(owner, { sessionId, after, fork: 'yes' });
        expect(begun).toMatchObject({ isFirst: true, isTemporary: true });
        await store.commit(claim, commitOf(claim, begun, 'else'));
        forks.push(claim.sessionId);
      }
      await store.delete(owner, sessionId);
      for (const fork of forks) {
        expect(await leftMs(owner, fork)).toEqual(anHour);
        expect(await store.session(owner, fork)).toMatchObject({ summary: { temporary: true } });
        const [claim, begun] = await begin(owner, { sessionId: fork });
        await store.commit(claim, commitOf(claim, begun, 'more'));
      }
      expect(await listed(owner)).toEqual([]);
    });

    test('one is found by its key, and forgotten at once where it is deleted', async () => {
      const owner = randomUUID();
      const idempotency = { key: randomUUID(), fingerprint: 'f' };
      const { sessionId, turnId } = await turn(owner, { isTemporary: true, idempotency });
      const again = await store.begin(request(owner, { isTemporary: true, idempotency }));
      expect(again).toEqual({ outcome: 'repeated', sessionId, turnId, isStored: true });
      expect(await store.readTurn(owner, sessionId, turnId)).toMatchObject({ answer: { content: 'Hello' } });
      await store.delete(owner, sessionId);
      expect(await contents(owner, sessionId)).toBeUndefined();
      expect(await store.readTurn(owner, sessionId, turnId)).toBeUndefined();
      expect(await store.follow(owner, sessionId, undefined, 0)).toBeUndefined();
    });

    test('all of them are erased with all that is the owner’s, those that run too', async () => {
      const owner = randomUUID();
      const ended = [await temporary(owner), await temporary(owner)];
      const [running, begun] = await begin(owner, { isTemporary: true });
      const { sessionId } = ended[0] as (typeof ended)[0];
      const [more, begunMore] = await begin(owner, { sessionId });
      await store.erase(owner);
      for (const claim of [...ended, running]) expect(await contents(owner, claim.sessionId)).toBeUndefined();
      expect(await store.commit(running, commitOf(running, begun))).toBe('lost');
      expect(await store.commit(more, commitOf(more, begunMore))).toBe('lost');
    });

    test('one is nobody else’s', async () => {
      const { sessionId } = await temporary(randomUUID());
      const other = randomUUID();
      expect(await contents(other, sessionId)).toBeUndefined();
      expect((await begin(other, { sessionId }))[1]).toMatchObject({ isFirst: true, isTemporary: false });
    });
  });
}
