/** Hands what is pushed to one reader: as soon as there is something, all that there is. */
export class Ready<T> implements AsyncIterableIterator<T[]> {
  #items: T[] = [];
  #isOver = false;
  #wake = () => {};

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Nothing more will be pushed. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async next(): Promise<IteratorResult<T[], undefined>> {
    if (this.#items.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#items;
    this.#items = [];
    return value.length > 0 ? { value } : { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
