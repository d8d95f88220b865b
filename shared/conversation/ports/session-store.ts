import type { TurnFailed, TurnFinished } from '../events.ts';
import type { Limits, LimitUsage } from '../limits.ts';
import type { BetweenTurns } from './between-turns.ts';
import type { JournalPart } from './journal.ts';
import type { Replay } from './replay.ts';
import type {
  Feedback,
  RatedTurn,
  SessionSummary,
  ShownSession,
  StoredMessage,
  StoredTurn,
  Summary,
} from './stored.ts';
import type {
  AsideCosts,
  BeginRequest,
  BeginResult,
  Commit,
  LateSummary,
  LateTitle,
  TokenBlocks,
  TurnClaim,
} from './turn-steps.ts';

/** One page, and whether there is more beyond its far end. */
export interface Page<T> {
  items: T[];
  hasMore: boolean;
}

export interface PageRequest {
  /** 1 to 100. */
  limit: number;
  /** An id from an earlier page: the page ends (history) or starts (sessions) beyond it. */
  before: string | undefined;
}

/** What a store holds its owners to. */
export interface SessionRules {
  /** A session is forgotten this long after its last use; never while a turn holds its lease. */
  sessionSeconds: number;
  /** A lease ends this long after its holder's last sign of life. */
  leaseSeconds: number;
  limits: Limits;
}

/** A temporary session is forgotten this long after its last turn, where others are kept for longer. */
export const TEMPORARY_SECONDS = 3600;

/** So many sessions an owner may have pinned. */
export const MOST_PINNED = 20;

/** What a caller changes of a session. */
export interface SessionEdit {
  title?: string | undefined;
  pinned?: boolean | undefined;
}

export type EditResult =
  | { outcome: 'edited'; session: ShownSession }
  | { outcome: 'unknown-session' }
  /** It is on no list, so that it cannot be pinned to one. */
  | { outcome: 'temporary' }
  /** `MOST_PINNED` are pinned. */
  | { outcome: 'too-many-pinned' };

/** For how long a retry with the same key finds its turn. */
export const IDEMPOTENCY_SECONDS = 86_400;

/** For how long one finds it that sent no key. */
export const IMPLICIT_SECONDS = 600;

/** For how long those who join late learn how a failed or lost turn ended. */
export const FAILED_REPLAY_SECONDS = 300;

/** For how long those who joined an ephemeral turn in time learn the rest of it. */
export const EPHEMERAL_REPLAY_SECONDS = 10;

/** For how long what is asked beside an answer may take beyond its turn. */
export const LATE_ASIDE_SECONDS = 20;

/** For how long what is held back for it is held where it is late: its own time, and some for its way. */
export const HELD_ASIDE_SECONDS = LATE_ASIDE_SECONDS + 5;

/** A summary is asked for where a prompt is above this part of its budget. */
export const SUMMARY_ABOVE = 0.8;

/** No turn takes longer. */
export const LONGEST_TURN_SECONDS = 600;

/**
 * The port to where sessions are kept. All data belongs to an owner, and no call reaches another owner's.
 * Every step is atomic. Steps of a claim may be repeated after a failure: a repeated step changes nothing more.
 *
 * @throws {Failure} `store-unavailable`, within a second, when the store cannot be used.
 */
