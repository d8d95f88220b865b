import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionRules, SessionStore } from '../../shared/conversation/ports/session-store.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';

/** Stores whose time a test lets pass, so that no lease and no session ends because the machine stood still. */
export interface TimedStores {
  open: (rules: SessionRules) => Promise<SessionStore>;
  /** Lets so many milliseconds pass for all that a store keeps. */
  pass: (store: SessionStore, ms: number) => Promise<void>;
}

/** Memory stores, each with a clock of its own. */
export function memoryStores(): TimedStores {
  const passed = new WeakMap<SessionStore, number>();
  return {
    async open(rules) {
      const now = (): number => performance.timeOrigin + performance.now() + (passed.get(store) ?? 0);
      const store = new MemorySessionStore(rules, () => now());
      return store;
    },
    pass: async (store, ms) => void passed.set(store, (passed.get(store) ?? 0) + ms),
  };
}

/** Of what is counted in a minute or a day, this much is left when a test begins that looks at it: milliseconds. */
const ROOM_MS = 10_000;
const DAY_MS = 86_400_000;

/** Waits where the minute ends soon: what is counted of it would begin anew in between. */
export function inOneMinute(): Promise<void> {
  return farFromItsEnd(60_000);
}

/** Waits where the day ends soon, or has just begun, so that what is some seconds older is of the same day, too. */
export async function inOneDay(): Promise<void> {
  await farFromItsEnd(DAY_MS);
  const begunMs = Date.now() % DAY_MS;
  if (begunMs < 2 * ROOM_MS) await sleep(2 * ROOM_MS - begunMs);
}

async function farFromItsEnd(windowMs: number): Promise<void> {
  const leftMs = windowMs - (Date.now() % windowMs);
  // Stores have clocks that may be a little behind this one.
  if (leftMs < ROOM_MS) await sleep(leftMs + 100);
}
