import { MOST_SOURCES, type Source } from '../ports/source.ts';
import type { StoredStep } from '../ports/stored.ts';

/**
 * The sources of an answer: those that its model cites, which keep the numbers that its text has for them, and behind them
 * where its tools have found something.
 */
export function answerSources(cited: readonly Source[] = [], steps: readonly StoredStep[]): Source[] | undefined {
  const found = new Map(steps.flatMap((step) => step.sources ?? []).map((source) => [source.url, source]));
  for (const { url } of cited) found.delete(url);
  const sources = [...cited, ...found.values()].slice(0, MOST_SOURCES);
  return sources.length > 0 ? sources : undefined;
}
