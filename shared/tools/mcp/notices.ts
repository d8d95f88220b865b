/** The same is told again after this long. */
const AGAIN_MS = 3_600_000;

/** Log lines about what lasts: each is told when it begins, and then once an hour. */
export class Notices {
  readonly #toldAt = new Map<string, number>();
  readonly #now: () => number;
  readonly #complain: (line: string) => void;

  constructor({ now, complain }: { now: () => number; complain: (line: string) => void }) {
    this.#now = now;
    this.#complain = complain;
  }

  tell(line: string): void {
    const last = this.#toldAt.get(line);
    if (last !== undefined && this.#now() < last + AGAIN_MS) return;
    this.#toldAt.set(line, this.#now());
    this.#complain(`warning: ${line}`);
  }

  /** It is over: what comes back is told. */
  settle(): void {
    this.#toldAt.clear();
  }
}
