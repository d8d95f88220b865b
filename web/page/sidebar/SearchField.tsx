import { useRef } from 'react';
import { IconButton } from '../controls/IconButton.tsx';
import { CloseIcon, SearchIcon } from '../controls/icons.tsx';
import { useStrings } from '../languages/strings.ts';
import type { Search } from './use-search.ts';

/** In characters, of what is searched. */
const LONGEST = 200;

/** Where the words are written that are searched in the user's conversations. */
export function SearchField({ search }: { search: Search }) {
  const say = useStrings();
  const field = useRef<HTMLInputElement>(null);
  const { text, write } = search;
  const clear = () => {
    write('');
    field.current?.focus();
  };
  return (
    <search className="parley-search">
      <SearchIcon />
      <input
        ref={field}
        type="search"
        dir={text === '' ? undefined : 'auto'}
        aria-label={say('search')}
        placeholder={say('search')}
        value={text}
        maxLength={LONGEST}
        autoComplete="off"
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || text === '') return;
          // It stops no answer, and closes nothing.
          event.preventDefault();
          clear();
        }}
      />
      {text !== '' && (
        <IconButton name={say('clearSearch')} onClick={clear}>
          <CloseIcon />
        </IconButton>
      )}
    </search>
  );
}
