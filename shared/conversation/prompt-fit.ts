import type { Fit, Parts } from './prompt.ts';
import { windowMessage } from './prompt-texts.ts';
import { costOfSummaries, LAST_TURNS, sumOf } from './summaries.ts';
import { costOf, fitWindow, startOfLast } from './window.ts';

/**
 * Fits all that may be sent into the budget. Where it is too much the oldest turns go, down to the last two; then the
 * oldest summaries; then the older of the two turns, and then the other.
 */
export function fitParts({ memory, texts, fixed, ownBudget: budget }: Parts): Fit {
  const { summaries } = memory;
  const messages = texts.map(windowMessage);
  if (summaries.length === 0) return { droppedSummaries: 0, ...fitWindow(messages, fixed, budget) };
  const whole = fitWindow(messages, fixed + costOfSummaries(summaries), budget, LAST_TURNS);
  const start = startOfLast(messages, LAST_TURNS);
  if (whole.dropped <= start) return { droppedSummaries: 0, ...whole };
  const last = messages.slice(start);
  const lastTokens = last.reduce((sum, each) => sum + costOf(each), fixed);
  for (let dropped = 1; dropped <= summaries.length; dropped += 1) {
    const promptTokens = lastTokens + costOfSummaries(summaries.slice(dropped));
    if (promptTokens <= budget) return { droppedSummaries: dropped, dropped: start, promptTokens };
  }
  const few = fitWindow(last, fixed, budget);
  return { droppedSummaries: summaries.length, dropped: start + few.dropped, promptTokens: few.promptTokens };
}

/** Fits what is left of a prompt, of which the part that always stays has grown, into the budget again. */
export function refitParts(parts: Parts, { dropped, droppedSummaries }: Fit): Fit {
  const { memory, texts, ownBudget } = parts;
  const same = recountFit(parts, { dropped, droppedSummaries });
  if (same.promptTokens <= ownBudget) return same;
  const summaries = memory.summaries.slice(droppedSummaries);
  const fit = fitParts({ ...parts, memory: { ...memory, summaries }, texts: texts.slice(dropped) });
  return { ...fit, dropped: dropped + fit.dropped, droppedSummaries: droppedSummaries + fit.droppedSummaries };
}

/** The same part of a prompt, by what it counts now. */
export function recountFit(
  { memory, texts, fixed }: Parts,
  { dropped, droppedSummaries }: Omit<Fit, 'promptTokens'>,
): Fit {
  const summaries = costOfSummaries(memory.summaries.slice(droppedSummaries));
  return { dropped, droppedSummaries, promptTokens: fixed + summaries + sumOf(texts.slice(dropped)) };
}
