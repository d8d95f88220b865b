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
