import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exportSessions } from '../../shared/conversation/export-sessions.ts';
import { MOST_BROUGHT, withIds } from '../../shared/conversation/ports/between-turns.ts';
import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import type { Item } from '../../shared/conversation/ports/stored.ts';
import type { BeginRequest, BeginResult, TurnClaim } from '../../shared/conversation/ports/turn-steps.ts';
import { eventually } from '../eventually.ts';
import { inOneDay } from '../time-windows.ts';
import type { TimedStores } from './timed-stores.ts';

type Begun = Extract<BeginResult, { outcome: 'begun' }>;

const unlimited = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cached_tokens: 0 };
const context = {
  messages: 1,
  dropped_messages: 0,
  summarized_messages: 0,
  summary_tokens: 0,
  prompt_tokens: 10,
  max_prompt_tokens: 3000,
};
const ended = { finish_reason: 'stop', usage, context } as const;
const PAGE = { limit: 100, before: undefined };

/** What a caller brings at once to a session without a turn. */
function items(...contents: string[]): Item[] {
  return itemsBehind(0, ...contents);
}

/** What a caller brings at once behind so many turns. */
function itemsBehind(turns: number, ...contents: string[]): Item[] {
  const said = contents.map((content) => ({ role: 'user' as const, content, tokens: 2 }));
  return withIds(said, randomUUID(), 2 * turns);
}

function idOf([first]: Item[]): string {
  return first?.id ?? '';
}

