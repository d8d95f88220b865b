import type { ContextReport, FinishReason } from '../events.ts';
import type { FailureCode, FilterResult } from '../failure.ts';
import type { Usage } from './model.ts';
import type { DownReason, Rating } from './stored.ts';

/** Who asked for what is recorded. */
interface Asked {
  /** The caller's hash, as in the store's keys. */
  owner: string;
  /** `X-Request-Id` of the answer. */
  request_id: string;
}

/**
 * One turn. `answered`: the turn is about to be stored; where that fails after all, a second record of the same turn
 * says so. `stopped`: before the first token, so nothing is stored. `failed`: begun, and nothing is stored. `refused`:
 * never begun, so that it has no turn id, and a session and an assistant only where it named some that can be ours.
 */
export interface TurnRecord extends Asked {
  event: 'turn';
  outcome: 'answered' | 'stopped' | 'failed' | 'refused';
  session_id: string | null;
  turn_id: string | null;
  assistant: string | null;
  /** The system prompt's `promptVersion`. */
  prompt_version: string | null;
  /** Adapter and deployment, such as `azure:gpt-5.4-mini`. */
  model: string | null;
  finish_reason: FinishReason | null;
  failure: FailureCode | null;
  /** What the provider's content filter refused. */
  filter: FilterResult | null;
  usage: Usage | null;
  /** What the model was paid for in all calls of the turn, those that were repeated too; none of a refused turn. */
  spent_tokens: number | null;
  context: ContextReport | null;
  /** Milliseconds from the turn's begin, and to the moment of this record. */
  first_token_ms: number | null;
  total_ms: number | null;
}

/**
 * A summary, or a title, was asked for beside a turn. `taken`: it is stored, with the turn or behind it. `refused`: there
 * was none that could be taken. `lost`: its turn, or its session, was not there any more, or the window had moved, or the
 * session was renamed.
 */
export interface AsideRecord extends Asked {
  event: 'summary' | 'title';
  outcome: 'taken' | 'refused' | 'lost';
  session_id: string;
  turn_id: string;
  assistant: string;
  /** Adapter and deployment, such as `azure:gpt-5.4-mini`. */
  model: string;
  usage: Usage | null;
  /** What the model was paid for: beside what the turn's own record says. */
  spent_tokens: number;
  total_ms: number;
}

/** A tool is about to be called on behalf of a turn; what became of it is known once that has ended. */
export interface ToolCallRecord extends Asked {
  event: 'tool-call';
  session_id: string;
  turn_id: string;
  assistant: string;
  tool: string;
  /** Counts the turn's calls from 1. */
  step: number;
  /** By which the tool knows the call. */
  idempotency_key: string;
}

/** A session, or all that is the caller's, is about to be deleted, or handed out; with a `failure` it was not. */
export interface DataRecord extends Asked {
  event: 'session-deleted' | 'all-deleted' | 'exported';
  /** Of `session-deleted`. */
  session_id: string | null;
  failure: FailureCode | null;
}

/** A turn was rated. */
export interface FeedbackRecord extends Asked {
  event: 'feedback';
  session_id: string;
  turn_id: string;
  rating: Rating;
  reason: DownReason | null;
  /** What was rated: as in the turn's own record; null of a turn that was stored before this was kept. */
  assistant: string;
  prompt_version: string | null;
  model: string | null;
}

export type AuditRecord = TurnRecord | AsideRecord | ToolCallRecord | DataRecord | FeedbackRecord;

/** What people and models wrote. `AUDIT_CONTENT` says in which form it is kept, if at all. */
export interface AuditTexts {
  message?: string | undefined;
  answer?: string | undefined;
  comment?: string | undefined;
  /** Of a call. */
  arguments?: string | undefined;
}
