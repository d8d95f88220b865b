import { setTimeout as sleep } from 'node:timers/promises';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
/** What is left of a minute or a day when a test begins that looks at what is counted of it. */
const ROOM_MS = 15_000;
/** What a test makes older than it is, is of the same day, too. */
const BEGUN_MS = 12_000;

/** Waits where the minute ends soon: what is counted of it would begin anew in between. */
export function inOneMinute(): Promise<void> {
  return farFromItsEnd(MINUTE_MS);
}

/** Waits where the day of UTC ends soon, or has just begun. */
export async function inOneDay(): Promise<void> {
  await farFromItsEnd(DAY_MS);
  const begunMs = Date.now() % DAY_MS;
  if (begunMs < BEGUN_MS) await sleep(BEGUN_MS - begunMs);
}

async function farFromItsEnd(windowMs: number): Promise<void> {
  const leftMs = windowMs - (Date.now() % windowMs);
  // Stores have clocks that may be a little behind this one.
  if (leftMs < ROOM_MS) await sleep(leftMs + 100);
}
