/**
 * What `work` resolves to, unless it takes too long: then its signal is aborted, and it is not waited for any more, as
 * not everything heeds one. It is for what many wait for at once: a request that hangs would hold up all that follow.
 *
 * @param ms whole milliseconds
 * @throws {DOMException} named `TimeoutError`
 */
export function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([late, work(signal)]);
}
