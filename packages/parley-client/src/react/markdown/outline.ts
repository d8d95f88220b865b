/** Below the heading of the message, which is an `h2`. */
const TOP = 3;
const LOWEST = 6;

/**
 * The levels of an answer's headings in the outline of the page. Whatever levels the model picked, the first heading is an
 * `h3`, and no level is skipped below it.
 */
export class Outline {
  readonly #open: number[] = [];

  /** @param depth the number of `#` */
  levelOf(depth: number): number {
    while ((this.#open.at(-1) ?? 0) >= depth) this.#open.pop();
    this.#open.push(depth);
    return Math.min(TOP + this.#open.length - 1, LOWEST);
  }
}
