import { Failure } from './failure.ts';
import { patienceMs } from './patience.ts';
import type { SessionStore } from './ports/session-store.ts';
import type { TokenBlocks, TurnClaim } from './ports/turn-steps.ts';

/** While the model talks, what it said reaches the store this often. */
const TALKING_MS = 250;
/** While it is silent, the lease is renewed, and a wish to stop is seen, this often. */
const SILENT_MS = 500;

/** Why a turn ended before its model did, where it did not fail. */
export type EarlyEnd = 'stopped' | 'deadline';

/**
 * Holds a turn's lease while its model talks: renews it, passes on what was said to those who follow the turn, and
 * aborts `signal` when the turn has to end: with an `EarlyEnd`, or with the `Failure` that ends it.
 */
export class HeldLease {
  readonly signal: AbortSignal;
  readonly #store: SessionStore;
  readonly #claim: TurnClaim;
  readonly #leaseMs: number;
  readonly #ended = new AbortController();
  #isReleased = false;
  readonly #deadline: NodeJS.Timeout;
  readonly #pulse: Promise<void>;
  /** The block under way, sent again as it is until it arrives, then what was said after it. */
  #block: string[] = [];
  #unsent: string[] = [];
  /** Blocks that have arrived. */
  #position = 0;
  /** Ends the pause between two beats. */
  #wake = () => {};
  /** On a clock that nobody sets: the lease surely stands from then on. */
  #renewedAt = performance.now();

  constructor(store: SessionStore, claim: TurnClaim, bounds: { leaseMs: number; deadlineMs: number }) {
    this.#store = store;
    this.#claim = claim;
    this.#leaseMs = bounds.leaseMs;
    this.signal = this.#ended.signal;
    this.#deadline = setTimeout(() => this.end('deadline'), bounds.deadlineMs);
    this.#pulse = this.#keep();
  }

  say(token: string): void {
    this.#unsent.push(token);
  }

  /** When a store that fails has failed for too long, on the clock of `performance.now()`. */
  get patienceEndsAt(): number {
    return this.#renewedAt + patienceMs(this.#leaseMs);
  }

  /** Ends the pulse, after the step under way. Returns what was said and has not surely arrived. */
  async release(): Promise<TokenBlocks> {
    clearTimeout(this.#deadline);
    this.#isReleased = true;
    this.#wake();
    await this.#pulse;
    return { position: this.#position, blocks: [this.#block, this.#unsent].filter((block) => block.length > 0) };
  }

  /** Ends the turn; it is stored with what was said where that is no failure. */
  end(reason: EarlyEnd | Failure): void {
    this.#ended.abort(reason);
  }

  async #keep(): Promise<void> {
    while (!this.#isReleased && !this.signal.aborted) {
      await this.#pause();
      const silent = this.#unsent.length === 0;
      if (this.#isReleased || (silent && performance.now() - this.#renewedAt < SILENT_MS - TALKING_MS / 2)) continue;
      const askedAt = performance.now();
      try {
        await this.#renew();
        this.#renewedAt = askedAt;
      } catch (failure) {
        if (performance.now() + TALKING_MS > this.patienceEndsAt) this.end(failure as Failure);
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, TALKING_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #renew(): Promise<void> {
    if (this.#block.length === 0) [this.#block, this.#unsent] = [this.#unsent, []];
    const { held, stop } = await this.#store.extend(this.#claim, { position: this.#position, blocks: [this.#block] });
    if (this.#block.length > 0) this.#position += 1;
    this.#block = [];
    if (!held) this.end(new Failure('turn-lost', 'The turn lost its session; nothing was stored.'));
    if (stop) this.end('stopped');
  }
}
