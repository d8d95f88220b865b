import type { ReactNode } from 'react';
import { Unread } from '../controls/Unread.tsx';
import { useStrings } from '../languages/strings.ts';
import type { Search } from './use-search.ts';

interface SearchResultsProps {
  search: Search;
  /** The conversations that were found. */
  children: ReactNode;
}

/** What was found, and what is to be said of the search. */
export function SearchResults({ search: { hits, phase, isPartial, goOn }, children }: SearchResultsProps) {
  const say = useStrings();
  return (
    <>
      <p role="status" className={hits.length > 0 && phase === 'done' ? 'parley-unseen' : 'parley-told'}>
        {phase === 'searching' && say('searching')}
        {phase === 'done' && (hits.length > 0 ? say('found', { count: hits.length }) : say('foundNothing'))}
      </p>
      {children}
      {phase === 'failed' && <Unread onRetry={goOn}>{say('searchFailed')}</Unread>}
      {phase === 'done' && isPartial && (
        <button type="button" className="parley-entry" onClick={goOn}>
          {say('searchOlder')}
        </button>
      )}
    </>
  );
}
