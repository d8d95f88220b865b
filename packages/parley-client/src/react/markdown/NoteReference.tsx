import { useContext } from 'react';
import { useStrings } from '../strings.ts';
import type { FootnoteReference } from './footnote-extensions.ts';
import { Jump } from './Jump.tsx';
import { NoteIds, noteId, referenceId } from './note-ids.ts';

/** The number of a note, as a link to it. */
export function NoteReference({ number = 0, occurrence = 0 }: FootnoteReference) {
  const ids = useContext(NoteIds);
  const say = useStrings();
  return (
    <sup>
      <Jump id={referenceId(ids, number, occurrence)} to={noteId(ids, number)} label={say('footnote', { number })}>
        {number}
      </Jump>
    </sup>
  );
}
