import type { JournaledCall } from '../ports/journal.ts';
import type { ToolCall } from '../ports/model.ts';
import type { Tool } from '../ports/toolbox.ts';

const NO_ROOM = 'Not made: there is no room left for its result.';

/** So many calls of a turn are made, those that cannot be made counted too. */
export const MOST_CALLS = 32;

interface Bounds {
  turnId: string;
  /** The turn's calls before these. */
  before: number;
  /** Of how many the prompt has room for the results. */
  room: number;
}

/** The calls of a round as steps: which are made, and of the others why not. */
export function planCalls(
  calls: readonly ToolCall[],
  tools: ReadonlyMap<string, Tool>,
  { turnId, before, room }: Bounds,
): JournaledCall[] {
  let made = 0;
  return calls.map((call, place) => {
    const step = before + place + 1;
    const tool = tools.get(call.name);
    // One that waits for an approval has its result in another turn's prompt.
    const problem = problemOf(call, tool, step, tool?.needsApproval ? 1 : room - made);
    if (problem === undefined && !tool?.needsApproval) made += 1;
    return {
      ...call,
      step,
      tool: tool?.name ?? call.name,
      stepId: `${turnId}.${step}`,
      ...(problem !== undefined && { problem }),
      ...(problem === undefined && tool?.needsApproval && { isOpen: true }),
      ...(tool?.showsResults && { isShown: true }),
    };
  });
}

function problemOf(call: ToolCall, tool: Tool | undefined, step: number, room: number): string | undefined {
  if (step > MOST_CALLS) return 'Not made: no more calls can be made in this turn.';
  if (tool === undefined) return 'Not made: there is no such tool.';
  const { problem } = tool.check(call.arguments);
  if (problem !== undefined) return `Not made: ${problem}`;
  return room > 0 ? undefined : NO_ROOM;
}

export function isWithoutRoom({ problem }: JournaledCall): boolean {
  return problem === NO_ROOM;
}
