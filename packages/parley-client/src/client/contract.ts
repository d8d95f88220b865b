import type { ByLanguage } from './branding.ts';
import type { Source } from './source.ts';
import type { Approval, Step } from './steps.ts';
import type { Context, FinishReason, Usage } from './turn-events.ts';

/** One turn. The same key again gives the same turn, never a second one. */
export interface TurnRequest {
  message: string;
  /**
   * What is decided of calls that the session's last turn left open, in place of a message. Those that are not named are
   * rejected, as all are by a message.
   */
  approve?: readonly Approval[] | undefined;
  /** Without it, or when it has expired, the turn begins a new session. */
  sessionId?: string | undefined;
  /** Of a new session; one that there is has to have the same. */
  assistant?: string | undefined;
  /** The last turn that the caller saw, `null` for none: where the session's last is another one, the turn is refused. */
  after?: string | null | undefined;
  /** Takes the turn in a new session that holds all up to and including `after`; the one that there is stays as it is. */
  fork?: true | undefined;
  /**
   * A new session is on no list, and is forgotten an hour after its last turn at the latest. Wanted with every turn of it: a
   * session that was forgotten in between is begun anew.
   */
  temporary?: true | undefined;
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
  /** Absent where the service is older than this package. */
  pinned?: boolean;
  temporary?: true;
  forked_from?: Origin;
}

export interface SessionPage {
  sessions: Session[];
  has_more: boolean;
  /** On the first page: all that are pinned, newest first; those that are new enough are among the `sessions` as well. */
  pinned?: Session[];
}

/** What is to be changed of a session. */
export interface SessionEdit {
  /** 1 to 200 characters. */
  title?: string;
  pinned?: boolean;
}

/** A session in which the words of a search were found. */
export interface Hit extends Session {
  /** The turn whose message has them; `null` where it is the title. */
  turn_id: string | null;
  /** Some of that text, on one line. */
  snippet: string;
}

export interface SearchPage {
  sessions: Hit[];
  /** All that is older was searched too. */
  complete: boolean;
  /** Where not: what the search goes on behind. */
  before?: string;
}

export interface StoredMessage {
  id: string;
  role: 'user' | 'assistant';
  content: string;
  /** ISO 8601. */
  timestamp: string;
  turn_id: string;
  /** Of the caller, in place of a message: `content` is empty then. */
  approve?: Approval[];
  /** The steps whose output an app brought, before a message or in place of one, whose `content` is empty then. */
  outputs?: string[];
  /** Of an answer, where tools were called beside it. */
  steps?: Step[];
  finish_reason?: FinishReason;
  usage?: Usage;
  context?: Context;
  /** Of an answer whose model named some. */
  sources?: Source[];
  /** Of an answer that its reader has rated. */
  feedback?: { rating: Rating; reason?: FeedbackReason; comment?: string };
}

export type Rating = 'up' | 'down';

export type FeedbackReason = 'incorrect' | 'incomplete' | 'unsafe' | 'tone' | 'other';

/** What somebody thinks of a turn. */
export interface Feedback {
  sessionId: string;
  turnId: string;
  rating: Rating;
  /** Why it is rated down; only with that rating. */
  reason?: FeedbackReason;
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

/** A page of a session's messages, with what is said of the session in lists. */
export interface History extends Omit<Session, 'id'> {
  session_id: string;
  messages: StoredMessage[];
  has_more: boolean;
  /** Oldest first; on the newest page, where there are any. */
  summaries?: Summary[];
}

export interface Assistant {
  name: string;
  title: string;
  description: string;
  /** One emoji, one or two letters, or a picture's data URL for the `src` of an `<img>`. */
  avatar?: string;
  /** What a user may begin with, in each language on offer. */
  starters?: ByLanguage<string[]>;
}
