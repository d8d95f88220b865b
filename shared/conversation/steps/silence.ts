import type { FinishReason } from '../events.ts';
import { Failure } from '../failure.ts';

/** An answer without a word is none. */
export function silence(finishReason: FinishReason): Failure {
  if (finishReason === 'deadline') return new Failure('model-timeout', 'The model said nothing within the turn.');
  if (finishReason === 'length') {
    return new Failure('output-limit-reached', 'The model used all tokens of its answer before it said anything.');
  }
  return new Failure('model-failed', 'The model ended its answer before it said anything.');
}