export interface SessionStore extends BetweenTurns {
  /** Checks the idempotency record, the session and the message, and takes the session's lease. May be repeated. */
  begin(request: BeginRequest): Promise<BeginResult>;
  /**
   * Renews the lease, and the session's time, keeps what was said for those who follow, and tells whether to stop.
   *
   * @param done goes into the turn's journal, which keeps a turn with an idempotency key findable from then on, however
   *   it ends; it is written where the lease is `held`, and only there
   */
  extend(claim: TurnClaim, said: TokenBlocks, done?: JournalPart): Promise<{ held: boolean; stop: boolean }>;
  /**
   * Holds back so many tokens for the turn, in place of those that the claim names. `refused`: these stay, as the owner's
   * limits have no room for more, or the turn is over.
   */
  reserve(claim: TurnClaim, tokens: number): Promise<'reserved' | 'refused'>;
  /**
   * Stores the whole turn, in place of its journal, and gives the lease back. `lost`: the lease is another's, or the
   * session is gone.
   */
  commit(claim: TurnClaim, turn: Commit): Promise<'committed' | 'lost'>;
  /**
   * Gives the lease and the idempotency key back and stores nothing; late joiners learn of the ending, and of what was
   * said before it, unless the content filter refused it. A key whose turn has a journal is not free: the next turn with
   * it takes this one over, or where that is `tool-in-doubt` is told the same.
   *
   * @param spent tokens that the model is paid for: they count against the owner's limits, as those of a turn that is
   *   stored, also where the lease or the session is gone
   */
  abandon(
    claim: TurnClaim,
    ending: TurnFailed | TurnFinished,
    unsent: TokenBlocks,
    spent: number,
    asides?: AsideCosts,
  ): Promise<void>;
  /** Stores a summary that is late, where its session is there and nobody moved the window, and settles its cost. */
  storeSummary(claim: TurnClaim, late: LateSummary): Promise<'stored' | 'lost'>;
  /** Stores a title that is late, where its session is there and nobody gave it another, and settles its cost. */
  storeTitle(claim: TurnClaim, late: LateTitle): Promise<'stored' | 'lost'>;
  /** Asks the running turn's holder to stop. False where nothing runs, or another turn than the one that is named. */
  stop(owner: string, sessionId: string, turnId?: string): Promise<boolean>;
  /** A turn's replay from entry `from` on; without `turnId` of the session's running or last turn. */
  follow(owner: string, sessionId: string, turnId: string | undefined, from: number): Promise<Replay | undefined>;
  /** A stored turn. */
  readTurn(owner: string, sessionId: string, turnId: string): Promise<StoredTurn | undefined>;
  /** A session and the page of its messages that ends before `before`, oldest first. `unknown-page`: no such id. */
  history(
    owner: string,
    sessionId: string,
    page: PageRequest,
  ): Promise<
    (Page<StoredMessage> & { session: ShownSession; summaries: readonly Summary[] }) | 'unknown-page' | undefined
  >;
  /** Newest first. */
  sessions(owner: string, page: PageRequest): Promise<Page<ShownSession> | 'unknown-page'>;
  /**
   * Some of the owner's sessions, in no order, and where to go on. A session that is there all the while is found,
   * however often it is talked to meanwhile.
   *
   * @param cursor of the call before; absent at the first
   * @returns no cursor with the last
   */
  scan(owner: string, cursor?: string): Promise<{ sessions: SessionSummary[]; cursor: string | undefined }>;
  /** A session's messages from a position on, at most `limit`; none where there are no more, or no session. */
  messages(owner: string, sessionId: string, from: number, limit: number): Promise<StoredMessage[]>;
  /** The owner's pinned sessions, newest first. */
  pinned(owner: string): Promise<ShownSession[]>;
  /**
   * Changes what a session is listed by, also while a turn runs on it, which changes none of that. It is no use of the
   * session: it is forgotten when it would have been.
   */
  edit(owner: string, sessionId: string, edit: SessionEdit): Promise<EditResult>;
  /** Keeps what the caller thinks of a stored turn, in place of what it thought before. */
  rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<RatedTurn | undefined>;
  /** Where the owner stands with each limit that is set. Asking counts nothing. */
  usage(owner: string): Promise<LimitUsage[]>;
  /** Forgets the session; a turn under way on it can no longer commit. */
  delete(owner: string, sessionId: string): Promise<void>;
  /**
   * Forgets all that the owner has: sessions, feedback, idempotency records; turns under way can no longer commit. What
   * was used of the limits stays, or erasing would be a way around them. A turn that begins meanwhile may be lost.
   */
  erase(owner: string): Promise<void>;
  /** Succeeds while the store can be used: takes what is written. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
