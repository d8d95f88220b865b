import { Redis, type RedisOptions } from 'ioredis';
import { Failure } from '../conversation/failure.ts';

/** A caller is told within a second that the store cannot be used; this leaves the rest of it for the answer's way. */
const ANSWER_WITHIN_MS = 900;

/** Azure closes connections that were idle for 10 minutes. */
const PING_EVERY_MS = 240_000;

const options = {
  lazyConnect: true,
  // A command fails at once where there is no connection, and is never sent a second time on a new one:
  // waiting is bounded here, and repeating is the caller's decision.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 5000,
  retryStrategy: (attempt: number) => Math.min(50 * 2 ** attempt, 1000),
} satisfies RedisOptions;

/**
 * One connection to Redis, opened at the first use, reopened for ever. Every use is bounded in time, and every way in
 * which Redis can fail becomes the failure `store-unavailable`.
 */
export class RedisConnection {
  readonly #redis: Redis;
  #opening: Promise<void> | undefined;
  #keepAwake: NodeJS.Timeout | undefined;

  /** @param url `redis://` or, over TLS, `rediss://[user[:password]@]host[:port][/db]` */
  constructor(url: string) {
    this.#redis = new Redis(url, options);
    // Failures are told to whoever uses the connection; without a listener they would end the process.
    this.#redis.on('error', () => {});
  }

  define(name: string, lua: string): void {
    this.#redis.defineCommand(name, { lua });
  }

  /** Runs `commands` on a connection that is ready, all within `ANSWER_WITHIN_MS`; later they are not even begun. */
  async run<T>(commands: (redis: Redis) => Promise<T>): Promise<T> {
    const timeout = Promise.withResolvers<never>();
    let givenUp = false;
    const timer = setTimeout(() => {
      givenUp = true;
      timeout.reject(new Error('Redis did not answer in time'));
    }, ANSWER_WITHIN_MS);
    const answer =
      this.#redis.status === 'ready'
        ? commands(this.#redis)
        : this.#ready().then(() => (givenUp ? timeout.promise : commands(this.#redis)));
    try {
      return await Promise.race([answer, timeout.promise]);
    } catch (cause) {
      throw new Failure('store-unavailable', 'The session store cannot be used at the moment.', { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Shared by all who wait for the connection; what waits in vain is bounded by its own timer. */
  #ready(): Promise<void> {
    this.#opening ??= new Promise<void>((resolve) => {
      this.#redis.once('ready', () => {
        this.#opening = undefined;
        resolve();
      });
      if (this.#redis.status !== 'wait') return;
      this.#redis.connect().catch(() => {});
      this.#keepAwake = setInterval(() => this.#redis.ping().catch(() => {}), PING_EVERY_MS).unref();
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    clearInterval(this.#keepAwake);
    this.#redis.disconnect();
  }
}
