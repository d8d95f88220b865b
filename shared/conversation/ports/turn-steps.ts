import type { TurnFailed, TurnFinished } from '../events.ts';
import type { Limited, LimitState } from '../limits.ts';
import type { Echo } from './echo.ts';
import type { Journal } from './journal.ts';
import type { ReplayBlock } from './replay.ts';
import type { AssistantMessage, ForkedFrom, Item, OpenStep, StoredMessage, Summary, UserMessage } from './stored.ts';

// What the steps of a turn ask of a session store, and what it answers.

/** Makes a retry find the turn it retries. Both are hashes: the store sees neither the key nor what was asked. */
export interface Idempotency {
  key: string;
  /** Stands for all that the caller sent which makes the turn another one. */
  fingerprint: string;
  /**
   * The caller sent no key: what it asked is one. `first`: it asks for the first time, so that the turn is a new one,
   * and its record stands in place of an older one, for `IMPLICIT_SECONDS`; where there is an older one, the two are
   * ambiguous, and no retry finds either. `retry`: it looks the record up, and is a turn like any where there is none.
   * `anew`: as `first`, where the turn of the record is known to be gone.
   */
  implicit?: 'first' | 'retry' | 'anew';
}

/** A turn that holds its session's lease. The turn's id is the fencing token: only its holder knows the lease by it. */
export interface TurnClaim {
  owner: string;
  sessionId: string;
  turnId: string;
  /** True where this turn makes the session: until its commit there is none. */
  isFirst: boolean;
  /** Of a session that this turn makes as a copy. */
  forkedFrom?: ForkedFrom | undefined;
  /** True where nothing is to be stored: the turn ends by `abandon`, and leaves no session. */
  isEphemeral?: boolean | undefined;
  /** Of a session that is temporary, or that this turn makes as one. */
  isTemporary?: boolean | undefined;
  idempotency: Idempotency | undefined;
  /** Tokens that are held back from the owner's limits until the turn ends; they count as used where its holder dies. */
  reserved: number;
  /** As `reserved`, for a summary that is asked for beside the answer; and for a title. */
  summaryReserved?: number;
  titleReserved?: number;
  /** The turn in whose name its journal is kept, once it has one: its own, or that of a turn that it took over. */
  journalName?: string | undefined;
}

/** What an assistant's prompt allows, in tokens. */
export interface Offer {
  /** For a message, beside the system prompt. */
  room: number;
  /** What every prompt has: the system prompt and what surrounds the messages. */
  fixed_tokens: number;
  /** The longest answer. */
  output_tokens: number;
  /** What a summary may cost beside the prompt; without it none is asked for. */
  summary_tokens?: number;
}

export interface BeginRequest {
  owner: string;
  turnId: string;
  /** As the caller sent it; one that is unknown or expired leads to `newSessionId`, unless it `mustExist`. */
  sessionId: string | undefined;
  mustExist?: boolean | undefined;
  /** The last turn that the caller saw; null: it saw none. */
  after?: string | null | undefined;
  /**
   * Where the turn goes on that names an `after`. `no`: there, and nowhere else: it is refused where another turn came
   * after it. `yes`: in a new session, which holds everything up to `after`. `if-moved`: there where the turn is the
   * last one, else in a new session.
   */
  fork?: 'no' | 'yes' | 'if-moved' | undefined;
  /** Its session is only read: nothing will be stored. The turn is known by `newSessionId`. */
  isEphemeral?: boolean | undefined;
  /** Of a session that this turn makes, unless that is a fork: it is as temporary as what it is a copy of. */
  isTemporary?: boolean | undefined;
  newSessionId: string;
  /** As the caller sent it. */
  assistant: string | undefined;
  defaultAssistant: string;
  /** By assistant. What is not in here is not on offer. */
  offers: ReadonlyMap<string, Offer>;
  /** Of the message, and of all that has to stand beside it. */
  messageTokens: number;
  /** Of what the caller brought before it, which is sent as far as there is room. */
  broughtTokens?: number | undefined;
  /** A shorter answer than the assistant's longest. */
  outputTokens?: number | undefined;
  /** What a title may cost that is asked for beside the answer; without it none is. */
  titleTokens?: number | undefined;
  /** Milliseconds since 1970. */
  askedAt: number;
  echo?: Echo | undefined;
  idempotency: Idempotency | undefined;
  /**
   * Steps that have to wait for what the caller says of them, unless the turn that said it is taken over. An output of an
   * earlier turn's step is one that is sent again, and passed over.
   */
  settles?: readonly OpenStep[] | undefined;
  /** Among them has to be every step that waits for its output. */
  settlesOutputs?: boolean | undefined;
  /** There is no message: one of them at least has to wait. */
  isOnlySettling?: boolean | undefined;
  /**
   * The turn of the idempotency record, which nobody holds any more, and whose journal this one goes on with:
   * `newSessionId` is then that turn's session.
   */
  takesOver?: string | undefined;
}

