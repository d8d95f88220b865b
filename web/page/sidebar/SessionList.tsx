import { type ReactNode, useId } from 'react';
import type { ParleyClient } from '../../../packages/parley-client/src/index.ts';
import { ConfirmDialog } from '../controls/ConfirmDialog.tsx';
import { Unread } from '../controls/Unread.tsx';
import { useStrings } from '../languages/strings.ts';
import { type Listed, listedSession } from '../sessions/listed.ts';
import { useSessionActions } from '../sessions/use-session-actions.ts';
import type { Sessions } from '../sessions/use-sessions.ts';
import { type ListGroup, listGroups } from './list-groups.ts';
import { SearchField } from './SearchField.tsx';
import { SearchResults } from './SearchResults.tsx';
import { SessionRow } from './SessionRow.tsx';
import { useRovingRows } from './use-roving-rows.ts';
import { useSearch } from './use-search.ts';

interface SessionListProps {
  client: ParleyClient;
  sessions: Sessions;
  /** Of the conversation that is shown. */
  current: string;
  onSelect: (id: string) => void;
  onForgotten: (id: string) => void;
  /** There is nothing left in the list that could have the keyboard. */
  onEmptied: () => void;
}

/** The user's conversations: to find one, to go on with it, or to do something with it. */
export function SessionList({ client, sessions, current, onSelect, onForgotten, onEmptied }: SessionListProps) {
  const say = useStrings();
  const search = useSearch(client);
  const isSearching = search.text.trim() !== '';
  const found = search.hits.map(({ snippet, turn_id, ...hit }): Listed => {
    const listed = listedSession(sessions.find(hit.id) ?? hit);
    return turn_id === null ? listed : { ...listed, snippet };
  });
  const shown = isSearching ? found : sessions.items;
  const { rows, tabIndexOf, besides } = useRovingRows(
    shown.map(({ id }) => id),
    current,
  );
  const actions = useSessionActions({
    ...{ client, sessions },
    onForget: (id) => {
      const next = besides(id);
      return () => {
        search.drop(id);
        if (next === null) onEmptied();
        else next.focus();
        onForgotten(id);
      };
    },
  });
  const row = (session: Listed) => (
    <SessionRow
      key={session.id}
      session={session}
      isCurrent={session.id === current}
      tabIndex={tabIndexOf(session.id)}
      actions={actions}
      source={sessions.items.find(({ id }) => id === session.forked_from?.session_id)}
      onSelect={onSelect}
    />
  );
  return (
    <>
      <SearchField search={search} />
      {actions.failure && <p role="alert">{actions.failure}</p>}
      <div className="parley-conversations" {...rows}>
        {sessions.isUnread && <Unread onRetry={sessions.reload}>{say('conversationsUnread')}</Unread>}
        {isSearching ? (
          <SearchResults search={search}>{found.length > 0 && <ul>{found.map(row)}</ul>}</SearchResults>
        ) : (
          listGroups(sessions.items).map((group) => <Group key={String(group.heading)} {...group} row={row} />)
        )}
        {!isSearching && sessions.isEmpty && <p className="parley-told">{say('noConversations')}</p>}
        {!isSearching && sessions.hasMore && (
          <button type="button" className="parley-entry" onClick={sessions.loadMore}>
            {say('showMore')}
          </button>
        )}
        {shown.length > 1 && <p className="parley-hint">{say('arrowKeys')}</p>}
      </div>
      {actions.doomed && (
        <ConfirmDialog
          question={say('deleteQuestion', { title: actions.doomed.title || say('untitled') })}
          action={say('delete')}
          onAnswer={actions.answer}
        />
      )}
    </>
  );
}

/** Conversations of one time. */
function Group({ heading, items, row }: ListGroup & { row: (session: Listed) => ReactNode }) {
  const say = useStrings();
  const id = useId();
  return (
    <>
      {/* No heading: the first one of the page is the conversation's. */}
      <p id={id} className="parley-group">
        {heading instanceof Date ? monthOf(heading, say.locale) : say(heading)}
      </p>
      <ul aria-labelledby={id}>{items.map(row)}</ul>
    </>
  );
}

function monthOf(month: Date, locale: string): string {
  const isThisYear = month.getFullYear() === new Date().getFullYear();
  return month.toLocaleDateString(locale, { month: 'long', ...(!isThisYear && { year: 'numeric' }) });
}
