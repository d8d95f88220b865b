/** A map whose entries are gone when their time is over, as Redis keys are. */
export class ExpiringMap<V> {
  readonly #entries = new Map<string, { value: V; expiresAt: number }>();
  readonly #now: () => number;
  #nextSweep = 0;

  /** @param now milliseconds, never going back */
  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > this.#now()) return entry?.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: V, ttlMs: number): void {
    this.#sweep();
    this.#entries.set(key, { value, expiresAt: this.#now() + ttlMs });
  }

  /** Sets an entry that is there to another value, for as long as it has left. */
  replace(key: string, value: V): void {
    this.#entries.set(key, { value, expiresAt: this.endOf(key) });
  }

  /** When an entry is gone unless it is set or touched again; of one that is there. */
  endOf(key: string): number {
    return this.#entries.get(key)?.expiresAt ?? this.#now();
  }

  /** Gives an entry that is there its whole time again. */
  touch(key: string, ttlMs: number): void {
    const value = this.get(key);
    if (value !== undefined) this.set(key, value, ttlMs);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Deletes every entry whose key begins so. */
  deleteAll(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  /** Keeps the map from growing by entries that nobody asks for any more; once a minute is often enough. */
  #sweep(): void {
    const now = this.#now();
    if (now < this.#nextSweep) return;
    this.#nextSweep = now + 60_000;
    for (const [key, entry] of this.#entries) if (entry.expiresAt <= now) this.#entries.delete(key);
  }
}
