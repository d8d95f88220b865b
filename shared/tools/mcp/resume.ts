import { Exchange } from './exchange.ts';

/**
 * When a stream that broke is resumed: by the library's own rules, and only for as long as somebody waits for its answer.
 *
 * @returns what takes it back
 */
export function resume(reconnect: () => void, delayMs: number): () => void {
  const { current } = Exchange;
  current?.goOn();
  const timer = setTimeout(reconnect, delayMs);
  const cancel = () => clearTimeout(timer);
  current?.signal.addEventListener('abort', cancel, { once: true });
  return cancel;
}
