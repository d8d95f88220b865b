import { setTimeout as sleep } from 'node:timers/promises';
import type { HeldLease } from './held-lease.ts';

/** A process that is told to end is given some 5 s by the platform; the rest is for the records of its turns. */
const PATIENCE_MS = 4000;

/** The turns of this process, so that they can end before it does. */
export class RunningTurns {
  readonly #ends = new Map<HeldLease, PromiseWithResolvers<void>>();
  #isEnding = false;

  add(lease: HeldLease): void {
    this.#ends.set(lease, Promise.withResolvers());
    if (this.#isEnding) lease.end('deadline');
  }

  /** The turn is over. */
  delete(lease: HeldLease): void {
    this.#ends.get(lease)?.resolve();
    this.#ends.delete(lease);
  }

  /** Ends every turn, now and from now on, with what was said; resolves once they are over, or after some seconds. */
  async end(): Promise<void> {
    this.#isEnding = true;
    const ends = [...this.#ends].map(([lease, { promise }]) => {
      lease.end('deadline');
      return promise;
    });
    await Promise.race([Promise.all(ends), sleep(PATIENCE_MS, undefined, { ref: false })]);
  }
}
