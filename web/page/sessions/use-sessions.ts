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
  type SessionEdit,
  type SessionPage,
} from '../../../packages/parley-client/src/index.ts';
import { useKeptTurns } from '../../../packages/parley-client/src/react/index.ts';
import { begunSession, type Listed, listedOf, stored, unlisted } from './listed.ts';
import {
  noPages,
  type SessionPages,
  sessionIn,
  withChanged,
  withFirst,
  withNext,
  withoutSession,
} from './session-pages.ts';
import { useLater } from './use-later.ts';
import { useReloading } from './use-reloading.ts';
import { namedSession } from './use-shown-session.ts';

/** The caller's sessions, newest first, page by page, and before them what has no answer yet. */
export interface Sessions {
  items: readonly Listed[];
  hasMore: boolean;
  /** The last reading failed: what was read before is still there. */
  isUnread: boolean;
  /** There are none. */
  isEmpty: boolean;
  reload: () => void;
  /** A turn of the session that is shown has been stored. */
  noteTurn: () => void;
  loadMore: () => void;
  /** As it is known last, also where it is not among those that were read. */
  find: (id: string | undefined) => Session | undefined;
  /** Rejects where it could not be changed. */
  edit: (id: string, change: SessionEdit) => Promise<void>;
  /** Rejects where the conversation could not be deleted. */
  forget: (conversation: Pick<Listed, 'id' | 'isUnsent'>) => Promise<void>;
}

/** After its first answer; until some 20 s later the model may give a conversation its title. */
const TITLED_MS = [3000, 21_000];

type Reading = 'never' | 'done' | 'failed';

/** @param current the session that is shown */
export function useSessions(client: ParleyClient, current: string | undefined): Sessions {
  const [pages, setPages] = useState<SessionPages>(noPages);
  const [reading, setReading] = useState<Reading>('never');
  // A temporary conversation is on no list.
  const kept = useKeptTurns(client.baseUrl).filter(({ temporary }) => !temporary);
  /** The reading whose outcome is awaited, to be begun anew: what was asked later is newer. */
  const underWay = useRef<() => void>(undefined);
  const read = useCallback(
    (before: string | undefined, put: (old: SessionPages, page: SessionPage) => SessionPages) => {
      const own = () => read(before, put);
      underWay.current = own;
      const end = (reading: Reading, page?: SessionPage) => {
        if (underWay.current !== own) return;
        underWay.current = undefined;
        if (page !== undefined) setPages((old) => put(old, page));
        setReading(reading);
      };
      client.sessions(before === undefined ? {} : { before }).then(
        (page) => end('done', page),
        () => end('failed'),
      );
    },
    [client],
  );
  /** What is being read may be older than what is put here. */
  const change = (put: (old: SessionPages) => SessionPages) => {
    setPages(put);
    underWay.current?.();
  };
  const reload = useCallback(() => read(undefined, withFirst), [read]);
  const reloadLater = useLater(reload, TITLED_MS);
  const noteTurn = useCallback(() => {
    const kept = keptConversations(client.baseUrl).find(({ sessionId }) => sessionId === namedSession());
    // It is listed without a gap: what the tab keeps of it goes before the service's list is here.
    const withBegun = ({ sessions, ...rest }: SessionPages) => ({
      ...rest,
      sessions: [...begunSession(sessions, kept), ...sessions],
    });
    flushSync(() => setPages(withBegun));
    reload();
    if (kept !== undefined && kept.turn?.sessionId !== kept.sessionId) reloadLater();
  }, [client, reload, reloadLater]);
  useEffect(() => {
    const closing = new AbortController();
    reload();
    onAttention(reload, closing.signal);
    return () => closing.abort();
  }, [reload]);

  const known = [...pages.pinned, ...pages.sessions];
  // One that is shown is looked after by its panel.
  const left = kept.filter(({ sessionId }) => sessionId !== current);
  const settled = stored(known, left);
  useEffect(() => {
    for (const each of settled) forgetKeptTurn(each);
  });
  // Nobody tells when the first turn of a conversation that was left is stored.
  useReloading(
    unlisted(known, left).some(({ turn }) => turn.opened !== undefined),
    reload,
  );
  const items = listedOf(pages, kept);
  return {
    ...{ items, hasMore: pages.hasMore, reload, noteTurn },
    isUnread: reading === 'failed',
    isEmpty: reading === 'done' && items.length === 0,
    loadMore: () => read(pages.sessions.at(-1)?.id, withNext),
    find: (id) => (id === undefined ? undefined : sessionIn(pages, id)),
    edit: async (id, edit) => {
      const session = await client.edit(id, edit);
      change((old) => withChanged(old, session));
    },
    forget: async ({ id, isUnsent }) => {
      if (isUnsent) return forgetKept({ service: client.baseUrl, name: id });
      await deleteConversation(client, id);
      change((old) => withoutSession(old, id));
    },
  };
}
