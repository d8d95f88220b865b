import type { Source } from '../../conversation/ports/source.ts';

/** Where an answer's text cites a source. */
export interface Citation {
  type: 'url_citation';
  /** In UTF-16 units of the text, as `end_index`, which lies behind the mark. */
  start_index: number;
  end_index: number;
  /** The address, where the source has none. */
  title: string;
  url: string;
}

/** What cites nothing, whatever is in it: code, and what is escaped. Else `[1]`, `[1, 2]` or `【1】`. */
const MARKS = /(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)|\\.|\[(\d{1,3}(?:, ?\d{1,3})*)\]|【(\d{1,3})】/g;

/**
 * Of each source where the text cites it first, in the text's order; then, at its end, of those that it does not cite. No
 * text makes more of them than there are sources.
 */
export function citationsOf(text: string, sources: readonly Source[]): Citation[] {
  if (sources.length === 0) return [];
  const places = new Map<Source, [start: number, end: number]>();
  for (const { 0: mark, 2: listed, 3: single, index } of text.matchAll(MARKS)) {
    for (const number of (listed ?? single ?? '').split(',')) {
      const source = sources[Number(number) - 1];
      if (source !== undefined && !places.has(source)) places.set(source, [index, index + mark.length]);
    }
  }
  for (const source of sources) if (!places.has(source)) places.set(source, [text.length, text.length]);
  return [...places].map(([{ url, title = url }, [start_index, end_index]]) => {
    return { type: 'url_citation', start_index, end_index, title, url };
  });
}
