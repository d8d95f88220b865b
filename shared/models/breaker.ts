/** After this many failures in a row a deployment is passed over, */
const FAILURES = 3;
/** for this long, or as long as it said itself; then one call tries it again. */
const OPEN_MS = 30_000;

/** Remembers that a deployment is dead or busy, so that it is not asked every time while another can answer. */
export class Breaker {
  readonly #now: () => number;
  #failures = 0;
  #closedAgainAt = 0;
  /** Whether it is open for all but one call. */
  #isTried = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  get isOpen(): boolean {
    return this.#now() < this.#closedAgainAt;
  }

  /** Whether a call may be made. Once the time is over, that is one call: the others wait for how it ends. */
  admits(): boolean {
    if (this.isOpen) return false;
    this.#isTried = this.#closedAgainAt > 0;
    if (this.#isTried) this.#closedAgainAt = this.#now() + OPEN_MS;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#closedAgainAt = 0;
    this.#isTried = false;
  }

  /** The call ended before it showed whether the deployment lives: the next one is made in its place. */
  undecided(): void {
    if (this.#isTried) this.#closedAgainAt = this.#now();
  }

  /** @param retryAfterSeconds where the deployment said how long it will not answer */
  failed(retryAfterSeconds: number | undefined): void {
    this.#failures += 1;
    this.#isTried = false;
    if (retryAfterSeconds !== undefined) this.#closedAgainAt = this.#now() + retryAfterSeconds * 1000;
    else if (this.#failures >= FAILURES) this.#closedAgainAt = this.#now() + OPEN_MS;
  }
}
