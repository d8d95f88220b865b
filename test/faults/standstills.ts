import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Half of what the service gives its store to answer. */
const NOTED_MS = 400;
const PAUSE_MS = 10;

/** When the machine, or its Redis, stood still: then nobody can be held to an answer in time. */
export class Standstills {
  readonly #redis: Redis;
  /** When each ended. */
  readonly #ends: number[] = [];
  readonly #watching: Promise<void>;
  #isOver = false;
  #since = performance.now();

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl);
    this.#redis.on('error', () => {});
    this.#watching = this.#watch();
  }

  /** Whether there was one between that time, by `performance.now()`, and now. */
  since(from: number): boolean {
    return performance.now() - this.#since > NOTED_MS || this.#ends.some((end) => end > from);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#redis.disconnect();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      this.#since = performance.now();
      await this.#redis.ping().catch(() => {});
      await sleep(PAUSE_MS);
      const to = performance.now();
      if (to - this.#since > NOTED_MS) this.#ends.push(to);
    }
  }
}
