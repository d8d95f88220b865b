import { useState } from 'react';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import type { Listed } from './listed.ts';
import { Unread } from './Unread.tsx';
import { useRovingRows } from './use-roving-rows.ts';
import type { Sessions } from './use-sessions.ts';

interface SessionListProps {
  sessions: Sessions;
  /** Of the conversation that is shown. */
  current: string;
  onSelect: (id: string) => void;
  onForgotten: (id: string) => void;
  /** There is nothing left in the list that could have the keyboard. */
  onEmptied: () => void;
}

/** The user's conversations: to go on with one, or to delete it. */
export function SessionList({ sessions, current, onSelect, onForgotten, onEmptied }: SessionListProps) {
  const [doomed, setDoomed] = useState<Listed>();
  const [failure, setFailure] = useState<string>();
  const ids = sessions.items.map(({ id }) => id);
  const { rows, tabIndexOf, besides } = useRovingRows(ids, current);
  const answer = async (session: Listed, consents: boolean) => {
    setDoomed(undefined);
    setFailure(undefined);
    if (!consents) return;
    const next = besides(session.id);
    await sessions.forget(session).then(
      () => {
        if (next === null) onEmptied();
        else next.focus();
        onForgotten(session.id);
      },
      (error: Error) => setFailure(`The conversation could not be deleted: ${error.message}`),
    );
  };
  return (
    <>
      {failure && <p role="alert">{failure}</p>}
      {sessions.isUnread && <Unread onRetry={sessions.reload}>Your conversations could not be read.</Unread>}
      <ul {...rows}>
        {sessions.items.map((session) => (
          <li key={session.id}>
            <button
              type="button"
              dir="auto"
              className="parley-session"
              tabIndex={tabIndexOf(session.id)}
              aria-current={session.id === current ? 'page' : undefined}
              onClick={() => onSelect(session.id)}
            >
              {session.title}
            </button>
            <button
              type="button"
              className="parley-quiet"
              tabIndex={tabIndexOf(session.id)}
              aria-label={`Delete ${session.title}`}
              onClick={() => setDoomed(session)}
            >
              ✕
            </button>
            {session.hasFailed && <p className="parley-source">not answered</p>}
            {session.forked_from && (
              <Source
                session={sessions.items.find(({ id }) => id === session.forked_from?.session_id)}
                tabIndex={tabIndexOf(session.id)}
                onSelect={onSelect}
              />
            )}
          </li>
        ))}
      </ul>
      {ids.length > 1 && <p className="parley-hint">The arrow keys go through the list.</p>}
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

interface SourceProps {
  session: Listed | undefined;
  tabIndex: number;
  onSelect: (id: string) => void;
}

/** Where a conversation comes from that was forked. */
function Source({ session, tabIndex, onSelect }: SourceProps) {
  if (session === undefined) return <p className="parley-source">from a conversation that is not listed</p>;
  return (
    <button type="button" className="parley-source" tabIndex={tabIndex} onClick={() => onSelect(session.id)}>
      from <bdi>{session.title}</bdi>
    </button>
  );
}
