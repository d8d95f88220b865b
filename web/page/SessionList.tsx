import { useState } from 'react';
import { failureText } from '../../packages/parley-client/src/react/index.ts';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { languages } from './languages.ts';
import type { Listed } from './listed.ts';
import { useStrings } from './strings.ts';
import { Unread } from './Unread.tsx';
import { useLanguage } from './use-language.ts';
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
  const say = useStrings();
  const [doomed, setDoomed] = useState<Listed>();
  const [failure, setFailure] = useState<unknown>();
  const { language } = useLanguage();
  const ids = sessions.items.map(({ id }) => id);
  const { rows, tabIndexOf, besides } = useRovingRows(ids, current);
  const answer = async (session: Listed, consents: boolean) => {
    setDoomed(undefined);
    setFailure(undefined);
    if (!consents) return;
    const next = besides(session.id);
    await sessions.forget(session).then(() => {
      if (next === null) onEmptied();
      else next.focus();
      onForgotten(session.id);
    }, setFailure);
  };
  return (
    <>
      {failure !== undefined && (
        <p role="alert">{say('notDeleted', { reason: failureText(failure, languages[language].panel) })}</p>
      )}
      {sessions.isUnread && <Unread onRetry={sessions.reload}>{say('conversationsUnread')}</Unread>}
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
              {session.title || say('untitled')}
            </button>
            <button
              type="button"
              className="parley-icon-button"
              tabIndex={tabIndexOf(session.id)}
              aria-label={say('deleteOne', { title: session.title || say('untitled') })}
              onClick={() => setDoomed(session)}
            >
              ✕
            </button>
            {session.hasFailed && <p className="parley-source">{say('notAnswered')}</p>}
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
      {ids.length > 1 && <p className="parley-hint">{say('arrowKeys')}</p>}
      {sessions.hasMore && (
        <button type="button" className="parley-entry" onClick={sessions.loadMore}>
          {say('showMore')}
        </button>
      )}
      {doomed && (
        <ConfirmDialog
          question={say('deleteQuestion', { title: doomed.title })}
          action={say('delete')}
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
  const say = useStrings();
  if (session === undefined) return <p className="parley-source">{say('forkedFromUnlisted')}</p>;
  return (
    <button type="button" dir="auto" className="parley-source" tabIndex={tabIndex} onClick={() => onSelect(session.id)}>
      {say('forkedFrom', { title: session.title })}
    </button>
  );
}
