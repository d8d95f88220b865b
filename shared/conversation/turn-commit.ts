import { tokenFactor } from './calibration.ts';
import type { TurnFinished } from './events.ts';
import type { TokenCount } from './ports/token-counter.ts';
import type { Commit } from './ports/turn-steps.ts';
import type { Prompt } from './prompt.ts';
import type { Spoken } from './steps/rounds.ts';
import { openStepOf } from './steps/settled-steps.ts';
import type { Remembered } from './turn-summary.ts';
import { costOf } from './window.ts';

interface Answered extends Pick<Commit, 'position' | 'user' | 'answer' | 'assistant' | 'unsent' | 'spent'> {
  finished: TurnFinished;
  spoken: Spoken;
  /** What the model was asked with at last. */
  prompt: Prompt;
  /** Of the answer and its steps. */
  count: TokenCount;
  remembered: Omit<Remembered, 'spent'> & Pick<Commit, 'title' | 'titled'>;
}

/** What is stored of a turn that was answered, and what it costs the next prompt as the provider counts. */
export function commitOf(answered: Answered): { commit: Commit; tokenFactor: number } {
  const { spoken, prompt, count, remembered, ...rest } = answered;
  const { savedTokens, ...kept } = remembered;
  // What the provider counts more for this prompt it counts for the next, which begins with it.
  const factor = tokenFactor([answered.answer]);
  const more = (factor - 1) * (prompt.promptTokens - prompt.doneTokens + costOf(count) - savedTokens);
  const commit: Commit = {
    ...rest,
    ...kept,
    open: spoken.steps.filter(({ status }) => status === 'open').map(openStepOf),
    windowTokens: Math.round(prompt.windowTokens + costOf(count) - savedTokens + more),
    turnTokens: Math.round(factor * (prompt.turnTokens + costOf(count))),
  };
  return { commit, tokenFactor: factor };
}
