import { AsyncLocalStorage } from 'node:async_hooks';
import { Reason } from '../../conversation/reason.ts';
import { type Limit, limited } from '../limited.ts';

/** A stream that was read to its end has given its answer by now, or asked to be resumed. */
const AFTER_END_MS = 1000;

const current = new AsyncLocalStorage<Exchange | undefined>();

/**
 * A question to a server and its answer, over however many requests. The client library has no place to hand a request's
 * bounds down to `fetch`; what is asked within `run` finds them by `Exchange.current`.
 */
export class Exchange {
  readonly #failed = Promise.withResolvers<never>();
  readonly #over = new AbortController();
  #end: NodeJS.Timeout | undefined;

  static get current(): Exchange | undefined {
    return current.getStore();
  }

  /** Aborts all of its requests: the connection of a server that hangs is not left behind. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Runs something until it is done, has failed, or takes too long.
   *
   * @throws {Reason} where there is no answer in time
   */
  static async run<T>(limit: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const exchange = new Exchange();
    try {
      return await limited(limit, (signal) => {
        signal.addEventListener('abort', () => exchange.#over.abort(), { once: true });
        return Promise.race([exchange.#failed.promise, current.run(exchange, () => work(exchange.signal))]);
      });
    } finally {
      clearTimeout(exchange.#end);
      exchange.#over.abort();
    }
  }

  /** Does something that belongs to no exchange, and outlives the one that it is done in. */
  static apart<T>(work: () => T): T {
    return current.run(undefined, work);
  }

  /** Something that its request cannot tell the library. */
  fail(error: Error): void {
    this.#failed.reject(error);
  }

  /** A further request goes out. */
  goOn(): void {
    clearTimeout(this.#end);
  }

  /** The library waits for its answer also where the stream has ended without one. */
  streamEnded(): void {
    clearTimeout(this.#end);
    if (this.signal.aborted) return;
    this.#end = setTimeout(() => this.fail(new Reason('the stream ended without an answer')), AFTER_END_MS);
  }
}
