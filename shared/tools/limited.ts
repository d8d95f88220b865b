import { Reason } from '../conversation/reason.ts';

export interface Limit {
  ms: number;
  /** Whoever waits may lose interest earlier. */
  signal?: AbortSignal;
}

/**
 * What `work` resolves to, unless it takes too long, or nobody waits any more: then its signal is aborted, and it is not
 * waited for, as not everything heeds one.
 *
 * @throws {Reason} where the time was up; `signal.reason` where nobody waited any more
 */
export async function limited<T>({ ms, signal }: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const ended = new AbortController();
  const { promise: given, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: unknown) => {
    reject(reason);
    ended.abort(reason);
  };
  const timer = setTimeout(() => giveUp(new Reason(`no answer within ${ms} ms`)), ms);
  const onAbort = () => giveUp(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([given, work(ended.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
