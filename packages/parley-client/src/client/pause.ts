import { isOffline, onNetwork } from './online.ts';

const FIRST_MS = 250;
const LONGEST_MS = 5000;

/** A pause that grows with every attempt, ends early when the network comes back, and does not end while there is none. */
export async function pauseBefore(attempt: number, signal: AbortSignal): Promise<void> {
  const length = Math.round(Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS) * (0.75 + Math.random() / 2));
  const over = isOffline() ? signal : AbortSignal.any([signal, AbortSignal.timeout(length)]);
  await new Promise<void>((resolve) => {
    const stopListening = onNetwork(() => isOffline() || done());
    const done = () => {
      over.removeEventListener('abort', done);
      stopListening();
      resolve();
    };
    over.addEventListener('abort', done);
    if (over.aborted) done();
  });
}
