import { Failure } from '../conversation/failure.ts';

/** Each holds some MiB, for as long as its reader takes. */
const MOST = 4;
const RETRY_AFTER_SECONDS = 10;

/** The exports that run on this instance: one of each owner, and few altogether. */
export class RunningExports {
  readonly #owners = new Set<string>();

  /**
   * The lines, while which the owner's export runs.
   *
   * @throws {Failure} `rate-limited`, before the first line
   */
  async *admit(owner: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
    if (this.#owners.has(owner)) throw refused('Another export of yours is under way.');
    if (this.#owners.size >= MOST) throw refused('Too many exports are under way.');
    this.#owners.add(owner);
    try {
      yield* lines;
    } finally {
      this.#owners.delete(owner);
    }
  }
}

function refused(detail: string): Failure {
  return new Failure('rate-limited', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
