import type { PageRequest, SessionStore } from '../conversation/ports/session-store.ts';
import type { Query } from '../conversation/query.ts';
import { searchSessions } from '../conversation/search-sessions.ts';
import { unknownPage } from './requests.ts';
import { RunningReads } from './running-reads.ts';

/** Another one as the caller types on. */
const searches = new RunningReads({ what: 'searches', ofOwner: 2, altogether: 8, retryAfterSeconds: 1 });

/**
 * A page of the owner's sessions, with the first one those that are pinned.
 *
 * @throws {Failure} `invalid-request`
 */
export async function listedSessions(store: SessionStore, owner: string, page: PageRequest) {
  const [sessions, pinned] = await Promise.all([
    store.sessions(owner, page),
    page.before === undefined ? store.pinned(owner) : undefined,
  ]);
  if (sessions === 'unknown-page') throw unknownPage();
  return { sessions: sessions.items, has_more: sessions.hasMore, ...(pinned && { pinned }) };
}

/**
 * What is found of the owner's sessions.
 *
 * @throws {Failure} `invalid-request`, `rate-limited`
 */
export async function foundSessions(store: SessionStore, owner: string, query: Query, page: PageRequest) {
  const found = await searches.run(owner, () => searchSessions(store, owner, query, page));
  if (found === 'unknown-page') throw unknownPage();
  const { hits, isComplete, before } = found;
  return { sessions: hits, complete: isComplete, ...(before && { before }) };
}
