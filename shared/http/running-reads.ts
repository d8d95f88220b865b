import { Failure } from '../conversation/failure.ts';

interface Bounds {
  /** What they are called, in the plural. */
  what: string;
  /** So many of one owner, and so many on this instance. */
  ofOwner: number;
  altogether: number;
  retryAfterSeconds: number;
}

/** The reads of one kind that run on this instance: each holds some MiB, for as long as it takes. */
export class RunningReads {
  readonly #bounds: Bounds;
  /** Of each owner how many. */
  readonly #owners = new Map<string, number>();
  #running = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /**
   * A read, while which it runs.
   *
   * @throws {Failure} `rate-limited`, before it begins
   */
  async run<T>(owner: string, read: () => Promise<T>): Promise<T> {
    this.#enter(owner);
    try {
      return await read();
    } finally {
      this.#leave(owner);
    }
  }

  /** As `run`, of a read that gives line after line; it begins with the first. */
  async *lines(owner: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
    this.#enter(owner);
    try {
      yield* lines;
    } finally {
      this.#leave(owner);
    }
  }

  #enter(owner: string): void {
    const { what, ofOwner, altogether, retryAfterSeconds } = this.#bounds;
    const own = this.#owners.get(owner) ?? 0;
    const refused = (detail: string) => new Failure('rate-limited', detail, { retryAfterSeconds });
    if (own >= ofOwner) throw refused(`No more ${what} of yours can run at once.`);
    if (this.#running >= altogether) throw refused(`No more ${what} can run at once.`);
    this.#owners.set(owner, own + 1);
    this.#running += 1;
  }

  #leave(owner: string): void {
    const own = (this.#owners.get(owner) ?? 0) - 1;
    if (own > 0) this.#owners.set(owner, own);
    else this.#owners.delete(owner);
    this.#running -= 1;
  }
}
