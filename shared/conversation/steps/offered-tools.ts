import type { OfferedTool, OfferedTools } from '../ports/model.ts';
import type { Callable } from './plan-calls.ts';
import type { ToolTurn } from './tool-turn.ts';

/** What a model is told that it may call: the assistant's tools, and its caller's functions behind them. */
export function offeredTools({ tools, functions }: Callable): OfferedTool[] {
  return [...[...tools.values()].map(({ offered }) => offered), ...functions.values()];
}

/** The same for a round that may call, and what its caller wants of that. */
export function wantedTools(
  offered: readonly OfferedTool[],
  { isSingle }: Callable,
  choice: ToolTurn['choice'],
): OfferedTools {
  return { offered, isLast: false, isSingle, ...(choice !== 'none' && { choice }) };
}
