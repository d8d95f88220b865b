import type { TurnEvent } from '../conversation/events.ts';
import { takeTurn } from '../conversation/turn.ts';
import { refusedTurn } from '../conversation/turn-audit.ts';
import type { TurnRequest } from '../conversation/turn-request.ts';
import type { Call } from './endpoint.ts';

/**
 * The turn that a request asks for, once it has begun. One that is refused, whatever the reason, never begins: its record
 * is written here.
 *
 * @param read reads and checks the request
 * @throws {Failure} the request's, or the refusal of the turn
 */
export async function requestedTurn(
  call: Call,
  read: (call: Call) => Promise<TurnRequest>,
): Promise<AsyncGenerator<TurnEvent>> {
  const { services, caller, requestId, traceparent } = call;
  let turn: TurnRequest | undefined;
  try {
    turn = await read(call);
    return await takeTurn(services.turns, caller.owner, { ...turn, token: caller.token });
  } catch (error) {
    const assistant =
      turn?.assistant !== undefined && services.assistants.has(turn.assistant) ? turn.assistant : undefined;
    const named = { sessionId: turn?.sessionId, assistant };
    const record = refusedTurn({ owner: caller.owner, requestId }, named, error);
    services.audit.note(record, { message: turn?.message });
    const now = Date.now();
    services.telemetry.observe({ record, startedAt: now, endedAt: now, traceparent });
    throw error;
  }
}
