import { useId, useMemo } from 'react';
import { Blocks } from './Blocks.tsx';
import { Footnotes } from './Footnotes.tsx';
import { IsGrowing } from './is-growing.ts';
import { NoteIds } from './note-ids.ts';
import { parseMarkdown } from './parse-markdown.ts';

/** A last line of `-` or `=`: it would turn the line above into a heading, though mostly it becomes a list or a rule. */
const undecided = /\n[ \t]*[-=]+[ \t]*$/;

/**
 * A model's Markdown as elements, never as HTML. The text is parsed as a whole each time it changes, and only the blocks
 * that changed are rendered again.
 *
 * @param isGrowing whether more text is still to come
 */
export function Markdown({ text, isGrowing = false }: { text: string; isGrowing?: boolean }) {
  const shown = isGrowing ? text.replace(undecided, '') : text;
  const { blocks, notes } = useMemo(() => parseMarkdown(shown), [shown]);
  return (
    <NoteIds.Provider value={useId()}>
      <IsGrowing.Provider value={isGrowing}>
        <Blocks tokens={blocks} />
        {notes.length > 0 && <Footnotes notes={notes} />}
      </IsGrowing.Provider>
    </NoteIds.Provider>
  );
}
