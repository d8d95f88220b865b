import type { JournaledCall } from '../ports/journal.ts';
import type { Approval, AssistantMessage, OpenStep, Output, StoredMessage, StoredStep } from '../ports/stored.ts';
import type { Tool } from '../ports/toolbox.ts';
import { type AnsweredRound, callOf } from './step-messages.ts';

/** In words for the model. */
export const REJECTED = 'Not made: the user did not allow it.';
const NOT_MADE = 'Not made: the app whose function it is went on without it.';
/** By a turn that failed, or by one that is not in this fork. */
const UNKNOWN = 'What came of it is not known here.';

/** What a turn finds open, and what its caller says of it. */
export interface Settlement {
  /** What the turn before left open. */
  steps: readonly StoredStep[];
  /** What of that waits still. */
  open: readonly OpenStep[];
  approvals: readonly Approval[];
  outputs: readonly Output[];
}

/** What the turn before has left open, as the caller settles it. */
export interface LeftOpen {
  /** In place of a message: some are to be made. */
  calls: JournaledCall[];
  /** With a message. */
  before: readonly StoredStep[];
}

type Verdict = NonNullable<JournaledCall['verdict']>;

/** What the last turn of a window left open. */
export function openSteps(window: readonly StoredMessage[]): StoredStep[] {
  const last = window.at(-1);
  return last?.role === 'assistant' ? (last.steps ?? []).filter(({ status }) => status === 'open') : [];
}

/** For what a step waits that is stored as open. */
export function openStepOf({ id, by_caller }: StoredStep): OpenStep {
  return { id, awaits: by_caller ? 'output' : 'approval' };
}

/** What comes of a step without a call: of what the caller does not name nothing. None where the call is to be made. */
function verdictOf({ id, by_caller }: StoredStep, { open, approvals, outputs }: Settlement): Verdict | undefined {
  const output = outputs.find((each) => each.id === id);
  if (output !== undefined) return { status: 'ok', text: output.output };
  if (!open.some((each) => each.id === id)) return { status: 'error', text: UNKNOWN };
  if (by_caller) return { status: 'rejected', text: NOT_MADE };
  const isAllowed = approvals.some((approval) => approval.id === id && approval.decision === 'yes');
  return isAllowed ? undefined : { status: 'rejected', text: REJECTED };
}

/** Steps that were left open, as calls of the turn that settles them in place of a message. */
export function settledCalls(settlement: Settlement, tools: ReadonlyMap<string, Tool>): JournaledCall[] {
  return settlement.steps.map((step, place) => {
    const { id, name, arguments: written } = callOf(step);
    const call = { id, name, arguments: written, step: place + 1, tool: step.name, stepId: step.id };
    const own = { ...call, ...(step.by_caller && { byCaller: true as const, isShown: true as const }) };
    const verdict = verdictOf(step, settlement);
    if (verdict !== undefined) return { ...own, verdict };
    const tool = tools.get(name);
    const problem = tool === undefined ? 'there is no such tool any more.' : tool.check(written).problem;
    if (problem !== undefined) return { ...call, verdict: { status: 'error', text: `Not made: ${problem}` } };
    return { ...call, ...(tool?.showsResults && { isShown: true }) };
  });
}

/** Steps that were left open, as they are stored with the answer to the message that settles them: none is made, */
export function settledSteps(settlement: Settlement): StoredStep[] {
  return settlement.steps.map((step) => {
    const { status, text: result } = verdictOf(step, { ...settlement, approvals: [] }) as Verdict;
    return { ...step, status, result, ms: 0, at: 0, before: true, ...(step.by_caller && { shown: true }) };
  });
}

/** and as they are sent before the message. */
export function settledRound(settled: NonNullable<AssistantMessage['steps']>): AnsweredRound | undefined {
  return settled.length > 0 ? { content: '', calls: settled.map(callOf) } : undefined;
}

/** Whether it is more than what the caller said of a step: the turn is stored for it where no word was said. */
export function isDone({ before, by_caller, status }: StoredStep): boolean {
  return !before && !(by_caller && status !== 'open');
}
