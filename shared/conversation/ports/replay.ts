import type { ToolCalled, ToolReturned, TurnFailed, TurnFinished, TurnStarted, WithheldStep } from '../events.ts';

/** Tokens, or one thing that was done between them. */
export type ReplayBlock = string[] | ToolCalled | ToolReturned;

/**
 * How a running, or the last, turn is told again: its start, what was said and done in blocks, its ending. A number stands
 * for a block of so many tokens that is told no more, a `WithheldStep` for one thing that was done.
 */
export type ReplayEntry = TurnStarted | ReplayBlock | number | WithheldStep | TurnFinished | TurnFailed;

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
  if (typeof last !== 'object' || Array.isArray(last)) return false;
  return last.type === 'turn-finished' || last.type === 'turn-failed';
}

/** Whether what was said in a turn may not be told again. */
export function isFiltered(ending: TurnFinished | TurnFailed): boolean {
  return ending.type === 'turn-failed' && ending.code === 'content-filtered';
}

/** What is left of an entry where nothing may be told again but how much there was. */
export function withheld(entry: ReplayEntry): ReplayEntry {
  if (Array.isArray(entry)) return entry.length;
  if (typeof entry !== 'object') return entry;
  if (entry.type === 'tool-called') return entry.by_caller ? 'called-by-caller' : 'called';
  return entry.type === 'tool-returned' ? 'returned' : entry;
}