/** What every session store holds to between turns. Its owners are random, so that suites may share a server. */
export function betweenTurnsContract(name: string, { open, pass }: TimedStores): void {
  describe(`${name} session store, between turns`, () => {
    let store: SessionStore;
    /** Forgets sessions after 20 s, which the tests let pass. */
    let brief: SessionStore;
    beforeAll(async () => {
      store = await open({ sessionSeconds: 3600, leaseSeconds: 10, limits: unlimited });
      brief = await open({ sessionSeconds: 20, leaseSeconds: 10, limits: unlimited });
    });
    afterAll(async () => {
      await store.close();
      await brief.close();
    });

    beforeEach(inOneDay);

    async function begin(owner: string, more: Partial<BeginRequest> = {}, on = store): Promise<[TurnClaim, Begun]> {
      const turnId = randomUUID();
      const begun = await on.begin({
        owner,
        turnId,
        sessionId: undefined,
        newSessionId: randomUUID(),
        assistant: undefined,
        defaultAssistant: 'default',
        offers: new Map([
          ['default', { room: 1000, fixed_tokens: 100, output_tokens: 500 }],
          ['poet', { room: 1000, fixed_tokens: 100, output_tokens: 500 }],
        ]),
        messageTokens: 5,
        askedAt: Date.now(),
        idempotency: undefined,
        ...more,
      });
      if (begun.outcome !== 'begun') throw new Error(`not begun: ${begun.outcome}`);
      const { sessionId, isFirst, reserved } = begun;
      return [{ owner, sessionId, turnId, isFirst, idempotency: undefined, reserved }, begun];
    }

    function commit(claim: TurnClaim, begun: Begun, content = 'Hello', on = store) {
      const position = begun.windowStart + begun.window.length;
      const common = { turn_id: claim.turnId, timestamp: new Date().toISOString(), tokens: 1 };
      const { brought } = begun;
      return on.commit(claim, {
        position,
        user: {
          id: `${claim.turnId}-${position}`,
          ...common,
          role: 'user',
          content: `ask ${content}`,
          ...(brought.length > 0 && { items: brought }),
        },
        answer: { id: `${claim.turnId}-${position + 1}`, ...common, role: 'assistant', content, ...ended },
        unsent: { position: 0, blocks: [] },
        finished: { type: 'turn-finished', ...ended },
        assistant: begun.assistant,
        title: 'A title',
        windowStart: begun.windowStart,
        windowTokens: 40,
        turnTokens: 10,
        spent: 15,
      });
    }

    async function turn(owner: string, more: Partial<BeginRequest> = {}, content = 'Hello', on = store) {
      const [claim, begun] = await begin(owner, more, on);
      expect(await commit(claim, begun, content, on)).toBe('committed');
      return claim;
    }

    async function create(owner: string, first: Partial<Parameters<SessionStore['create']>[2]> = {}, on = store) {
      const sessionId = randomUUID();
      const created = await on.create(owner, sessionId, { metadata: {}, items: [], ...first });
      if (created.outcome !== 'created') throw new Error(`not created: ${created.outcome}`);
      return { sessionId, ...created };
    }

    const brought = async (owner: string, sessionId: string) =>
      (await store.session(owner, sessionId))?.brought.map(({ content }) => content);

    describe('a session without a turn', () => {
      test('is listed, found by a scan, read, and has no assistant, no title and no messages', async () => {
        const owner = randomUUID();
        await turn(owner);
        const { sessionId, session } = await create(owner, { metadata: { topic: 'cats' } });
        const { summary } = session;
        expect(summary).toEqual({
          id: sessionId,
          title: '',
          assistant: null,
          created: expect.stringMatching(/^\d{4}-.*Z$/),
          updated: summary.created,
          turns: 0,
          pinned: false,
        });
        expect(Math.abs(Date.parse(summary.created) - Date.now())).toBeLessThan(5000);
        expect(session).toMatchObject({ metadata: { topic: 'cats' }, brought: [] });
        expect(await store.session(owner, sessionId)).toMatchObject({ summary, metadata: { topic: 'cats' } });
        expect(await store.sessions(owner, { limit: 1, before: undefined })).toEqual({
          items: [{ ...summary, expires: expect.any(String) }],
          hasMore: true,
        });
        expect((await store.scan(owner)).sessions).toContainEqual(summary);
        expect(await store.history(owner, sessionId, PAGE)).toEqual({
          session: { ...summary, expires: expect.any(String) },
          summaries: [],
          items: [],
          hasMore: false,
        });
        expect(await store.follow(owner, sessionId, undefined, 0)).toBeUndefined();
        expect(await store.readTurn(owner, sessionId, randomUUID())).toBeUndefined();
        expect(await store.rate(owner, sessionId, randomUUID(), { rating: 'up' })).toBeUndefined();
      });

      test('is given its assistant and its title by the turn that begins there', async () => {
        const owner = randomUUID();
        const { sessionId, session } = await create(owner, { metadata: { topic: 'cats' } });
        const [claim, begun] = await begin(owner, { sessionId, mustExist: true, assistant: 'poet' });
        expect(begun).toMatchObject({ sessionId, isFirst: false, title: undefined, assistant: 'poet', window: [] });
        expect(await commit(claim, begun)).toBe('committed');
        const { summary, metadata } = (await store.session(owner, sessionId)) ?? {};
        expect(summary).toMatchObject({ assistant: 'poet', title: 'A title', turns: 1 });
        expect(summary?.created).toBe(session.summary.created);
        expect(metadata).toEqual({ topic: 'cats' });
        await expect(begin(owner, { sessionId, assistant: 'default' })).rejects.toThrow('other-assistant');
      });

      test('stays as it was where its turn fails, and is gone where it is deleted meanwhile', async () => {
        const owner = randomUUID();
        const { sessionId, session } = await create(owner, { items: items('one') });
        const [failed] = await begin(owner, { sessionId });
        const ending = { type: 'turn-failed', code: 'model-failed', detail: 'It broke.' } as const;
        await store.abandon(failed, ending, { position: 0, blocks: [] }, 0);
        expect(await store.session(owner, sessionId)).toMatchObject({
          summary: session.summary,
          brought: session.brought,
        });
        const [claim, begun] = await begin(owner, { sessionId });
        await store.delete(owner, sessionId);
        expect(await commit(claim, begun)).toBe('lost');
        expect(await store.session(owner, sessionId)).toBeUndefined();
        expect(await store.sessions(owner, PAGE)).toEqual({ items: [], hasMore: false });
      });

      test('is erased, and exported, with all that was brought to it', async () => {
        const owner = randomUUID();
        const first = items('one', 'two');
        const { sessionId, session } = await create(owner, { metadata: { topic: 'cats' }, items: first });
        const [line] = await Array.fromAsync(exportSessions(store, owner));
        const about = { ...session.summary, metadata: { topic: 'cats' }, items: first, messages: [] };
        expect(JSON.parse(line ?? '')).toEqual(about);
        await store.erase(owner);
        expect(await store.session(owner, sessionId)).toBeUndefined();
        expect((await store.scan(owner)).sessions).toEqual([]);
      });

      test('is another owner’s, or none, to everybody else', async () => {
        const first = items('one');
        const { sessionId } = await create(randomUUID(), { items: first });
        const other = randomUUID();
        expect(await store.session(other, sessionId)).toBeUndefined();
        expect(await store.describe(other, sessionId, { a: 'b' })).toBeUndefined();
        expect(await store.bring(other, sessionId, items('x'))).toEqual({ outcome: 'unknown-session' });
        expect(await store.takeBack(other, sessionId, idOf(first))).toEqual({ outcome: 'unknown-session' });
        expect(await store.findItem(other, sessionId, idOf(first))).toBeUndefined();
        await expect(begin(other, { sessionId, mustExist: true })).rejects.toThrow('unknown-session');
      });

      test('expires as any, and says when; what is brought to it and noted of it keeps it', async () => {
        const owner = randomUUID();
        const lasting = await create(owner);
        expect(lasting.session.expiresAt / 1000).toBeCloseTo(Date.now() / 1000 + 3600, -1);
        const { sessionId, session } = await create(owner, {}, brief);
        const isLater = (kept: { expiresAt: number } | undefined) => (kept?.expiresAt ?? 0) > session.expiresAt + 500;
        await eventually(async () => isLater(await brief.describe(owner, sessionId, {})));
        const described = await brief.session(owner, sessionId);
        expect(isLater(described)).toBe(true);
        await eventually(async () => {
          await brief.bring(owner, sessionId, items('x'));
          return ((await brief.session(owner, sessionId))?.expiresAt ?? 0) > (described?.expiresAt ?? 0) + 500;
        });
        for (const use of [
          () => brief.describe(owner, sessionId, {}),
          () => brief.bring(owner, sessionId, items('y')),
          async () => {},
        ]) {
          await pass(brief, 15_000);
          expect(await brief.session(owner, sessionId)).toBeDefined();
          await use();
        }
        await pass(brief, 5000);
        expect(await brief.session(owner, sessionId)).toBeUndefined();
        const { items: listed } = (await brief.sessions(owner, PAGE)) as { items: { id: string }[] };
        expect(listed.map(({ id }) => id)).not.toContain(sessionId);
      });
    });

    describe('metadata', () => {
      test('is replaced as a whole, also while a turn runs, and outlives the turn', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner);
        expect((await store.session(owner, sessionId))?.metadata).toEqual({});
        await store.describe(owner, sessionId, { a: '1', b: '2' });
        const [claim, begun] = await begin(owner, { sessionId });
        const described = await store.describe(owner, sessionId, { 'c "\n': '\u0000👩‍👩‍👧' });
        expect(described?.metadata).toEqual({ 'c "\n': '\u0000👩‍👩‍👧' });
        await commit(claim, begun);
        expect((await store.session(owner, sessionId))?.metadata).toEqual({ 'c "\n': '\u0000👩‍👩‍👧' });
        expect(await store.describe(owner, randomUUID(), {})).toBeUndefined();
      });
    });

    describe('what a caller brings', () => {
      test('is given to the next turn in its order, costs as much as its texts, and is stored with that turn', async () => {
        const owner = randomUUID();
        const on = await open({
          sessionSeconds: 3600,
          leaseSeconds: 10,
          limits: { ...unlimited, tokens_per_day: 100_000 },
        });
        const first = items('one', 'two');
        const { sessionId } = await create(owner, { items: first }, on);
        const long: Item = { id: `${randomUUID()}-0`, role: 'assistant', content: 'häuser "\n' };
        expect(await on.bring(owner, sessionId, [long])).toMatchObject({ outcome: 'brought' });
        const [claim, begun] = await begin(owner, { sessionId }, on);
        expect(begun.brought).toEqual([...first, long]);
        // A text whose tokens are not known counts its bytes.
        expect(begun.reserved).toBe(100 + 5 + (2 + 4) * 2 + (10 + 4) + 500);
        await commit(claim, begun, 'Hello', on);
        expect((await on.session(owner, sessionId))?.brought).toEqual([]);
        const [, next] = await begin(owner, { sessionId }, on);
        expect(next.brought).toEqual([]);
        expect(next.reserved).toBe(100 + 5 + 40 + 500);
        const [user] = await on.messages(owner, sessionId, 0, 1);
        expect(user).toMatchObject({ items: [...first, long] });
        await on.close();
      });

      test('stands behind the turns before it', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'first');
        await store.bring(owner, sessionId, itemsBehind(1, 'between'));
        const [claim, begun] = await begin(owner, { sessionId });
        expect(begun.window.map(({ content }) => content)).toEqual(['ask first', 'first']);
        expect(begun.brought.map(({ content }) => content)).toEqual(['between']);
        await commit(claim, begun, 'second');
        const [, , user] = await store.messages(owner, sessionId, 0, 4);
        expect(user).toMatchObject({ content: 'ask second', items: [{ content: 'between' }] });
      });

      test('is refused while a turn is under way, and neither is taken back then', async () => {
        const owner = randomUUID();
        const first = items('one');
        const { sessionId } = await create(owner, { items: first });
        const [claim, begun] = await begin(owner, { sessionId });
        expect(await store.bring(owner, sessionId, items('x'))).toEqual({ outcome: 'busy' });
        expect(await store.takeBack(owner, sessionId, first[0]?.id ?? '')).toEqual({ outcome: 'busy' });
        await commit(claim, begun);
        // Who has not seen that turn brings nothing behind it.
        expect(await store.bring(owner, sessionId, items('x'))).toEqual({ outcome: 'busy' });
        expect(await store.bring(owner, sessionId, itemsBehind(1, 'x'))).toMatchObject({ outcome: 'brought' });
        const [fresh] = await begin(owner);
        expect(await store.bring(owner, fresh.sessionId, items('x'))).toEqual({ outcome: 'busy' });
      });

      test('is taken back item by item, and costs nothing then; not what a turn has taken up', async () => {
        const owner = randomUUID();
        const on = await open({
          sessionSeconds: 3600,
          leaseSeconds: 10,
          limits: { ...unlimited, tokens_per_day: 100_000 },
        });
        const all = items('one', 'two', 'three');
        const [one, two, three] = all as [Item, Item, Item];
        const { sessionId } = await create(owner, { items: all }, on);
        expect(await on.takeBack(owner, sessionId, two.id)).toMatchObject({
          outcome: 'taken-back',
          session: { brought: [one, three] },
        });
        expect(await on.takeBack(owner, sessionId, two.id)).toEqual({ outcome: 'unknown-item' });
        expect(await on.takeBack(owner, sessionId, randomUUID())).toEqual({ outcome: 'unknown-item' });
        await on.takeBack(owner, sessionId, one.id);
        await on.takeBack(owner, sessionId, three.id);
        const [claim, begun] = await begin(owner, { sessionId }, on);
        expect(begun).toMatchObject({ brought: [], reserved: 100 + 5 + 500 });
        await commit(claim, begun, 'Hello', on);
        await on.bring(owner, sessionId, itemsBehind(1, 'four'));
        const taken = await turn(owner, { sessionId }, 'again', on);
        const [, , user] = await on.messages(owner, sessionId, 0, 4);
        const [four] = (user?.role === 'user' && user.items) || [];
        expect(four?.content).toBe('four');
        expect(await on.takeBack(owner, sessionId, four?.id ?? '')).toEqual({ outcome: 'unknown-item' });
        expect(await on.takeBack(owner, sessionId, `${taken.turnId}-0`)).toEqual({ outcome: 'unknown-item' });
        await on.close();
      });

      test('is bounded between two turns, in number and in bytes', async () => {
        const owner = randomUUID();
        const many = (count: number, turns = 0) => itemsBehind(turns, ...Array.from({ length: count }, () => 'x'));
        const { at_once, items: most } = MOST_BROUGHT;
        const { sessionId } = await create(owner, { items: many(at_once) });
        expect(await store.bring(owner, sessionId, many(at_once + 1))).toEqual({ outcome: 'too-many' });
        for (let count = 2 * at_once; count < most; count += at_once) {
          expect(await store.bring(owner, sessionId, many(at_once))).toMatchObject({ outcome: 'brought' });
        }
        expect(await store.bring(owner, sessionId, many(at_once - 1))).toMatchObject({ outcome: 'brought' });
        expect(await store.bring(owner, sessionId, many(2))).toEqual({ outcome: 'too-many' });
        expect(await store.bring(owner, sessionId, many(1))).toMatchObject({ outcome: 'brought' });
        expect(await store.bring(owner, sessionId, many(1))).toEqual({ outcome: 'too-many' });
        expect(await brought(owner, sessionId)).toHaveLength(most);
        await turn(owner, { sessionId });
        expect(await store.bring(owner, sessionId, many(at_once, 1))).toMatchObject({ outcome: 'brought' });
        for (const count of [at_once + 1, 20_000]) {
          const refused = await store.create(owner, randomUUID(), { metadata: {}, items: many(count) });
          expect(refused).toEqual({ outcome: 'too-many' });
        }

        const sized = (bytes: number) => {
          const [item] = items('') as [Item];
          return [{ ...item, content: 'x'.repeat(bytes - JSON.stringify(item).length) }];
        };
        const other = await create(owner, { items: sized(MOST_BROUGHT.bytes - 1000) });
        expect(await store.bring(owner, other.sessionId, sized(1000))).toEqual({ outcome: 'too-many' });
        expect(await store.bring(owner, other.sessionId, sized(999))).toMatchObject({ outcome: 'brought' });
      });

      test('is found by its ids wherever it is now, and so is what a turn has', async () => {
        const owner = randomUUID();
        const first = items('one', 'two');
        const { sessionId } = await create(owner, { items: first });
        expect(await store.findItem(owner, sessionId, idOf(first))).toEqual({ brought: first });
        const taker = await turn(owner, { sessionId }, 'taker');
        const other = await turn(owner, { sessionId }, `not "id":"${idOf(first)}"`);
        const later = itemsBehind(2, 'three');
        await store.bring(owner, sessionId, later);
        const foundIn = (content: string) => ({ turn: { assistant: 'default', answer: { content } } });
        expect(await store.findItem(owner, sessionId, idOf(first))).toMatchObject(foundIn('taker'));
        expect(await store.findItem(owner, sessionId, `${taker.turnId}-0`)).toMatchObject(foundIn('taker'));
        expect(await store.findItem(owner, sessionId, `${other.turnId}-0`)).toMatchObject(
          foundIn(`not "id":"${idOf(first)}"`),
        );
        expect(await store.findItem(owner, sessionId, idOf(later))).toEqual({ brought: later });
        const [forged] = withIds([{ role: 'user', content: '' }], idOf(first).slice(0, 36), 2) as [Item];
        for (const unknown of [`${randomUUID()}-0`, `${randomUUID()}-999999999`, forged.id]) {
          expect(await store.findItem(owner, sessionId, unknown)).toBeUndefined();
        }
        expect(await store.findItem(owner, randomUUID(), idOf(first))).toBeUndefined();
      });

      test('is found in a copy of its session too', async () => {
        const owner = randomUUID();
        const { sessionId } = await turn(owner, {}, 'first');
        const between = itemsBehind(1, 'between');
        await store.bring(owner, sessionId, between);
        const { turnId: after } = await turn(owner, { sessionId }, 'second');
        await turn(owner, { sessionId }, 'third');
        const copy = await turn(owner, { sessionId, after, fork: 'yes' }, 'other');
        const found = await store.findItem(owner, copy.sessionId, idOf(between));
        expect(found).toMatchObject({ turn: { answer: { content: 'second' } } });
      });
    });

    describe('a step that is repeated', () => {
      test('makes one session, and brings its items once, also where a turn has taken them up since', async () => {
        const owner = randomUUID();
        const on = await open({
          sessionSeconds: 3600,
          leaseSeconds: 10,
          limits: { ...unlimited, requests_per_minute: 6 },
        });
        const sessionId = randomUUID();
        const first = { metadata: { a: 'b' }, items: items('one') };
        const more = items('two', 'three');
        for (let n = 0; n < 3; n += 1) {
          expect(await on.create(owner, sessionId, first)).toMatchObject({
            outcome: 'created',
            session: { metadata: { a: 'b' }, brought: first.items },
          });
        }
        for (let n = 0; n < 3; n += 1) {
          expect(await on.bring(owner, sessionId, more)).toMatchObject({ outcome: 'brought' });
        }
        const [claim, begun] = await begin(owner, { sessionId }, on);
        expect(begun.brought).toEqual([...first.items, ...more]);
        expect(await on.bring(owner, sessionId, more)).toMatchObject({ outcome: 'brought' });
        await commit(claim, begun, 'Hello', on);
        expect(await on.bring(owner, sessionId, more)).toMatchObject({ outcome: 'brought' });
        expect((await on.session(owner, sessionId))?.brought).toEqual([]);
        // The session, its items and the turn: three requests.
        expect(await on.bring(owner, sessionId, itemsBehind(1, 'x'))).toMatchObject({ limits: [{ remaining: 2 }] });
        await on.close();
      });
    });

    describe('the limit of requests', () => {
      test('counts a session that is made and items that are brought, as it counts turns, and no refused one', async () => {
        const owner = randomUUID();
        const on = await open({
          sessionSeconds: 3600,
          leaseSeconds: 10,
          limits: { ...unlimited, requests_per_minute: 3 },
        });
        const begunAt = performance.now();
        /** Of the seconds that were left at the beginning, those that still are. */
        const left = (seconds: number) => {
          const passed = (performance.now() - begunAt) / 1000;
          return expect.toSatisfy((told: number) => told <= seconds && told >= seconds - passed);
        };
        const { sessionId, limits } = await create(owner, {}, on);
        expect(limits).toEqual([{ name: 'requests', quota: 3, window: 60, remaining: 2, reset: 20 }]);
        const tooMany = items(...Array.from({ length: 101 }, () => 'x'));
        expect(await on.bring(owner, sessionId, tooMany)).toEqual({ outcome: 'too-many' });
        expect(await on.bring(owner, randomUUID(), items('x'))).toEqual({ outcome: 'unknown-session' });
        expect(await on.bring(owner, sessionId, items('x'))).toMatchObject({
          limits: [{ remaining: 1, reset: left(40) }],
        });
        const [, begun] = await begin(owner, {}, on);
        expect(begun.limits).toMatchObject([{ remaining: 0 }]);
        for (const refused of [
          await on.create(owner, randomUUID(), { metadata: {}, items: [] }),
          await on.bring(owner, sessionId, items('x')),
        ]) {
          if (refused.outcome !== 'limited') throw new Error(refused.outcome);
          expect(refused).toMatchObject({
            ...{ by: 'requests', limits: [{ name: 'requests', remaining: 0, reset: left(60) }] },
            retryAfterSeconds: left(20),
          });
        }
        expect((await on.session(owner, sessionId))?.brought).toHaveLength(1);
        // What is read, noted and taken back is not counted, and works.
        const [{ id } = { id: '' }] = (await on.session(owner, sessionId))?.brought ?? [];
        expect(await on.takeBack(owner, sessionId, id)).toMatchObject({ outcome: 'taken-back' });
        expect(await on.describe(owner, sessionId, { a: 'b' })).toMatchObject({ metadata: { a: 'b' } });
        await expect(begin(owner, {}, on)).rejects.toThrow('limited');
        await on.close();
      });
    });

    test('items, turns and takings at the same time lose and double nothing', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom('bring', 'turn', 'take'), { minLength: 2, maxLength: 12 }),
          fc.scheduler(),
          async (steps, s) => {
            const owner = randomUUID();
            const { sessionId } = await create(owner);
            const kept = new Set<string>();
            const run = async (step: string) => {
              await s.schedule(Promise.resolve());
              if (step === 'bring') {
                const { length = 0 } = (await store.session(owner, sessionId)) ?? {};
                await s.schedule(Promise.resolve());
                const brought = itemsBehind(length / 2, 'x');
                if ((await store.bring(owner, sessionId, brought)).outcome === 'brought') kept.add(idOf(brought));
              } else if (step === 'take') {
                const [last] = (await store.session(owner, sessionId))?.brought ?? [];
                await s.schedule(Promise.resolve());
                const { outcome } = await store.takeBack(owner, sessionId, last?.id ?? '');
                if (outcome === 'taken-back') kept.delete(last?.id ?? '');
              } else {
                const begun = await begin(owner, { sessionId }).catch(() => undefined);
                await s.schedule(Promise.resolve());
                if (begun) expect(await commit(...begun)).toBe('committed');
              }
            };
            await s.waitFor(Promise.all(steps.map(run)));
            const messages = await store.messages(owner, sessionId, 0, 100);
            const stored = messages.flatMap((message) => (message.role === 'user' ? (message.items ?? []) : []));
            const left = (await store.session(owner, sessionId))?.brought ?? [];
            const ids = [...stored, ...left].map(({ id }) => id);
            expect(ids.toSorted()).toEqual([...kept].toSorted());
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}
