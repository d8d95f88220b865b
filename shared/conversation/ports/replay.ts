import type { TurnFailed, TurnFinished, TurnStarted } from '../events.ts';

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

/** Whether a replay's entries reach to its ending. */
export function hasEnding(entries: readonly ReplayEntry[]): boolean {
  const last = entries.at(-1);
  return typeof last === 'object' && !Array.isArray(last) && last.type !== 'turn-started';
}

/** Whether what was said in a turn may not be told again. */
export function isFiltered(ending: TurnFinished | TurnFailed): boolean {
  return ending.type === 'turn-failed' && ending.code === 'content-filtered';
}
