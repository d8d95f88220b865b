import { useState } from 'react';
import type { Session } from '../../packages/parley-client/src/index.ts';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import type { Sessions } from './use-sessions.ts';

interface SessionListProps {
  sessions: Sessions;
  /** The session that is shown. */
  current: string | undefined;
  onSelect: (id: string) => void;
  onForgotten: (id: string) => void;
}

/** The user's conversations: to go on with one, or to delete it. */
export function SessionList({ sessions, current, onSelect, onForgotten }: SessionListProps) {
  const [doomed, setDoomed] = useState<Session>();
  const [failure, setFailure] = useState<string>();
  const answer = async (session: Session, consents: boolean) => {
    setDoomed(undefined);
    setFailure(undefined);
    if (!consents) return;
    await sessions.forget(session.id).then(
      () => onForgotten(session.id),
      (error: Error) => setFailure(`The conversation could not be deleted: ${error.message}`),
    );
  };
  return (
    <>
      {failure && <p role="alert">{failure}</p>}
      <ul>
        {sessions.items.map((session) => (
          <li key={session.id}>
            <button
              type="button"
              dir="auto"
              className="parley-session"
              aria-current={session.id === current ? 'page' : undefined}
              onClick={() => onSelect(session.id)}
            >
              {session.title}
            </button>
            <button
              type="button"
              className="parley-quiet"
              aria-label={`Delete ${session.title}`}
              onClick={() => setDoomed(session)}
            >
              ✕
            </button>
            {session.forked_from && (
              <Source
                session={sessions.items.find(({ id }) => id === session.forked_from?.session_id)}
                onSelect={onSelect}
              />
            )}
          </li>
        ))}
      </ul>
      {sessions.hasMore && (
        <button type="button" className="parley-quiet" onClick={sessions.loadMore}>
          Show more
        </button>
      )}
      {doomed && (
        <ConfirmDialog
          question={`Delete “${doomed.title}” and all its messages?`}
          action="Delete"
          onAnswer={(consents) => answer(doomed, consents)}
        />
      )}
    </>
  );
}

/** Where a conversation comes from that was forked. */
function Source({ session, onSelect }: { session: Session | undefined; onSelect: (id: string) => void }) {
  if (session === undefined) return <p className="parley-source">from a conversation that is not listed</p>;
  return (
    <button type="button" className="parley-source" onClick={() => onSelect(session.id)}>
      from <bdi>{session.title}</bdi>
    </button>
  );
}
