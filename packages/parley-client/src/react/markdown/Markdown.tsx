import { useId, useMemo } from 'react';
import type { Source } from '../../client/source.ts';
import { Blocks } from './Blocks.tsx';
import { Footnotes } from './Footnotes.tsx';
import { IsGrowing } from './is-growing.ts';
import { NoteIds } from './note-ids.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { Sources } from './Sources.tsx';
import { nameOf } from './source-name.ts';
import { SourceNames } from './source-names.ts';

interface MarkdownProps {
  text: string;
  /** That the text came with, and cites by their numbers, counted from 1. */
  sources?: readonly Source[] | undefined;
  /** Whether more text is still to come. */
  isGrowing?: boolean;
}

/**
 * A model's Markdown as elements, never as HTML. The text is parsed as a whole each time it changes, and only the blocks
 * that changed are rendered again.
 */
export function Markdown({ text, sources: given, isGrowing = false }: MarkdownProps) {
  const { blocks, notes, sources } = useMemo(
    () => parseMarkdown(text, { sources: given, isGrowing }),
    [text, given, isGrowing],
  );
  const names = useMemo(
    () => Object.fromEntries(sources.map((source) => [source.number, 'url' in source ? nameOf(source) : ''])),
    [sources],
  );
  return (
    <NoteIds.Provider value={useId()}>
      <SourceNames.Provider value={names}>
        <IsGrowing.Provider value={isGrowing}>
          <Blocks tokens={blocks} />
          {notes.length > 0 && <Footnotes notes={notes} />}
          {sources.length > 0 && <Sources sources={sources} />}
        </IsGrowing.Provider>
      </SourceNames.Provider>
    </NoteIds.Provider>
  );
}
