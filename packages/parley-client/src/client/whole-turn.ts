import type { TurnRequest } from './contract.ts';
import type { ParleyClient } from './parley-client.ts';
import { pauseBefore } from './pause.ts';
import { ParleyError } from './problem.ts';
import { CutError, isAbort, type TurnEvent } from './turn-events.ts';
import { UnreachableError } from './unreachable-error.ts';

/** How often a turn is looked for behind a broken connection, after a pause each time: some 45 s in all. */
const TRIES = 12;

/** The connection broke; the turn goes on, and is looked for. */
export interface Cut {
  type: 'cut';
}

/** A turn to ask, or to join where it runs already. */
export interface WantedTurn extends TurnRequest {
  opened?: { sessionId: string; turnId: string } | undefined;
  /** It was asked before, and that may have arrived. */
  wasAsked?: true | undefined;
}

/**
 * A turn's events from `opened` to `finished`, over as many connections as it takes: it is asked under its key until
 * it is known where it runs, and from then on joined there. `opened` may come more than once: then all tokens come again.
 *
 * @returns whether the turn was seen to its end; `false` where it is over and its events are kept no longer
 * @throws {ParleyError} that the turn failed, or was refused
 * @throws {UnreachableError} at once where the service was never there, or does not allow this origin
 * @throws {UnreachableError | CutError} the service could not be reached for too long
 */
export async function* wholeTurn(
  client: ParleyClient,
  turn: WantedTurn,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent | Cut, boolean> {
  let { opened } = turn;
  let after: string | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const events = opened ? await joinAgain(client, opened, after, signal) : await client.startTurn(turn, signal);
      if (events === undefined) return false;
      for await (const event of events) {
        if (event.type === 'opened') opened = { sessionId: event.session_id, turnId: event.turn_id };
        after = event.id;
        attempt = 0;
        yield event;
      }
      return true;
    } catch (error) {
      if (error instanceof ParleyError || isAbort(error) || attempt === TRIES) throw error;
      if (opened === undefined && neverArrived(error, turn)) throw error;
      yield { type: 'cut' };
      await pauseBefore(attempt, signal);
      signal.throwIfAborted();
    }
  }
}

/** Nothing of the turn can have reached the service, nor will it by being asked again. */
function neverArrived(error: unknown, { wasAsked }: WantedTurn): boolean {
  if (!(error instanceof UnreachableError)) return false;
  return error.reason === 'origin-refused' || (error.reason === 'never-reached' && !wasAsked);
}

/** That a turn cannot be joined at the moment says nothing of the turn. */
async function joinAgain(
  client: ParleyClient,
  { sessionId, turnId }: { sessionId: string; turnId: string },
  after: string | undefined,
  signal: AbortSignal,
): Promise<AsyncGenerator<TurnEvent> | undefined> {
  try {
    return await client.joinTurn(sessionId, { turnId, ...(after === undefined ? {} : { after }), signal });
  } catch (error) {
    if (error instanceof ParleyError && error.problem.retryable) throw new CutError(error.message, { cause: error });
    throw error;
  }
}
