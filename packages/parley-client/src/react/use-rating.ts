import { useState } from 'react';
import type { Feedback, Rating } from '../client/contract.ts';

/** Why an answer is rated as it is. */
export type Why = Pick<Feedback, 'reason' | 'comment'>;

/**
 * What the user thinks of an answer. It can be changed, and is shown before it is kept.
 *
 * @param given what the user thought of it before
 */
export function useRating(given: Rating | undefined, onRate: (rating: Rating) => Promise<void>) {
  const [rating, setRating] = useState(given);
  const [hasFailed, setFailed] = useState(false);
  const rate = async (next: Rating) => {
    if (next === rating) return;
    setRating(next);
    setFailed(false);
    await onRate(next).catch(() => {
      // What was thought since stays.
      setRating((shown) => (shown === next ? rating : shown));
      setFailed(true);
    });
  };
  return { rating, hasFailed, rate };
}
