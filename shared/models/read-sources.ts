import { MOST_SOURCES, type Source } from '../conversation/ports/source.ts';

const LONGEST_URL = 2048;
const LONGEST_TITLE = 300;

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

function sourceOf(given: unknown): Source | undefined {
  const { url, title } = (given ?? {}) as { url?: unknown; title?: unknown };
  const address = typeof url === 'string' && url.length <= LONGEST_URL ? addressOf(url) : undefined;
  if (address === undefined) return undefined;
  const named = typeof title === 'string' ? titleOf(title) : '';
  return { url: address, ...(named !== '' && { title: named }) };
}

/** On the web, and written so that it stands in Markdown and HTML as it is. */
function addressOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return /^https?:$/.test(protocol) && href.length <= LONGEST_URL ? href : undefined;
}

function titleOf(title: string): string {
  // Whole characters of what can be long.
  const start = title
    .slice(0, 2 * LONGEST_TITLE)
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .trim();
  return start.length <= LONGEST_TITLE ? start : start.slice(0, LONGEST_TITLE).toWellFormed();
}
