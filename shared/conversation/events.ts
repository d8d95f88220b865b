import type { FailureCode } from './failure.ts';
import type { LimitState } from './limits.ts';
import type { Echo } from './ports/echo.ts';
import type { Usage } from './ports/model.ts';
import type { Source } from './ports/source.ts';
import type { ToolResult } from './ports/toolbox.ts';

/**
 * Why an answer ended: the model was done, its limit was reached, the caller stopped it, the platform's limit was near, a
 * call waits for the caller's approval, or is the caller's own to make.
 */
export type FinishReason = 'stop' | 'length' | 'stopped' | 'deadline' | 'approval' | 'tool_calls';

/** What was sent to the model for a turn: the window of the conversation that fitted the budget. */
export interface ContextReport {
  /** Messages sent, the new one included, the system prompt not. */
  messages: number;
  /** Messages of the session that are kept, but were not sent, and of which nothing else was. */
  dropped_messages: number;
  /** Messages of the session that were sent in summary only. */
  summarized_messages: number;
  /** What the summary cost that was asked for beside the answer; 0: none was. */
  summary_tokens: number;
  /** Tokens of the whole prompt, counted by the service. */
  prompt_tokens: number;
  /** `MAX_CONTEXT_TOKENS`: what `prompt_tokens` is held under. */
  max_prompt_tokens: number;
  /** `prompt_tokens` is an upper bound: no exact count was at hand by the turn's end. */
  estimated?: true;
}

export interface TurnStarted {
  type: 'turn-started';
  session_id: string;
  turn_id: string;
  assistant: string;
  /** Milliseconds since 1970; absent in what an older version wrote. */
  asked_at?: number;
  echo?: Echo;
  /** Where the caller stands with its limits; absent where a turn is told again. */
  limits?: LimitState[];
  /** The turns that it goes on with, of which nothing was stored. */
  took_over?: string[];
}

export interface TokenSaid {
  type: 'token-said';
  token: string;
}

/** A tool is called, or was, where the turn is told again. */
export interface ToolCalled {
  type: 'tool-called';
  /** `<turn id>.<step>`, of the turn that wanted it: of this one, or of that before where that left it open. */
  id: string;
  name: string;
  /** The text that the model wrote. */
  arguments: string;
  /** It waits for the caller's approval, which is another turn: this one tells nothing of what comes of it. */
  approve?: true;
  /** A function of the caller's. One of this turn waits for what comes of it as others do for their approval. */
  by_caller?: true;
}

/** What came of a call; `rejected`: the caller did not allow it. */
export interface ToolReturned {
  type: 'tool-returned';
  id: string;
  status: ToolResult['status'] | 'rejected';
  ms: number;
  /** Only where the tool shows it. */
  result?: string;
  sources?: ToolResult['sources'];
}

/** Something that was done and is not told again, as the tokens beside it. Its number is left out. */
export interface StepWithheld {
  type: 'step-withheld';
  step: WithheldStep;
}

/** A call, what came of one, or a call of a function of the caller's. */
export type WithheldStep = 'called' | 'returned' | 'called-by-caller';

/** Tokens that are not told again: the content filter refused the answer. Their numbers are left out. */
export interface TokensWithheld {
  type: 'tokens-withheld';
  count: number;
}

export interface TurnFinished {
  type: 'turn-finished';
  finish_reason: FinishReason;
  usage: Usage;
  context: ContextReport;
  /** What the answer cites: the first is `[1]`; behind that, where its tools have found something. Absent where there is none. */
  sources?: Source[];
  /** Milliseconds since 1970; absent in what an older version wrote. */
  finished_at?: number;
}

/**
 * What a turn yields: one `turn-started`, any number of `token-said`, and among them a `tool-called` and later its
 * `tool-returned` for each step, one `turn-finished`. JSON and streaming answers are two ways to fold these. A turn that
 * fails throws a `Failure` in place of the rest. One that is told again may have `tokens-withheld` and `step-withheld`
 * in place of what was said and done.
 */
export type TurnEvent =
  | TurnStarted
  | TokenSaid
  | ToolCalled
  | ToolReturned
  | TokensWithheld
  | StepWithheld
  | TurnFinished;

/** How a failed turn is remembered for those who join it late. */
export interface TurnFailed {
  type: 'turn-failed';
  code: FailureCode;
  detail: string;
  retry_after_seconds?: number;
  /** Of the request that ran the turn. */
  request_id?: string;
}
