import type { Session, SessionPage } from '../../../packages/parley-client/src/index.ts';

/** What was read of the service's list. */
export interface SessionPages {
  /** All that are pinned, newest first. */
  pinned: readonly Session[];
  /** Newest first, pinned or not, without a gap as far as they were read. */
  sessions: readonly Session[];
  hasMore: boolean;
  /** What the service said last of sessions that were changed here, and may be beyond those that were read. */
  changed: readonly Session[];
}

export const noPages: SessionPages = { pinned: [], sessions: [], hasMore: false, changed: [] };

/** With the first page as it is now; those behind it stay where it does not reach the end. */
export function withFirst(
  pages: SessionPages,
  { sessions, pinned = [], has_more: hasMore }: SessionPage,
): SessionPages {
  const last = sessions.at(-1)?.updated ?? '';
  const rest = hasMore ? pages.sessions.filter(({ updated }) => updated < last) : [];
  const all = [...sessions, ...rest];
  return { ...without(pages, [...pinned, ...sessions]), pinned, sessions: all, ...(rest.length === 0 && { hasMore }) };
}

export function withNext(pages: SessionPages, { sessions, has_more: hasMore }: SessionPage): SessionPages {
  return { ...without(pages, sessions), sessions: [...pages.sessions, ...sessions], hasMore };
}

/** With a session as it is from now on, which keeps its place. */
export function withChanged(pages: SessionPages, session: Session): SessionPages {
  const others = pages.pinned.filter(({ id }) => id !== session.id);
  const pinned = [...others, session].sort((one, other) => other.updated.localeCompare(one.updated));
  return {
    ...pages,
    pinned: session.pinned ? pinned : others,
    sessions: pages.sessions.map((each) => (each.id === session.id ? session : each)),
    changed: [...pages.changed.filter(({ id }) => id !== session.id), session],
  };
}

export function withoutSession(pages: SessionPages, gone: string): SessionPages {
  const left = (sessions: readonly Session[]) => sessions.filter(({ id }) => id !== gone);
  return { ...pages, pinned: left(pages.pinned), sessions: left(pages.sessions), changed: left(pages.changed) };
}

/** As it is known last, wherever that was. */
export function sessionIn({ changed, pinned, sessions }: SessionPages, wanted: string): Session | undefined {
  return [...changed, ...pinned, ...sessions].find(({ id }) => id === wanted);
}

/** What the service says anew is no older than what it said when they were changed. */
function without(pages: SessionPages, read: readonly Session[]): SessionPages {
  return { ...pages, changed: pages.changed.filter(({ id }) => !read.some((each) => each.id === id)) };
}
