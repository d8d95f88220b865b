import type { TokenSaid, ToolCalled, ToolReturned } from './events.ts';
import { Failure } from './failure.ts';
import { patienceMs } from './patience.ts';
import type { JournalEntry } from './ports/journal.ts';
import type { ReplayBlock } from './ports/replay.ts';
import type { SessionStore } from './ports/session-store.ts';
import type { TokenBlocks, TurnClaim } from './ports/turn-steps.ts';

/** While the model talks, what it said reaches the store this often. */
const TALKING_MS = 250;
/** While it is silent, the lease is renewed, and a wish to stop is seen, this often. */
const SILENT_MS = 500;

/** Why a turn ended before its model did, where it did not fail. */
export type EarlyEnd = 'stopped' | 'deadline';

/** What is told of a turn while it runs. */
export type Told = TokenSaid | ToolCalled | ToolReturned;

/** Entries on their way to the journal, and who waits for them. */
interface Writing {
  entries: JournalEntry[];
  written: PromiseWithResolvers<void>;
}

/**
 * Holds a turn's lease while it runs: renews it, passes on what was said and done to those who follow the turn, writes
 * its journal, and aborts `signal` when the turn has to end: with an `EarlyEnd`, or with the `Failure` that ends it. It
 * is held until it is released, or lost, also while the turn is ending.
 */
export class HeldLease {
  readonly signal: AbortSignal;
  readonly #store: SessionStore;
  readonly #claim: TurnClaim;
  readonly #leaseMs: number;
  readonly #ended = new AbortController();
  #isReleased = false;
  /** The store has another holder, or has been away for too long. */
  #lost: Failure | undefined;
  readonly #deadline: NodeJS.Timeout;
  readonly #pulse: Promise<void>;
  /** The blocks under way, sent again as they are until they arrive, then what was said after them. */
  #sending: ReplayBlock[] = [];
  #unsent: ReplayBlock[] = [];
  /** Blocks that have arrived. */
  #position = 0;
  /** What is to be written to the journal, and how much of it has arrived. */
  #writing: Writing[] = [];
  #written: number;
  #isUrgent = false;
  /** Ends the pause between two beats. */
  #wake = () => {};
  /** On a clock that nobody sets: the lease surely stands from then on. */
  #renewedAt = performance.now();

  /** @param written entries that are in the turn's journal already */
  constructor(store: SessionStore, claim: TurnClaim, bounds: { leaseMs: number; deadlineMs: number }, written = 0) {
    this.#store = store;
    this.#written = written;
    this.#claim = claim;
    this.#leaseMs = bounds.leaseMs;
    this.signal = this.#ended.signal;
    this.#deadline = setTimeout(() => this.end('deadline'), bounds.deadlineMs);
    this.#pulse = this.#keep();
  }

  tell(event: Told): void {
    const last = this.#unsent.at(-1);
    if (event.type !== 'token-said') this.#unsent.push(event);
    else if (Array.isArray(last)) last.push(event.token);
    else this.#unsent.push([event.token]);
  }

  /**
   * Writes to the turn's journal, at once. Resolves when that is there, and the lease was held then.
   *
   * @throws {Failure} the lease is lost, or the store was away for too long: nobody knows whether it is there
   */
  write(...entries: JournalEntry[]): Promise<void> {
    if (this.#lost) return Promise.reject(this.#lost);
    this.#claim.journalName ??= this.#claim.turnId;
    const written = Promise.withResolvers<void>();
    this.#writing.push({ entries, written });
    this.#isUrgent = true;
    this.#wake();
    return written.promise;
  }

  /**
   * Resolves while the lease stands; the store is asked only where this process stood still for so long that it may not.
   *
   * @throws {Failure} it is lost
   */
  async confirm(): Promise<void> {
    if (performance.now() - this.#renewedAt >= this.#leaseMs) await this.write();
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
    return { position: this.#position, blocks: [...this.#sending, ...this.#unsent] };
  }

  /** Ends the turn; it is stored with what was said where that is no failure. */
  end(reason: EarlyEnd | Failure): void {
    this.#ended.abort(reason);
  }

  async #keep(): Promise<void> {
    while (!this.#isReleased && !this.#lost) {
      await this.#pause();
      const silent = this.#unsent.length + this.#writing.length === 0;
      if (this.#isReleased || (silent && performance.now() - this.#renewedAt < SILENT_MS - TALKING_MS / 2)) continue;
      try {
        await this.#renew();
      } catch (failure) {
        if (performance.now() + TALKING_MS > this.patienceEndsAt) this.#lose(failure as Failure);
      }
    }
  }

  #pause(): Promise<void> {
    if (this.#isUrgent) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, TALKING_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #renew(): Promise<void> {
    if (this.#sending.length === 0) [this.#sending, this.#unsent] = [this.#unsent, []];
    const writing = [...this.#writing];
    // What failed is not repeated at once.
    this.#isUrgent = false;
    const entries = writing.flatMap((each) => each.entries);
    const done = entries.length > 0 ? [{ position: this.#written, entries }] : [];
    const said = { position: this.#position, blocks: this.#sending };
    const askedAt = performance.now();
    const { held, stop } = await this.#store.extend(this.#claim, said, ...done);
    if (!held) return this.#lose(new Failure('turn-lost', 'The turn lost its session; nothing was stored.'));
    this.#renewedAt = askedAt;
    this.#position += this.#sending.length;
    this.#sending = [];
    this.#written += entries.length;
    this.#writing = this.#writing.slice(writing.length);
    if (stop) this.end('stopped');
    for (const { written } of writing) written.resolve();
  }

  #lose(failure: Failure): void {
    this.#lost = failure;
    this.end(failure);
    for (const { written } of this.#writing.splice(0)) written.reject(failure);
  }
}
