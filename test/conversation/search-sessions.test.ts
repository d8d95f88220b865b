import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { PageRequest, SessionStore } from '../../shared/conversation/ports/session-store.ts';
import { queryOf } from '../../shared/conversation/query.ts';
import { type Found, SEARCH_BOUNDS, searchSessions } from '../../shared/conversation/search-sessions.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { describeEachStore } from '../sessions/each-store.ts';
import { commitOf, turnsOn } from '../sessions/turns-on.ts';
import { rules } from './conversation.ts';

const PAGE: PageRequest = { limit: 50, before: undefined };
/** Of a search that is as slow as it likes. */
const NO_HASTE = { ...SEARCH_BOUNDS, ms: Number.POSITIVE_INFINITY };
const nothing = { hits: [], isComplete: true, before: undefined };

/** Searches, where the page is there. */
async function find(
  store: SessionStore,
  owner: string,
  words: string,
  { bounds = {}, ...page }: Partial<PageRequest> & { bounds?: Partial<typeof SEARCH_BOUNDS> } = {},
): Promise<Found> {
  const query = queryOf(words) ?? expect.unreachable();
  const found = await searchSessions(store, owner, query, { ...PAGE, ...page }, { ...NO_HASTE, ...bounds });
  return found === 'unknown-page' ? expect.unreachable() : found;
}

function talkingOn(store: SessionStore) {
  const { begin } = turnsOn(() => store);
  return {
    /** A session of these messages, each answered with its reverse. */
    async talk(owner: string, messages: string[], title = 'Untitled', more = {}, said = {}): Promise<string> {
      let sessionId: string | undefined;
      for (const content of messages) {
        const [claim, begun] = await begin(owner, { sessionId, ...more });
        const commit = commitOf(claim, begun, `answer ${content.split('').reverse().join('')}`, { title });
        await store.commit(claim, { ...commit, user: { ...commit.user, content, ...said } });
        sessionId = claim.sessionId;
      }
      return sessionId ?? expect.unreachable();
    },
    turnIds: async (owner: string, sessionId: string) =>
      (await store.messages(owner, sessionId, 0, 1000))
        .filter(({ role }) => role === 'user')
        .map((each) => each.turn_id),
  };
}

