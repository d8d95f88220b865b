import type { Failure } from '../conversation/failure.ts';
import { Reason } from '../conversation/reason.ts';
import { broken, filtered } from './upstream-failure.ts';

/**
 * How an answer ended: as `other` where the provider gave a reason that we do not know, or none. That ends what was
 * said before it; where nothing was, there is no answer.
 */
export type Ending = 'stop' | 'length' | 'other' | Failure;

// In small letters: some providers write capitals.
const STOP = new Set(['stop', 'end_turn', 'eos', 'eos_token', 'stop_sequence']);
const LENGTH = new Set(['length', 'max_tokens', 'max_output_tokens', 'model_length']);
const FILTERED = /^(content_filter.*|safety|prohibited_content|blocklist|spii|guardrail_intervened)$/;

/** @param filterResult Azure's: what its content filter found */
export function endingOf(reason: unknown, filterResult?: unknown): Ending | undefined {
  if (reason == null || reason === '') return undefined;
  const name = String(reason).toLowerCase();
  if (STOP.has(name)) return 'stop';
  if (LENGTH.has(name)) return 'length';
  if (FILTERED.test(name)) return filtered('answer', filterResult);
  if (name === 'error') return broken({ cause: new Reason('the answer ended as an error') });
  return 'other';
}
