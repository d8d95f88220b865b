import { fold, placeBefore } from './fold.ts';
import { snippetOf } from './snippet.ts';

/** The words that somebody searches for, folded; at least one. */
export type Query = readonly [string, ...string[]];

/** @returns nothing where there is no word in it */
export function queryOf(text: string): Query | undefined {
  const [first, ...others] = new Set(
    fold(text)
      .split(/\s+/u)
      .filter((word) => word !== ''),
  );
  return first === undefined ? undefined : [first, ...others];
}

/** Some of a text that has all the words, from a little before the first of them on; nothing of any other. */
export function snippetIn(text: string, query: Query): string | undefined {
  const folded = fold(text);
  const places = query.map((word) => folded.indexOf(word));
  const first = Math.min(...places);
  return first < 0 ? undefined : snippetOf(text, placeBefore(text, first));
}
