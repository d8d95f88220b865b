import type { Approval, Output } from '../../conversation/ports/stored.ts';
import { REJECTED } from '../../conversation/steps/settled-steps.ts';
import { refused } from './api-failure.ts';
import { readFunctionCallId, readItemId } from './ids.ts';
import type { InputItem, Said } from './input-items.ts';
import { shortened } from './item-checks.ts';
import type { Resolved } from './resolve-items.ts';

/** Where a turn goes on: in a session, and there behind a turn where one is named. */
export interface Behind {
  sessionId: string | undefined;
  after?: string | undefined;
}

/** What a caller brings, its calls with what came of them, and what it says of those that wait for it. */
export interface Paired {
  said: (Said & { from: InputItem })[];
  outputs: Output[];
  approve: Approval[];
  /** The last item settles something, or is what came of a call: nothing has to be asked behind it. */
  isAnswered: boolean;
}

type Called = Extract<Resolved, { called: unknown }>['called'];

/**
 * Finds each call's output. One that is none of these goes to a call that waits for it in the session.
 *
 * @throws {ApiFailure} 400 for a call without its output, or an output without its call
 */
export function pairItems(items: readonly InputItem[], resolved: readonly Resolved[], behind: Behind): Paired {
  const calls = new Map<string, { called: Called; from: InputItem }>();
  const paired: Paired = { said: [], outputs: [], approve: [], isAnswered: false };
  const answered = new Set(resolved.flatMap((each) => ('approval' in each ? [each.approval.id.toLowerCase()] : [])));
  for (const [at, item] of resolved.entries()) {
    const from = items[at] as InputItem;
    paired.isAnswered = 'output' in item || 'approval' in item;
    if ('said' in item) paired.said.push({ ...item.said, from });
    else if ('called' in item) {
      if (calls.has(item.called.call_id))
        throw refused('invalid_value', from.param, 'The same call stands here twice.');
      calls.set(item.called.call_id, { called: item.called, from });
    } else if ('output' in item) {
      const { call_id: callId, output } = item.output;
      const call = calls.get(callId);
      const stepId = openStepOf(callId, behind, call !== undefined);
      calls.delete(callId);
      if (stepId !== undefined) addOnce(paired.outputs, { id: stepId, output }, from.param);
      else if (call) paired.said.push({ role: 'assistant', content: output, call: call.called, from: call.from });
      else throw noCall(callId, from.param);
    } else if ('approval' in item) {
      addOnce(paired.approve, approvalOf(item.approval, behind, from.param), from.param);
    } else if (!answered.has(item.request.call_id.toLowerCase())) {
      // Nobody answers it in what the caller brings.
      paired.said.push({ role: 'assistant', content: REJECTED, call: item.request, from });
    }
  }
  for (const [callId, { from }] of calls) throw noOutput(callId, from.param);
  return paired;
}

/**
 * The step that an output is for, where the session may have it open. Some clients send the call again, which is kept
 * there: then it is the last turn's, as far as anybody knows.
 */
function openStepOf(callId: string, { sessionId, after }: Behind, isBrought: boolean): string | undefined {
  const own = sessionId === undefined ? undefined : readFunctionCallId(callId);
  if (own === undefined || (isBrought && after !== undefined && own.turnId !== after)) return undefined;
  return own.stepId;
}

function approvalOf({ id, approve }: { id: string; approve: boolean }, { sessionId }: Behind, param: string): Approval {
  const place = readItemId(id);
  if (sessionId === undefined || place?.type !== 'mcp_approval_request' || place.sessionId !== sessionId) {
    throw noRequest(id, param);
  }
  return { id: `${place.blockId}.${place.place}`, decision: approve ? 'yes' : 'no' };
}

function addOnce<T extends { id: string }>(list: T[], item: T, param: string): void {
  if (list.some(({ id }) => id === item.id)) throw refused('invalid_value', param, 'The same is answered here twice.');
  list.push(item);
}

// In OpenAI's words, by which clients know it.

export function noCall(callId: string, param: string) {
  return refused(
    'invalid_value',
    param,
    `No tool call found for function call output with call_id ${shortened(callId)}.`,
  );
}

export function noOutput(callId: string, param: string) {
  return refused('invalid_value', param, `No tool output found for function call ${shortened(callId)}.`);
}

export function noRequest(id: string, param: string) {
  return refused('invalid_value', param, `No approval request found that waits, with id ${shortened(id)}.`);
}
