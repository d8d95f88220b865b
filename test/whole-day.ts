import { setTimeout as sleep } from 'node:timers/promises';

const DAY_MS = 86_400_000;

/** Tokens are counted by the UTC day: waits until this one lasts for as long as a test may take. */
export async function untilDayLasts(forMs = 30_000): Promise<void> {
  const leftMs = DAY_MS - (Date.now() % DAY_MS);
  if (leftMs < forMs) await sleep(leftMs);
}
