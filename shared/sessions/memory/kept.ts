import type {
  BeginResult,
  Feedback,
  ReplayEntry,
  SessionSummary,
  StoredMessage,
} from '../../conversation/ports/session-store.ts';
import { ExpiringMap } from './expiring-map.ts';

export interface Session {
  summary: SessionSummary;
  messages: StoredMessage[];
  windowStart: number;
  windowTokens: number;
  last: { turnId: string; entries: ReplayEntry[] };
  /** Of every stored turn what the caller thinks of it. */
  turns: Map<string, Feedback | undefined>;
}

export interface Lease {
  turnId: string;
  /** What begin answered. */
  begun: BeginResult;
  beats: number;
  stop: boolean;
}

interface IdempotencyRecord {
  fingerprint: string;
  sessionId: string;
  turnId: string;
  position: number | undefined;
}

/** All that the store keeps; by `<owner> <session id>`, or `<owner> <idempotency key>`, where nothing else is said. */
export interface Kept {
  sessions: ExpiringMap<Session>;
  leases: ExpiringMap<Lease>;
  running: ExpiringMap<{ turnId: string; entries: ReplayEntry[] }>;
  records: ExpiringMap<IdempotencyRecord>;
  /** By owner: session ids in the order of their latest turn, oldest first. */
  index: Map<string, Set<string>>;
}

/** @param now milliseconds, never going back */
export function nothingKept(now: () => number): Kept {
  return {
    sessions: new ExpiringMap(now),
    leases: new ExpiringMap(now),
    running: new ExpiringMap(now),
    records: new ExpiringMap(now),
    index: new Map(),
  };
}
