import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.ts';

/** Leaves the last part of a lease for the step that succeeds after all. */
const PART = 0.8;
const PAUSE_MS = 200;

/** When a turn that is about to be stored gives up, on the clock of `performance.now()`. */
export function patienceEnds(leaseMs: number): number {
  return performance.now() + leaseMs * PART;
}

/**
 * Repeats a step for as long as the store may come back while the turn's lease still stands.
 *
 * @param giveUpAt from `patienceEnds`
 * @throws what the step threw last.
 */
export async function patiently<T>(step: () => Promise<T>, giveUpAt: number): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const away = error instanceof Failure && error.code === 'store-unavailable';
      if (!away || performance.now() > giveUpAt) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
