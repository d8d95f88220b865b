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

/** Of each source where the text cites it, in the text's order; then, at its end, those that it does not cite. */
export function citationsOf(text: string, sources: readonly Source[]): Citation[] {
  const at = ({ url, title = url }: Source, start_index: number, end_index = start_index): Citation => {
    return { type: 'url_citation', start_index, end_index, title, url };
  };
  const cited = new Set<Source>();
  const citations = [...(sources.length === 0 ? [] : text.matchAll(MARKS))].flatMap((mark) => {
    const numbers = mark[2] ?? mark[3] ?? '';
    return numbers.split(',').flatMap((number) => {
      const source = sources[Number(number) - 1];
      if (source === undefined) return [];
      cited.add(source);
      return [at(source, mark.index, mark.index + mark[0].length)];
    });
  });
  const others = sources.filter((source) => !cited.has(source));
  return [...citations, ...others.map((source) => at(source, text.length))];
}
