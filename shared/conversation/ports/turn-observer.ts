import type { FinishReason } from '../events.ts';
import type { AsideRecord, FeedbackRecord, TurnRecord } from './audit-record.ts';
import type { Usage } from './model.ts';

/** A call of a tool that was answered, or is in doubt. Times in milliseconds since 1970. */
export interface ObservedCall {
  tool: string;
  step: number;
  outcome: 'ok' | 'error' | 'in-doubt';
  startedAt: number;
  endedAt: number;
}

/** That the model was asked, and spoke or called tools. Times in milliseconds since 1970. */
export interface ObservedRound {
  startedAt: number;
  /** Where it has said something. */
  firstTokenAt?: number;
  endedAt: number;
  /** Absent where it failed. */
  finishReason?: FinishReason;
  /** Absent where that is not known. */
  usage?: Usage;
}

/** A turn that is over, with what its audit record says of it: no text. Times in milliseconds since 1970. */
export interface ObservedTurn {
  record: TurnRecord;
  startedAt: number;
  endedAt: number;
  rounds?: readonly ObservedRound[];
  calls?: readonly ObservedCall[];
  /** W3C, of the request. */
  traceparent: string | undefined;
}

/** What was asked beside a turn and has ended, with what its audit record says of it. Times in milliseconds since 1970. */
export interface ObservedAside {
  record: AsideRecord;
  startedAt: number;
  endedAt: number;
  /** W3C, of the request of its turn. */
  traceparent: string | undefined;
}

/** A rating, with what its audit record says of it: no comment. */
export interface ObservedFeedback {
  record: FeedbackRecord;
  /** Milliseconds since 1970. */
  at: number;
  /** W3C, of the request. */
  traceparent: string | undefined;
}

/** The port to who watches turns. */
export interface TurnObserver {
  observe(turn: ObservedTurn): void;
  observeAside(aside: ObservedAside): void;
  observeFeedback(feedback: ObservedFeedback): void;
}
