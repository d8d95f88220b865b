import type { ContextReport, FinishReason, TurnFailed, TurnFinished, TurnStarted } from '../events.ts';
import type { LimitState, Limits } from '../limits.ts';
import type { Usage } from './model.ts';

interface StoredText {
  /** `<turn id>-<position>`: unique, and says where in the session's list the message stands, counted from 0. */
  id: string;
  content: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  turn_id: string;
  /** Tokens of `content`; absent where no exact count was at hand, then it is counted when it is needed. */
  tokens?: number;
}

export interface UserMessage extends StoredText {
  role: 'user';
}

export type Rating = 'up' | 'down';

/** What the caller thinks of a turn. */
export interface Feedback {
  rating: Rating;
  comment?: string;
}

export interface AssistantMessage extends StoredText {
  role: 'assistant';
  finish_reason: FinishReason;
  usage: Usage;
  context: ContextReport;
  /** Kept beside the message, and there where it is read for its caller. */
  feedback?: Feedback;
}

/** A message as it stands in the session's list, in JSON. */
export type StoredMessage = UserMessage | AssistantMessage;

export interface SessionSummary {
  id: string;
  title: string;
  assistant: string;
  /** ISO 8601, UTC; of the first and of the latest turn. */
  created: string;
  updated: string;
  turns: number;
}

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

/** Makes a retry find the turn it retries. Both are hashes: the store sees neither the key nor what was asked. */
export interface Idempotency {
  key: string;
  /** Stands for message, session and assistant as the caller sent them. */
  fingerprint: string;
}

/** A turn that holds its session's lease. The turn's id is the fencing token: only its holder knows the lease by it. */
export interface TurnClaim {
  owner: string;
  sessionId: string;
  turnId: string;
  /** True where this turn makes the session: until its commit there is none. */
  isFirst: boolean;
  idempotency: Idempotency | undefined;
  /** Tokens that are held back from the owner's limits until the turn ends; they count as used where its holder dies. */
  reserved: number;
}

/** What an assistant's prompt allows, in tokens. */
export interface Offer {
  /** For a message, beside the system prompt. */
  room: number;
  /** What every prompt has: the system prompt and what surrounds the messages. */
  fixed_tokens: number;
  /** The longest answer. */
  output_tokens: number;
}

export interface BeginRequest {
  owner: string;
  turnId: string;
  /** As the caller sent it; one that is unknown or expired leads to `newSessionId`. */
  sessionId: string | undefined;
  newSessionId: string;
  /** As the caller sent it. */
  assistant: string | undefined;
  defaultAssistant: string;
  /** By assistant. What is not in here is not on offer. */
  offers: ReadonlyMap<string, Offer>;
  messageTokens: number;
  idempotency: Idempotency | undefined;
}

/** Refusals change nothing, and cost nothing. */
export type BeginResult =
  | {
      outcome: 'begun';
      sessionId: string;
      isFirst: boolean;
      assistant: string;
      /** The messages from `windowStart` on, oldest first. */
      window: StoredMessage[];
      /** Position of the window's first message. */
      windowStart: number;
      reserved: number;
      limits: LimitState[];
    }
  /** The same turn runs already, or is done: then `position` is that of its user message. */
  | { outcome: 'repeated'; sessionId: string; turnId: string; position: number | undefined }
  | { outcome: 'key-reused' }
  | { outcome: 'busy' }
  | { outcome: 'other-assistant'; assistant: string }
  | { outcome: 'unknown-assistant' }
  | { outcome: 'too-long'; assistant: string }
  | { outcome: 'limited'; by: LimitState['name']; retryAfterSeconds: number; limits: LimitState[] };

/**
 * Tokens for those who follow a turn, in blocks. `position` counts the blocks before the first of these: one that
 * stands there already was sent again because the answer to an earlier call was lost, and is passed over.
 */
export interface TokenBlocks {
  position: number;
  blocks: string[][];
}

export interface Commit {
  user: UserMessage;
  answer: AssistantMessage;
  /** What was said and has not surely been kept by `extend`. */
  unsent: TokenBlocks;
  finished: TurnFinished;
  assistant: string;
  /** The session's title, where this is its first turn. */
  title: string;
  windowStart: number;
  /** What the window costs a prompt from now on, this turn included. */
  windowTokens: number;
  /** Tokens that the model is paid for, of all calls: they count against the owner's limits. */
  spent: number;
}

export interface StoredTurn {
  assistant: string;
  user: UserMessage;
  answer: AssistantMessage;
}

