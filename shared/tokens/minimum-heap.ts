/** A binary heap of numbers in one typed array; `capacity` is never exceeded by its one user. */
export class MinimumHeap {
  readonly #keys: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
  }

  push(key: number): void {
    const keys = this.#keys;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const parentKey = keys[parent] as number;
      if (parentKey <= key) break;
      keys[hole] = parentKey;
      hole = parent;
    }
    keys[hole] = key;
  }

  pop(): number {
    const keys = this.#keys;
    const lowest = keys[0] as number;
    const moved = keys[--this.#size] as number;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && (keys[child + 1] as number) < (keys[child] as number)) child++;
      if ((keys[child] as number) >= moved) break;
      keys[hole] = keys[child] as number;
      hole = child;
    }
    keys[hole] = moved;
    return lowest;
  }
}
