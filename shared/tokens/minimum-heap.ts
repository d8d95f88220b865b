/** A binary heap of 32-bit integers, the smallest out first. Its user keeps within `capacity` and what is there. */
export class MinimumHeap {
  readonly #keys: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Int32Array(capacity);
  }

  get size(): number {
    return this.#size;
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
    const smallest = keys[0] as number;
    const last = keys[--this.#size] as number;
    let hole = 0;
    for (let child = 1; child < this.#size; child = 2 * hole + 1) {
      if (child + 1 < this.#size && (keys[child + 1] as number) < (keys[child] as number)) child++;
      if ((keys[child] as number) >= last) break;
      keys[hole] = keys[child] as number;
      hole = child;
    }
    keys[hole] = last;
    return smallest;
  }
}