/**
 * How a running, or the last, turn is told again: its start, what was said in blocks, its ending. A number stands for a
 * block of so many tokens that is told no more.
 */
export type ReplayEntry = TurnStarted | string[] | number | TurnFinished | TurnFailed;

export interface Replay {
  turnId: string;
  /** `lost`: it has no ending, and nobody holds its lease any more. */
  state: 'running' | 'ended' | 'lost';
  /** Grows with every sign of life of the turn's holder. */
  beats: number;
  /** The entries from the position that was asked for. */
  entries: ReplayEntry[];
}

/** The turn of that id among messages of a session. */
export function findTurn(
  assistant: string,
  messages: readonly StoredMessage[],
  turnId: string,
): StoredTurn | undefined {
  const [user, answer] = messages.filter((message) => message.turn_id === turnId);
  return user?.role === 'user' && answer?.role === 'assistant' ? { assistant, user, answer } : undefined;
}

/** Whether a replay's entries reach to its ending. */
export function hasEnding(entries: readonly ReplayEntry[]): boolean {
  const last = entries.at(-1);
  return typeof last === 'object' && !Array.isArray(last) && last.type !== 'turn-started';
}

/** Whether what was said in a turn may not be told again. */
export function isFiltered(ending: TurnFinished | TurnFailed): boolean {
  return ending.type === 'turn-failed' && ending.code === 'content-filtered';
}

/** What a store holds its owners to. */
export interface SessionRules {
  /** A session is forgotten this long after its last use; never while a turn holds its lease. */
  sessionSeconds: number;
  /** A lease ends this long after its holder's last sign of life. */
  leaseSeconds: number;
  limits: Limits;
}

/** For how long a retry with the same key finds its turn. */
export const IDEMPOTENCY_SECONDS = 86_400;

/** A turn whose position is not known is looked for among so many messages from the end. */
export const LATEST_MESSAGES = 100;

/** For how long those who join late learn how a failed or lost turn ended. */
export const FAILED_REPLAY_SECONDS = 300;

/**
 * The port to where sessions are kept. All data belongs to an owner, and no call reaches another owner's.
 * Every step is atomic. Steps of a claim may be repeated after a failure: a repeated step changes nothing more.
 *
 * @throws {Failure} `store-unavailable`, within a second, when the store cannot be used.
 */
export interface SessionStore {
  /** Checks the idempotency record, the session and the message, and takes the session's lease. May be repeated. */
  begin(request: BeginRequest): Promise<BeginResult>;
  /** Renews the lease, and the session's time, keeps what was said for those who follow, and tells whether to stop. */
  extend(claim: TurnClaim, said: TokenBlocks): Promise<{ held: boolean; stop: boolean }>;
  /** Stores the whole turn and gives the lease back. `lost`: the lease is another's, or the session is gone. */
  commit(claim: TurnClaim, turn: Commit): Promise<'committed' | 'lost'>;
  /**
   * Gives the lease and the idempotency key back and stores nothing; late joiners learn of the ending, and of what was
   * said before it, unless the content filter refused it.
   *
   * @param spent tokens that the model is paid for: they count against the owner's limits, as those of a turn that is
   *   stored, also where the lease or the session is gone
   */
  abandon(claim: TurnClaim, ending: TurnFailed | TurnFinished, unsent: TokenBlocks, spent: number): Promise<void>;
  /** Asks the running turn's holder to stop. False where nothing runs, or another turn than the one that is named. */
  stop(owner: string, sessionId: string, turnId?: string): Promise<boolean>;
  /** A turn's replay from entry `from` on; without `turnId` of the session's running or last turn. */
  follow(owner: string, sessionId: string, turnId: string | undefined, from: number): Promise<Replay | undefined>;
  /** A stored turn. Where the position of its user message is not known, it is looked for among the latest turns. */
  readTurn(owner: string, sessionId: string, turnId: string, position?: number): Promise<StoredTurn | undefined>;
  /** A session and the page of its messages that ends before `before`, oldest first. `unknown-page`: no such id. */
  history(
    owner: string,
    sessionId: string,
    page: PageRequest,
  ): Promise<(Page<StoredMessage> & { session: SessionSummary }) | 'unknown-page' | undefined>;
  /** Newest first. */
  sessions(owner: string, page: PageRequest): Promise<Page<SessionSummary> | 'unknown-page'>;
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
  /** Keeps what the caller thinks of a stored turn, in place of what it thought before. False: there is no such turn. */
  rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<boolean>;
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
