import { limited } from '../limited.ts';

/** A turn waits for a list so long, and has none then. The list may still come, for the next. */
const WAIT_MS = 3000;

/** What could not be had is not asked for again before, so that not every turn waits for it. */
const AWAY_MS = 30_000;

/** Callers whose lists are kept; of the oldest it is fetched again. */
const MOST = 1000;

interface Kept<List> {
  list: Promise<List | undefined>;
  /** By the clock, in ms since 1970. */
  until: number;
}

/** Lists that are fetched where they are needed, once for all who need them at that time, and kept for a while. */
export class KeptLists<List> {
  readonly #kept = new Map<string, Kept<List>>();
  readonly #now: () => number;
  readonly #complain: (reason: unknown) => void;

  /** @param complain is told why there is none */
  constructor({ now, complain }: { now: () => number; complain: (reason: unknown) => void }) {
    this.#now = now;
    this.#complain = complain;
  }

  /**
   * @param fetch says for how many ms it may be kept
   * @returns none where it cannot be had, or not now
   */
  async of(key: string, fetch: () => Promise<{ list: List; ms: number }>): Promise<List | undefined> {
    const kept = this.#kept.get(key);
    const { list } = kept !== undefined && this.#now() < kept.until ? kept : this.#fetched(key, fetch);
    try {
      return await limited({ ms: WAIT_MS }, () => list);
    } catch (late) {
      this.#complain(late);
      return undefined;
    }
  }

  /** All are fetched again. */
  forget(): void {
    this.#kept.clear();
  }

  #fetched(key: string, fetch: () => Promise<{ list: List; ms: number }>): Kept<List> {
    const settle = (ms: number) => {
      kept.until = this.#now() + ms;
    };
    const list = fetch().then(
      (had) => {
        settle(had.ms);
        return had.list;
      },
      (error) => {
        settle(AWAY_MS);
        this.#complain(error);
        return undefined;
      },
    );
    const kept: Kept<List> = { list, until: Number.POSITIVE_INFINITY };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return kept;
  }
}
