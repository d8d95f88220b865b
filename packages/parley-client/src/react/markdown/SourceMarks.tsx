import { useContext } from 'react';
import { useStrings } from '../strings.ts';
import { Jump } from './Jump.tsx';
import { SourceIds, sourceId } from './note-ids.ts';
import type { SourceMark } from './source-extensions.ts';
import { SourceNames } from './source-names.ts';

/** Numbers of sources, as links to where these are listed. */
export function SourceMarks({ numbers }: SourceMark) {
  const ids = useContext(SourceIds);
  const names = useContext(SourceNames);
  const say = useStrings();
  return numbers.map((number, place) => {
    const title = names[number] ?? '';
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: nothing in a mark moves
      <sup key={place} className="parley-mark">
        <Jump to={sourceId(ids, number)} label={say('source', { number, title })}>
          {number}
        </Jump>
      </sup>
    );
  });
}
