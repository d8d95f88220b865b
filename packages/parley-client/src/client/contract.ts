import type { Context, FinishReason, Usage } from './turn-events.ts';

/** One turn. The same key again gives the same turn, never a second one. */
export interface TurnRequest {
  message: string;
  /** Without it, or when it has expired, the turn begins a new session. */
  sessionId?: string | undefined;
  /** Of a new session; one that there is has to have the same. */
  assistant?: string | undefined;
  /** The last turn that the caller saw, `null` for none: where the session's last is another one, the turn is refused. */
  after?: string | null | undefined;
  /** Takes the turn in a new session that holds all up to and including `after`; the one that there is stays as it is. */
  fork?: true | undefined;
  idempotencyKey: string;
}

/** Where a session was forked: also when what it was forked from is gone. */
export interface Origin {
  session_id: string;
  /** The last turn that was copied; `null` where none was. */
  turn_id: string | null;
}

export interface Session {
  id: string;
  title: string;
  /** None before its first turn. */
  assistant: string | null;
  /** ISO 8601. */
  created: string;
  updated: string;
  /** ISO 8601: when it is forgotten unless it is used again. Absent where the service is older than this package. */
  expires?: string;
  turns: number;
  forked_from?: Origin;
}

export interface StoredMessage {
  id: string;
  role: 'user' | 'assistant';
  content: string;
  /** ISO 8601. */
  timestamp: string;
  turn_id: string;
  finish_reason?: FinishReason;
  usage?: Usage;
  context?: Context;
  /** Of an answer that its reader has rated. */
  feedback?: { rating: Rating; comment?: string };
}

export type Rating = 'up' | 'down';

/** What somebody thinks of a turn. */
export interface Feedback {
  sessionId: string;
  turnId: string;
  rating: Rating;
  /** At most 2,000 characters. */
  comment?: string;
}

/** Of a block of turns, which later turns are asked with in its place. */
export interface Summary {
  text: string;
  from_turn_id: string;
  through_turn_id: string;
  /** ISO 8601. */
  created: string;
}

export interface History {
  session_id: string;
  title: string;
  assistant: string | null;
  /** As of a `Session`. */
  expires?: string;
  forked_from?: Origin;
  messages: StoredMessage[];
  has_more: boolean;
  /** Oldest first; on the newest page, where there are any. */
  summaries?: Summary[];
}

export interface Assistant {
  name: string;
  title: string;
  description: string;
}
