import type { JournaledCall } from '../ports/journal.ts';
import type { OfferedTool, ToolCall } from '../ports/model.ts';
import type { Tool } from '../ports/toolbox.ts';

const NO_ROOM = 'Not made: there is no room left for its result.';

/** So many calls of a turn are made, those that cannot be made counted too. */
export const MOST_CALLS = 32;

/** What a model may call. */
export interface Callable {
  /** By the name that the model knows them by. */
  tools: ReadonlyMap<string, Tool>;
  /** Of the caller, which makes these calls itself. */
  functions: ReadonlyMap<string, OfferedTool>;
  /** One call a round is made. */
  isSingle?: boolean | undefined;
}

interface Bounds {
  turnId: string;
  /** The turn's calls before these. */
  before: number;
  /** Of how many the prompt has room for the results. */
  room: number;
}

/** The calls of a round as steps: which are made, or left to the caller, and of the others why not. */
export function planCalls(
  calls: readonly ToolCall[],
  { tools, functions, isSingle = false }: Callable,
  { turnId, before, room }: Bounds,
): JournaledCall[] {
  let made = 0;
  let wanted = 0;
  return calls.map((call, place) => {
    const step = before + place + 1;
    const tool = tools.get(call.name);
    const byCaller = tool === undefined && functions.has(call.name);
    const isOpen = byCaller || tool?.needsApproval === true;
    // One that waits for its caller has its result in another turn's prompt.
    const isRoom = isOpen || room > made;
    const problem =
      isSingle && wanted > 0 ? 'Not made: one call at a time.' : problemOf(call, tool, { step, byCaller, isRoom });
    if (problem === undefined) wanted += 1;
    if (problem === undefined && !isOpen) made += 1;
    return {
      ...call,
      step,
      tool: tool?.name ?? call.name,
      stepId: `${turnId}.${step}`,
      ...(problem !== undefined && { problem }),
      ...(problem === undefined && isOpen && { isOpen: true }),
      ...(byCaller && { byCaller: true }),
      ...((tool?.showsResults || byCaller) && { isShown: true }),
    };
  });
}

function problemOf(
  call: ToolCall,
  tool: Tool | undefined,
  { step, byCaller, isRoom }: { step: number; byCaller: boolean; isRoom: boolean },
): string | undefined {
  if (step > MOST_CALLS) return 'Not made: no more calls can be made in this turn.';
  // What its function takes, the caller knows.
  if (byCaller) return undefined;
  if (tool === undefined) return 'Not made: there is no such tool.';
  const { problem } = tool.check(call.arguments);
  if (problem !== undefined) return `Not made: ${problem}`;
  return isRoom ? undefined : NO_ROOM;
}

export function isWithoutRoom({ problem }: JournaledCall): boolean {
  return problem === NO_ROOM;
}
