import { MOST_SOURCES, type Source } from '../conversation/ports/source.ts';
import { sourceOf } from '../conversation/source-of.ts';

/** What an event says of an answer's sources. */
export interface SaidSources {
  /** All of them, by the numbers by which the text cites them: `[1]` is the first. */
  listed?: Source[] | undefined;
  /** Some more, which the text names by itself. */
  annotated?: Source[] | undefined;
}

/**
 * Perplexity's: `search_results`, or in older versions `citations`, with every event. What comes behind one that cannot be
 * shown would have another number, and is left out.
 */
export function listedSources(searchResults: unknown, citations: unknown): Source[] | undefined {
  const found = [searchResults, citations].find((each) => Array.isArray(each) && each.length > 0) as
    | unknown[]
    | undefined;
  const sources = found
    ?.slice(0, MOST_SOURCES)
    .map((each) => sourceOf(typeof each === 'string' ? { url: each } : each));
  const end = sources?.indexOf(undefined) ?? -1;
  return (end === -1 ? sources : sources?.slice(0, end)) as Source[] | undefined;
}

/** Those of OpenAI and Azure: in chat completions under the type's name, in responses as they are. */
export function annotatedSources(annotations: unknown): Source[] {
  if (!Array.isArray(annotations)) return [];
  return annotations
    .filter((each) => each?.type === 'url_citation')
    .map((each) => sourceOf(each.url_citation ?? each))
    .filter((source) => source !== undefined);
}