describeEachStore('a search', (open) => {
  const start = () => {
    const store = open({ ...rules, sessionSeconds: 3600 });
    return { store, owner: randomUUID(), ...talkingOn(store) };
  };
  const ids = ({ hits }: Found) => hits.map(({ id }) => id);

  test('finds sessions by their titles and by what their owner said, newest first', async () => {
    const { store, owner, talk, turnIds } = start();
    const one = await talk(owner, ['Where is the Café?', 'And the tea?'], 'Coffee');
    const two = await talk(owner, ['Something else'], 'A café in Rome');
    await talk(owner, ['Neither'], 'Nothing');
    const three = await talk(owner, ['cafe one', 'no', 'cafe two', 'no']);
    const found = await find(store, owner, 'CAFE');
    expect(found).toMatchObject({ isComplete: true, before: undefined });
    const [latest] = (await turnIds(owner, three)).slice(2);
    const [first] = await turnIds(owner, one);
    expect(found.hits.map(({ id, turn_id, snippet }) => [id, turn_id, snippet])).toEqual([
      [three, latest, 'cafe two'],
      [two, null, 'A café in Rome'],
      [one, first, 'Where is the Café?'],
    ]);
    expect(found.hits[1]).toMatchObject({ title: 'A café in Rome', turns: 1, pinned: false });
  });

  test('wants all words in the title, or in one message, and of no answer', async () => {
    const { store, owner, talk } = start();
    const both = await talk(owner, ['bread and butter']);
    const title = await talk(owner, ['x'], 'Butter or bread');
    await talk(owner, ['bread', 'butter'], 'milk');
    await talk(owner, ['bread'], 'butter');
    expect(ids(await find(store, owner, 'butter bread'))).toEqual([title, both]);
    expect(await find(store, owner, 'answer')).toEqual(nothing);
    expect(await find(store, owner, 'rettub')).toEqual(nothing);
  });

  test('finds nothing of another owner’s, and nothing temporary', async () => {
    const { store, owner, talk } = start();
    await talk(owner, ['a secret word']);
    await talk(randomUUID(), ['a secret word']);
    const other = randomUUID();
    expect(await find(store, other, 'secret')).toEqual(nothing);
    await talk(other, ['a secret word'], 'secret', { isTemporary: true });
    expect(await find(store, other, 'secret')).toEqual(nothing);
    expect((await find(store, owner, 'secret')).hits).toHaveLength(1);
  });

  test('finds what was said long ago in a session of many turns, and one that is renamed by its new name', async () => {
    const { store, owner, talk, turnIds } = start();
    const id = await talk(owner, ['the needle', ...Array.from({ length: 64 }, (_, n) => `hay ${n}`)]);
    const [first] = await turnIds(owner, id);
    expect((await find(store, owner, 'needle')).hits).toMatchObject([{ id, turn_id: first, snippet: 'the needle' }]);
    await store.edit(owner, id, { title: 'My haystack' });
    expect((await find(store, owner, 'haystack')).hits).toMatchObject([{ turn_id: null }]);
    expect(await find(store, owner, 'Untitled')).toEqual(nothing);
    const fresh = randomUUID();
    await store.create(owner, fresh, { metadata: {}, items: [] });
    expect(ids(await find(store, owner, 'needle'))).toEqual([id]);
  });

  test('ends after so many hits, and goes on behind the last', async () => {
    const { store, owner, talk } = start();
    const all: string[] = [];
    for (let n = 0; n < 7; n += 1) all.unshift(await talk(owner, [n % 2 === 0 ? `needle ${n}` : 'hay']));
    const even = all.filter((_, place) => place % 2 === 0);
    const first = await find(store, owner, 'needle', { limit: 3 });
    expect([ids(first), first.isComplete, first.before]).toEqual([even.slice(0, 3), false, even[2]]);
    const second = await find(store, owner, 'needle', { limit: 3, before: first.before });
    expect([ids(second), second.isComplete, second.before]).toEqual([even.slice(3), true, undefined]);
    // The last hit is the oldest session: there is nothing behind it.
    expect(await find(store, owner, 'needle', { limit: 4 })).toMatchObject({ isComplete: true, before: undefined });
    const [query] = [queryOf('needle') ?? expect.unreachable()];
    expect(await searchSessions(store, owner, query, { limit: 3, before: randomUUID() })).toBe('unknown-page');
  });

  test.each<[string, Partial<typeof SEARCH_BOUNDS>]>([
    ['sessions', { sessions: 3 }],
    ['messages', { messages: 13 }],
    ['characters', { characters: 300 }],
    ['time', { ms: -1 }],
  ])('ends where it has had its %s, says so, and comes to its end by going on', async (_, bounds) => {
    const { store, owner, talk } = start();
    const all: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      all.unshift(await talk(owner, [`needle ${n}`, ...Array.from({ length: 4 }, () => 'some of the hay')]));
    }
    const found: string[] = [];
    let searches = 0;
    for (let before: string | undefined; ; searches += 1) {
      const { hits, isComplete, before: next } = await find(store, owner, 'needle', { before, bounds });
      found.push(...hits.map(({ id }) => id));
      if (isComplete) break;
      expect(next).toBeDefined();
      before = next;
      expect(searches).toBeLessThan(20);
    }
    // Of a session that is too much by itself some is not searched.
    expect(found).toEqual('ms' in bounds ? [] : all);
    expect(searches).toBeGreaterThan(1);
  });

  test('ends with what it has where the session that it searched last is deleted meanwhile', async () => {
    const { store, owner, talk } = start();
    for (let n = 0; n < 51; n += 1) await talk(owner, ['hay']);
    const id = await talk(owner, ['needle']);
    const { items } = (await store.sessions(owner, { limit: 50, before: undefined })) as { items: { id: string }[] };
    const messages = store.messages.bind(store);
    store.messages = async (...asked) => {
      const last = items.at(-1)?.id ?? '';
      if (asked[1] === last) await store.delete(owner, last);
      return messages(...asked);
    };
    const found = await find(store, owner, 'needle');
    expect([ids(found), found.isComplete, found.before]).toEqual([[id], false, undefined]);
  });
});

test('of long sessions a few are read side by side, of short ones many', async () => {
  const reads: number[] = [];
  class WatchedStore extends MemorySessionStore {
    running = 0;

    override async messages(...asked: Parameters<MemorySessionStore['messages']>) {
      this.running += 1;
      reads.push(this.running);
      await new Promise((resolve) => setImmediate(resolve));
      this.running -= 1;
      return super.messages(...asked);
    }
  }
  const most = async (message: string, said = {}) => {
    const store = new WatchedStore({ ...rules, sessionSeconds: 3600 });
    for (let n = 0; n < 40; n += 1) await talkingOn(store).talk('owner', [message], 'Untitled', {}, said);
    reads.length = 0;
    expect(await find(store, 'owner', 'needle')).toEqual(nothing);
    return Math.max(...reads);
  };
  expect(await most('hay')).toBe(25);
  expect(await most('hay '.repeat(10_000))).toBeLessThanOrEqual(4);
  // What was brought is read as well, though it is not searched.
  const items = [{ id: 'x', role: 'user' as const, content: 'needle '.repeat(10_000) }];
  expect(await most('hay', { items })).toBeLessThanOrEqual(4);
});
