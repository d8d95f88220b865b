import type { JournaledCall } from '../ports/journal.ts';
import type { Approval, AssistantMessage, StoredMessage, StoredStep } from '../ports/stored.ts';
import type { Tool } from '../ports/toolbox.ts';
import { type AnsweredRound, callOf } from './step-messages.ts';

const REJECTED = 'Not made: the user did not allow it.';
/** By a turn that failed, or by one that is not in this fork. */
const UNKNOWN = 'What came of it is not known here.';

/** What the last turn of a window left open. */
export function openSteps(window: readonly StoredMessage[]): StoredStep[] {
  const last = window.at(-1);
  return last?.role === 'assistant' ? (last.steps ?? []).filter(({ status }) => status === 'open') : [];
}

/** Steps that were left open, as calls of the turn that decides on them: of what it does not name, it says no. */
export function decidedCalls(
  open: readonly StoredStep[],
  approvals: readonly Approval[],
  tools: ReadonlyMap<string, Tool>,
): JournaledCall[] {
  const allowed = new Set(approvals.filter(({ decision }) => decision === 'yes').map(({ id }) => id));
  return open.map((step, place) => {
    const { id, name, arguments: written } = callOf(step);
    const call = { id, name, arguments: written, step: place + 1, tool: step.name, stepId: step.id };
    if (!allowed.has(step.id)) return { ...call, verdict: { status: 'rejected', text: REJECTED } };
    const tool = tools.get(name);
    const problem = tool === undefined ? 'there is no such tool any more.' : tool.check(written).problem;
    if (problem !== undefined) return { ...call, verdict: { status: 'error', text: `Not made: ${problem}` } };
    return { ...call, ...(tool?.showsResults && { isShown: true }) };
  });
}

/**
 * Steps that were left open and that a message rejects, as they are stored with its answer,
 *
 * @param waiting those that nobody has decided on
 */
export function rejectedSteps(open: readonly StoredStep[], waiting: readonly string[]): StoredStep[] {
  return open.map((step) => ({
    ...step,
    ...(waiting.includes(step.id) ? { status: 'rejected', result: REJECTED } : { status: 'error', result: UNKNOWN }),
    ...{ ms: 0, at: 0, before: true },
  }));
}

/** and as they are sent before the message. */
export function rejectedRound(rejected: NonNullable<AssistantMessage['steps']>): AnsweredRound | undefined {
  return rejected.length > 0 ? { content: '', calls: rejected.map(callOf) } : undefined;
}
