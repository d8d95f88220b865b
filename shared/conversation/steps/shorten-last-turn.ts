import type { Count } from '../part-counter.ts';
import type { Fit, Memory, Parts } from '../prompt.ts';
import { sumOf } from '../summaries.ts';
import { TOKENS_PER_MESSAGE } from '../window.ts';
import { cutAnswer } from './cut-answer.ts';

/**
 * What a session remembers, with the results of its last turn cut; nothing where these are not what does not fit.
 *
 * @returns the turn's first text too
 */
export async function shortenLastTurn(
  { memory, texts, fixed, ownBudget }: Parts,
  { dropped }: Fit,
  count: Count,
): Promise<{ shortened: Memory; start: number } | undefined> {
  const { window } = memory;
  const last = window.at(-1);
  const start = texts.findIndex(({ place }) => place >= window.length - 2);
  if (last?.role !== 'assistant' || last.steps === undefined || start < 0 || dropped <= start) return undefined;
  const others = sumOf(texts.slice(start).filter(({ place }) => place !== window.length - 1));
  const cut = await cutAnswer(last, ownBudget - fixed - others - TOKENS_PER_MESSAGE, count);
  return cut && { shortened: { ...memory, window: [...window.slice(0, -1), cut] }, start };
}
