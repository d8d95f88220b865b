import { useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import {
  deleteConversation,
  forgetKept,
  forgetKeptTurn,
  keptConversations,
  onAttention,
  type ParleyClient,
  type Session,
} from '../../packages/parley-client/src/index.ts';
import { useKeptTurns } from '../../packages/parley-client/src/react/index.ts';
import { begunSession, type Listed, listedOf, stored, unlisted } from './listed.ts';
import { useReloading } from './use-reloading.ts';
import { namedSession } from './use-shown-session.ts';

/** The caller's sessions, newest first, page by page, and before them what has no answer yet. */
export interface Sessions {
  items: readonly Listed[];
  hasMore: boolean;
  /** The last reading failed: what was read before is still there. */
  isUnread: boolean;
  reload: () => void;
  /** A turn of the session that is shown has been stored. */
  noteTurn: () => void;
  loadMore: () => void;
  /** Rejects where the conversation could not be deleted. */
  forget: (conversation: Listed) => Promise<void>;
}

interface Page {
  sessions: readonly Session[];
  hasMore: boolean;
  isUnread: boolean;
}

/** @param current the session that is shown */
export function useSessions(client: ParleyClient, current: string | undefined): Sessions {
  const [{ sessions, hasMore, isUnread }, setPage] = useState<Page>({ sessions: [], hasMore: false, isUnread: false });
  const kept = useKeptTurns(client.baseUrl);
  /** What was asked later is newer. */
  const readings = useRef(0);
  const read = useCallback(
    (before: string | undefined, put: (page: readonly Session[], hasMore: boolean, old: Page) => Partial<Page>) => {
      readings.current += 1;
      const reading = readings.current;
      client.sessions(before === undefined ? {} : { before }).then(
        (page) => {
          if (reading !== readings.current) return;
          setPage((old) => ({ ...old, ...put(page.sessions, page.has_more, old), isUnread: false }));
        },
        () => setPage((old) => ({ ...old, isUnread: true })),
      );
    },
    [client],
  );
  const reload = useCallback(
    () =>
      read(undefined, (page, hasMore, old) => {
        const last = page.at(-1)?.updated ?? '';
        const rest = hasMore ? old.sessions.filter(({ updated }) => updated < last) : [];
        return { sessions: [...page, ...rest], ...(rest.length === 0 && { hasMore }) };
      }),
    [read],
  );
  const noteTurn = useCallback(() => {
    const kept = keptConversations(client.baseUrl).find(({ sessionId }) => sessionId === namedSession());
    // It is listed without a gap: what the tab keeps of it goes before the service's list is here.
    flushSync(() => setPage((old) => ({ ...old, sessions: [...begunSession(old.sessions, kept), ...old.sessions] })));
    reload();
  }, [client, reload]);
  const loadMore = () =>
    read(sessions.at(-1)?.id, (page, hasMore, old) => ({ sessions: [...old.sessions, ...page], hasMore }));
  useEffect(() => {
    const closing = new AbortController();
    reload();
    onAttention(reload, closing.signal);
    return () => closing.abort();
  }, [reload]);

  // One that is shown is looked after by its panel.
  const left = kept.filter(({ sessionId }) => sessionId !== current);
  const settled = stored(sessions, left);
  useEffect(() => {
    for (const each of settled) forgetKeptTurn(each);
  });
  // Nobody tells when the first turn of a conversation that was left is stored.
  useReloading(
    unlisted(sessions, left).some(({ turn }) => turn.opened !== undefined),
    reload,
  );
  const forget = async ({ id, isUnsent }: Listed) => {
    if (isUnsent) {
      forgetKept({ service: client.baseUrl, name: id });
      return;
    }
    await deleteConversation(client, id);
    readings.current += 1;
    setPage((page) => ({ ...page, sessions: page.sessions.filter((session) => session.id !== id) }));
  };
  return { items: listedOf(sessions, kept), hasMore, isUnread, reload, noteTurn, loadMore, forget };
}
