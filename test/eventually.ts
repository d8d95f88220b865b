import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds, and fails after a time that is far too long for it. */
export async function eventually<T>(
  condition: () => Promise<T | false | undefined> | T | false | undefined,
  withinMs = 20_000,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const met = await condition();
    if (met !== false && met !== undefined) return met;
    if (performance.now() > giveUpAt) throw new Error(`not met within ${withinMs} ms: ${condition}`);
    await sleep(10);
  }
}
