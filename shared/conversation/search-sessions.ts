import { setImmediate as breathe } from 'node:timers/promises';
import type { PageRequest, SessionStore } from './ports/session-store.ts';
import type { ShownSession, StoredMessage } from './ports/stored.ts';
import { type Query, snippetIn } from './query.ts';

/** What one search may read. */
export const SEARCH_BOUNDS = { sessions: 200, messages: 10_000, characters: 8_388_608, ms: 2000 };

const SESSIONS_A_PAGE = 50;
const MESSAGES_AT_ONCE = 20;

/** Sessions are read side by side, as many as hold about so many characters: a few before that is known. */
const CHARACTERS_AT_ONCE = 262_144;
const MOST_AT_ONCE = 25;
const FIRST_AT_ONCE = 2;

/** A session that has all words of a search, in its title or in one message of its owner's. */
export interface Hit extends ShownSession {
  /** The latest turn whose message has them; null where it is the title. */
  turn_id: string | null;
  /** Some of it, from a little before the first of the words on. */
  snippet: string;
}

export interface Found {
  /** Newest first. */
  hits: Hit[];
  /** False where the search ended before it had seen all. */
  isComplete: boolean;
  /** The last session that was searched, where it can go on behind that. */
  before: string | undefined;
}

/** What came of one session. */
interface Searched {
  session: ShownSession;
  hit: Hit | undefined;
  /** False where a bound ended it. */
  isWhole: boolean;
  characters: number;
}

/** Searches an owner's sessions, newest first, until there are so many hits, or a bound is reached. */
export async function searchSessions(
  store: SessionStore,
  owner: string,
  query: Query,
  { limit, before: start }: PageRequest,
  bounds = SEARCH_BOUNDS,
): Promise<Found | 'unknown-page'> {
  const search = new Search(store, owner, query, bounds);
  const hits: Hit[] = [];
  let before: string | undefined;
  for await (const found of search.sessions(start)) {
    if (found === 'unknown-page') {
      // Else the session that was searched last is gone meanwhile, and with it the place where to go on.
      return before === undefined ? found : { hits, isComplete: false, before: undefined };
    }
    // A session that is too much by itself counts, or no search would ever come behind it.
    if (!found.isWhole && before !== undefined) return { hits, isComplete: false, before };
    before = found.session.id;
    if (found.hit !== undefined) hits.push(found.hit);
    if (found.isLast && found.isWhole) return { hits, isComplete: true, before: undefined };
    if (!found.isWhole || hits.length === limit || search.isOver) return { hits, isComplete: false, before };
  }
  return { hits, isComplete: true, before: undefined };
}

/** One search, and what it may still read. */
class Search {
  readonly #store: SessionStore;
  readonly #owner: string;
  readonly #query: Query;
  readonly #left: { sessions: number; messages: number; characters: number };
  readonly #endsAt: number;

  constructor(store: SessionStore, owner: string, query: Query, { ms, ...left }: typeof SEARCH_BOUNDS) {
    this.#store = store;
    this.#owner = owner;
    this.#query = query;
    this.#left = { ...left };
    this.#endsAt = performance.now() + ms;
  }

  get isOver(): boolean {
    return this.#left.sessions <= 0 || this.#isSpent;
  }

  /** What came of each session, newest first. */
  async *sessions(start: string | undefined): AsyncGenerator<(Searched & { isLast: boolean }) | 'unknown-page'> {
    let atOnce = FIRST_AT_ONCE;
    for (let before = start; ; ) {
      const page = await this.#store.sessions(this.#owner, { limit: SESSIONS_A_PAGE, before });
      if (page === 'unknown-page') return yield page;
      for (let place = 0; place < page.items.length; ) {
        const batch = page.items.slice(place, place + atOnce);
        const searched = await Promise.all(batch.map((session) => this.#search(session)));
        place += batch.length;
        for (const each of searched) {
          this.#left.sessions -= 1;
          before = each.session.id;
          yield { ...each, isLast: !page.hasMore && before === page.items.at(-1)?.id };
        }
        const mean = searched.reduce((sum, { characters }) => sum + characters, 1) / searched.length;
        atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(CHARACTERS_AT_ONCE / mean)));
        // A store that answers at once would hold up all else.
        await breathe();
      }
      if (!page.hasMore) return;
    }
  }

  /** Of a session its title, then its messages, newest first. */
  async #search(session: ShownSession): Promise<Searched> {
    const inTitle = snippetIn(session.title, this.#query);
    if (inTitle !== undefined) return foundIn(session, { turn_id: null, snippet: inTitle }, 0);
    let characters = 0;
    // A turn has two messages.
    for (let end = 2 * session.turns; end > 0; end -= MESSAGES_AT_ONCE) {
      if (this.#isSpent) return { session, hit: undefined, isWhole: false, characters };
      const from = Math.max(0, end - MESSAGES_AT_ONCE);
      const messages = await this.#store.messages(this.#owner, session.id, from, end - from);
      const read = messages.reduce((sum, message) => sum + charactersOf(message), 0);
      characters += read;
      this.#left.characters -= read;
      this.#left.messages -= messages.length;
      for (const { role, content, turn_id } of messages.toReversed()) {
        const snippet = role === 'user' ? snippetIn(content, this.#query) : undefined;
        if (snippet !== undefined) return foundIn(session, { turn_id, snippet }, characters);
      }
    }
    return { session, hit: undefined, isWhole: true, characters };
  }

  get #isSpent(): boolean {
    return this.#left.messages <= 0 || this.#left.characters <= 0 || performance.now() > this.#endsAt;
  }
}

function foundIn(session: ShownSession, found: Pick<Hit, 'turn_id' | 'snippet'>, characters: number): Searched {
  return { session, hit: { ...session, ...found }, isWhole: true, characters };
}

/** Of all that was read with it: what was brought may be far longer than what was said. */
function charactersOf(message: StoredMessage): number {
  const items = message.role === 'user' ? (message.items ?? []) : [];
  return items.reduce((sum, { content }) => sum + content.length, message.content.length);
}
