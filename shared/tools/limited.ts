import { GRACE_MS } from '../conversation/ports/toolbox.ts';
import { Reason } from '../conversation/reason.ts';

export interface Limit {
  ms: number;
  /** Aborted where nobody wants it any more. */
  signal?: AbortSignal;
}

/**
 * What `work` resolves to, unless it takes too long: then its signal is aborted, and it is not waited for, as not
 * everything heeds one.
 *
 * @throws {Reason} where the time was up
 * @throws `signal.reason` where nobody wants it: at once where it had not begun
 */
export async function limited<T>({ ms, signal }: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const ended = new AbortController();
  const { promise: given, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: unknown) => {
    reject(reason);
    ended.abort(reason);
  };
  const timers = [setTimeout(() => giveUp(new Reason(`no answer within ${ms} ms`)), ms)];
  const onAbort = () => timers.push(setTimeout(() => giveUp(signal?.reason), GRACE_MS));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([given, work(ended.signal)]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
