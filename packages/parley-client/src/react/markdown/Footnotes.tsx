import { useContext } from 'react';
import { useStrings } from '../strings.ts';
import { Blocks } from './Blocks.tsx';
import { Jump } from './Jump.tsx';
import { NoteIds, noteId, referenceId } from './note-ids.ts';
import type { Note } from './token-finisher.ts';

/** The notes at the end of a text, each with links back to its references. */
export function Footnotes({ notes }: { notes: Note[] }) {
  const ids = useContext(NoteIds);
  const say = useStrings();
  return (
    <section className="parley-footnotes" aria-label={say('footnotes')}>
      <ol className={`parley-digits-${String(notes.length).length}`}>
        {notes.map(({ number, references, tokens }) => (
          <li key={number} id={noteId(ids, number)} dir="auto" tabIndex={-1}>
            <Blocks tokens={tokens} lead />
            {Array.from({ length: references }, (_, place) => place + 1).map((occurrence) => (
              <Jump
                key={occurrence}
                to={referenceId(ids, number, occurrence)}
                label={say('backToReference', { number, occurrence })}
              >
                ↩
              </Jump>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