/** Refusals change nothing, and cost nothing. */
export type BeginResult =
  | {
      outcome: 'begun';
      sessionId: string;
      isFirst: boolean;
      forkedFrom: ForkedFrom | undefined;
      isTemporary: boolean;
      /** Of the session, or of the one it is forked from; none before the first turn. */
      title: string | undefined;
      assistant: string;
      /** What the caller brought to the session after its last turn: part of this one. */
      brought: Item[];
      /** The messages from `windowStart` on, oldest first. */
      window: StoredMessage[];
      /** Position of the window's first message. */
      windowStart: number;
      /** Oldest first; they stand for turns before the window. */
      summaries: readonly Summary[];
      reserved: number;
      /** Tokens that are held back for a summary, which the turn may ask for; 0: it may not. */
      summaryReserved: number;
      /** The same for a title, of a session that has none, and is not temporary. */
      titleReserved: number;
      limits: LimitState[];
      /** Steps that wait for the caller; behind an earlier turn than the last, for their output alone. */
      open: readonly OpenStep[];
      /** Of the turn that this one takes over. */
      journal?: Journal | undefined;
    }
  /** The same turn runs already, or is stored. `hasCalled`: where it failed, or nobody holds it, it is to be taken over. */
  | { outcome: 'repeated'; sessionId: string; turnId: string; isStored: boolean; hasCalled?: boolean }
  /** The same turn failed, and stays so: it called a tool, and nobody knows whether that was done. */
  | { outcome: 'in-doubt'; failed: TurnFailed }
  /** The same turn called a tool, and its journal is gone with its session: it cannot be taken over. */
  | { outcome: 'gone' }
  | { outcome: 'key-reused' }
  | { outcome: 'busy' }
  | { outcome: 'other-assistant'; assistant: string }
  | { outcome: 'unknown-assistant' }
  /** The session is there, and is kept as others are. */
  | { outcome: 'not-temporary' }
  | { outcome: 'unknown-session' }
  /** A step does not wait for what the caller says of it. */
  | { outcome: 'not-open'; step: OpenStep }
  /** A step that waits for its output is not given it. */
  | { outcome: 'without-output'; stepId: string }
  /** `after` names none of the session's turns. */
  | { outcome: 'unknown-turn' }
  /** Another turn came after `after`. */
  | { outcome: 'moved'; lastTurnId: string }
  | { outcome: 'too-long'; assistant: string }
  | Limited;

/**
 * What those who follow a turn are told, in blocks. `position` counts the blocks before the first of these: one that
 * stands there already was sent again because the answer to an earlier call was lost, and is passed over.
 */
export interface TokenBlocks {
  position: number;
  blocks: ReplayBlock[];
}

export interface Commit {
  /** Of the user's message in the session's list. */
  position: number;
  user: UserMessage;
  answer: AssistantMessage;
  /** Steps that wait for the caller, from now on. */
  open?: readonly OpenStep[] | undefined;
  /** What was said and has not surely been kept by `extend`. */
  unsent: TokenBlocks;
  finished: TurnFinished;
  assistant: string;
  /** Where the session has none yet. */
  title: string;
  /** Where the window begins from now on; where it was moved further meanwhile, it stays there. */
  windowStart: number;
  /** What the window costs a prompt from now on, summaries and this turn included, as the provider counts. */
  windowTokens: number;
  /** The part of that which is this turn's. */
  turnTokens: number;
  /** The session's summaries from now on; absent: as they are. */
  summaries?: readonly Summary[] | undefined;
  /** What came of the summary that was asked for. */
  summary?: AsideOutcome | undefined;
  /** What came of the title that was asked for: where that is late, it may take the place of `title`. */
  titled?: AsideOutcome | undefined;
  /** Tokens that the model is paid for, of all calls: they count against the owner's limits. */
  spent: number;
}

/**
 * What came of what a turn may ask beside its answer, and tokens were held back for. `none`: it was not asked. `late`: it
 * is still asked for; for a summary nobody else asks meanwhile. `refused`: there was nothing that could be taken; the next
 * summary is asked for some turns later. `spent`: tokens that the model is paid for.
 */
export type AsideOutcome = { outcome: 'none' | 'taken' | 'refused'; spent: number } | { outcome: 'late' };

/** A summary that came after its turn was stored, or what it cost where there is none to be stored. */
export interface LateSummary {
  /** The session's summaries with it; absent where it is not to be stored. */
  summaries: readonly Summary[] | undefined;
  /** Where the window began when it was asked for: it is stored only where that is so still. */
  windowWas: number;
  windowStart: number;
  /** How much less the window costs a prompt. */
  savedTokens: number;
  spent: number;
}

/** A title that came after its turn was stored, or what it cost where there is none to be stored. */
export interface LateTitle {
  title: string | undefined;
  spent: number;
}

/** What was asked beside a turn that stores nothing cost, in tokens. */
export interface AsideCosts {
  summary?: number;
  title?: number;
}
