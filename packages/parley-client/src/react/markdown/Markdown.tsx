import { useId, useMemo } from 'react';
import type { Source } from '../../client/source.ts';
import { Blocks } from './Blocks.tsx';
import { Footnotes } from './Footnotes.tsx';
import { IsGrowing } from './is-growing.ts';
import { NoteIds, SourceIds } from './note-ids.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { Sources } from './Sources.tsx';
import { nameOf } from './source-name.ts';
import { SourceNames } from './source-names.ts';

interface MarkdownProps {
  text: string;
  /** That the text came with, and cites by their numbers, counted from 1. */
  sources?: readonly Source[] | undefined;
  /** The prefix of the ids of these: the same for all texts that cite them; by default the text's own. */
  sourceIds?: string | undefined;
  /** Whether these are listed under it; under one of the texts that cite them. */
  listsSources?: boolean;
  /** Whether more text is still to come. */
  isGrowing?: boolean;
}

/**
 * A model's Markdown as elements, never as HTML. The text is parsed as a whole each time it changes, and only the blocks
 * that changed are rendered again.
 */
export function Markdown(props: MarkdownProps) {
  const { text, sources: given, listsSources = true, isGrowing = false } = props;
  const ids = useId();
  const { blocks, notes, sources } = useMemo(
    () => parseMarkdown(text, { sources: given, isGrowing }),
    [text, given, isGrowing],
  );
  const names = useMemo(
    () => Object.fromEntries(sources.map((source) => [source.number, 'url' in source ? nameOf(source) : ''])),
    [sources],
  );
  // What the text defines by itself is its own.
  const hasGiven = given !== undefined && given.length > 0;
  return (
    <NoteIds.Provider value={ids}>
      <SourceIds.Provider value={(hasGiven && props.sourceIds) || ids}>
        <SourceNames.Provider value={names}>
          <IsGrowing.Provider value={isGrowing}>
            <Blocks tokens={blocks} />
            {notes.length > 0 && <Footnotes notes={notes} />}
            {sources.length > 0 && (listsSources || !hasGiven) && <Sources sources={sources} />}
          </IsGrowing.Provider>
        </SourceNames.Provider>
      </SourceIds.Provider>
    </NoteIds.Provider>
  );
}
