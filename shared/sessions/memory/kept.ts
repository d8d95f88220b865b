import type { TurnFailed } from '../../conversation/events.ts';
import type { JournalEntry } from '../../conversation/ports/journal.ts';
import type { Metadata } from '../../conversation/ports/metadata.ts';
import type { ReplayEntry } from '../../conversation/ports/replay.ts';
import type {
  Feedback,
  Item,
  OpenStep,
  SessionSummary,
  StoredMessage,
  Summary,
} from '../../conversation/ports/stored.ts';
import type { BeginResult } from '../../conversation/ports/turn-steps.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Of each stored turn where its first message is, and what the caller thinks of it. */
export type Turns = Map<string, { position: number; feedback?: Feedback }>;

export interface Session {
  summary: SessionSummary;
  messages: StoredMessage[];
  metadata: Metadata;
  /** What the caller brought after the last turn; it counts in `windowTokens`. */
  brought: Item[];
  windowStart: number;
  windowTokens: number;
  summaries: readonly Summary[];
  /** Of the turn whose summary is late, and until when it is waited for. */
  late?: { turnId: string; until: number } | undefined;
  /** The turn whose title is late. */
  titleBy?: string | undefined;
  /** Behind a summary that failed: from how many turns on the next is asked for, and how many turns later that was. */
  pause?: { until: number; turns: number } | undefined;
  last?: { turnId: string; entries: ReplayEntry[] };
  turns: Turns;
  /** Steps that wait for the caller. */
  open?: readonly OpenStep[];
}

export interface Lease {
  turnId: string;
  /** What begin answered. */
  begun: BeginResult;
  /** What a fork begins with: no session's until it is stored. */
  copy: Pick<Session, 'messages' | 'turns'> | undefined;
  beats: number;
  stop: boolean;
}

export interface IdempotencyRecord {
  fingerprint: string;
  sessionId: string;
  turnId: string;
  isStored: boolean;
  /** Two turns share it. */
  isAmbiguous: boolean;
  /** The name of the turn's journal, once it has called a tool. */
  journal?: string | undefined;
  /** How the turn ended, where nobody knows whether a tool did its work. */
  doubt?: TurnFailed;
}

/** What turns did that are not stored. */
export interface KeptJournal {
  /** The turn that began it. */
  name: string;
  entries: JournalEntry[];
  /** Those that held it. */
  turns: string[];
  /** They are to make their session. */
  isFirst: boolean;
}

/** All that the store keeps; by `<owner> <session id>`, or `<owner> <idempotency key>`, where nothing else is said. */
export interface Kept {
  sessions: ExpiringMap<Session>;
  leases: ExpiringMap<Lease>;
  running: ExpiringMap<{ turnId: string; entries: ReplayEntry[] }>;
  records: ExpiringMap<IdempotencyRecord>;
  /** By name. */
  journals: ExpiringMap<Map<string, KeptJournal>>;
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
    journals: new ExpiringMap(now),
    index: new Map(),
  };
}
