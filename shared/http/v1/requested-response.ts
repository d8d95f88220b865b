import type { TurnEvent } from '../../conversation/events.ts';
import { codeOf, Failure } from '../../conversation/failure.ts';
import type { Call } from '../endpoint.ts';
import { requestedTurn } from '../requested-turn.ts';
import { notFound } from './api-failure.ts';
import { approvalRequestId, functionCallId } from './ids.ts';
import { noCall, noOutput, noRequest } from './paired-items.ts';
import { type ResponseRequest, readResponseRequest, unknownPrevious } from './response-request.ts';

/**
 * The turn that a request for a response asks for, once it has begun.
 *
 * @param read reads and checks the request
 * @throws {Failure} the request's, or the refusal of the turn
 */
export async function requestedResponse(
  call: Call,
  read: (call: Call) => Promise<ResponseRequest> = readResponseRequest,
): Promise<{ events: AsyncGenerator<TurnEvent>; isStream: boolean }> {
  let asked: ResponseRequest | undefined;
  try {
    const events = await requestedTurn(call, async () => {
      asked = await read(call);
      return asked.turn;
    });
    return { events, isStream: asked?.isStream === true };
  } catch (error) {
    throw named(error, asked);
  }
}

/** What waits for the caller, or does not, by the id that the caller knows. */
function unsettled(stepId: string, field: string | undefined, { turn }: ResponseRequest): unknown {
  if (field === 'approve') return noRequest(approvalRequestId(turn.sessionId ?? '', stepId), 'input');
  return (field === 'outputs' ? noCall : noOutput)(functionCallId(stepId), 'input');
}

/** What does not exist is called as the caller calls it. */
function named(error: unknown, asked: ResponseRequest | undefined): unknown {
  if (asked === undefined || !(error instanceof Failure)) return error;
  if (error.stepId !== undefined) return unsettled(error.stepId, error.errors?.[0]?.field, asked);
  const isUnknown = codeOf(error) === 'session-not-found' || error.errors?.[0]?.field === 'after';
  if (!isUnknown) return error;
  return asked.turn.after === undefined ? notFound('conversation', 'conversation') : unknownPrevious();
}
