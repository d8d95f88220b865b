import type { ToolCall, Usage } from './model.ts';
import type { ToolResult } from './toolbox.ts';

/** One call of a turn: a step. */
export interface JournaledCall extends ToolCall {
  /** Counts the turn's calls from 1, over all its rounds, whoever holds the turn. */
  step: number;
  /** As everybody but the model knows the tool: `orders/search`. */
  tool: string;
  /** By which the caller knows the step: that of the turn which holds it, but where the turn before left it open. */
  stepId: string;
  /** Why it is not made, in words for the model: it has no result but these, and is no step to the caller. */
  problem?: string;
  /** What the caller decided or brought, or why it could not be made after all: it is not made, and this is its result. */
  verdict?: Pick<StepResult, 'status' | 'text'>;
  /** It waits for its caller. */
  isOpen?: true;
  /** A function of the caller's, which makes the call itself. */
  byCaller?: true;
  /** The caller may see what comes of it. */
  isShown?: true;
}

/** What came of a call, as the model is told it. */
export interface StepResult extends Omit<ToolResult, 'status'> {
  status: ToolResult['status'] | 'rejected';
  ms: number;
}

/** Written before any of the round's calls goes out: from then on each may have been made. */
export interface JournaledRound {
  type: 'round';
  /** What the model said before it called. */
  content: string;
  thoughts?: readonly object[];
  calls: JournaledCall[];
  /** Its calls were left open by the turn before: those that are made wait for no approval any more. */
  isDecided?: true;
  /** Of this round alone. */
  usage: Usage;
  /** What each result may have. */
  resultTokens: number;
}

/**
 * What a turn has done, in its order. A call whose result is not there is in doubt once nobody waits for it any more.
 * `again`: one that was in doubt is made a second time.
 */
export type JournalEntry =
  | JournaledRound
  | { type: 'again'; step: number }
  | { type: 'result'; step: number; result: StepResult };

/** The journal of a turn that failed, or whose holder died, for the turn that goes on in its place. */
export interface Journal {
  /** The turn that began it. */
  name: string;
  entries: JournalEntry[];
}

/** Entries to be written; `position` counts those before them, so that none is written twice. */
export interface JournalPart {
  position: number;
  entries: JournalEntry[];
}

/** The steps that wait for no approval any more, as these entries say. */
export function decidedSteps(entries: readonly JournalEntry[]): string[] {
  const rounds = entries.filter((entry) => entry.type === 'round' && entry.isDecided) as JournaledRound[];
  return rounds.flatMap(({ calls }) =>
    calls.filter(({ verdict }) => verdict === undefined).map(({ stepId }) => stepId),
  );
}
