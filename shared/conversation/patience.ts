import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.ts';

/** Leaves the last part of a lease for the step that succeeds after all, and, of 10 s, enough to tell the caller. */
const PART = 0.75;
const PAUSE_MS = 200;

/** For how long after its lease was renewed a turn bears a store that fails: later a commit may come too late. */
export function patienceMs(leaseMs: number): number {
  return leaseMs * PART;
}

/**
 * Repeats a step for as long as the store may come back while the turn's lease still stands.
 *
 * @param giveUpAt on the clock of `performance.now()`
 * @throws what the step threw last.
 */
export async function patiently<T>(step: () => Promise<T>, giveUpAt: number): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const away = error instanceof Failure && error.code === 'store-unavailable';
      if (!away || performance.now() + PAUSE_MS > giveUpAt) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
