import { useCallback, useEffect, useState } from 'react';
import type { ParleyClient, Session } from '../../packages/parley-client/src/index.ts';

/** The caller's sessions, newest first, page by page. A reading that fails leaves what was read before. */
export interface Sessions {
  items: readonly Session[];
  hasMore: boolean;
  reload: () => void;
  loadMore: () => void;
  /** Rejects where the session could not be deleted. */
  forget: (id: string) => Promise<void>;
}

export function useSessions(client: ParleyClient): Sessions {
  const [{ items, hasMore }, setPage] = useState<{ items: readonly Session[]; hasMore: boolean }>(none);
  const reload = useCallback(() => {
    client
      .sessions()
      .then(({ sessions, has_more }) => setPage({ items: sessions.map(titled), hasMore: has_more }), ignore);
  }, [client]);
  useEffect(reload, [reload]);
  const loadMore = () => {
    const before = items.at(-1)?.id;
    if (before === undefined) return;
    const append = ({ sessions, has_more }: Awaited<ReturnType<ParleyClient['sessions']>>) =>
      setPage({ items: [...items, ...sessions.map(titled)], hasMore: has_more });
    client.sessions({ before }).then(append, ignore);
  };
  const forget = async (id: string) => {
    await client.forget(id);
    setPage({ items: items.filter((session) => session.id !== id), hasMore });
  };
  return { items, hasMore, reload, loadMore, forget };
}

/** A session is titled by its first turn. */
function titled(session: Session): Session {
  return { ...session, title: session.title || 'Untitled' };
}

const none = { items: [], hasMore: false };
const ignore = () => {};
