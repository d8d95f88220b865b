import type { TurnEvent, TurnStarted } from '../../conversation/events.ts';
import { Failure } from '../../conversation/failure.ts';
import { followTurn, tellSoFar, tellStored } from '../../conversation/follow.ts';
import type { Replay } from '../../conversation/ports/replay.ts';
import type { StoredTurn } from '../../conversation/ports/stored.ts';
import type { Call } from '../endpoint.ts';
import { notFound } from './api-failure.ts';
import { createResponseFold } from './create-response-fold.ts';
import { readResponseId, type TurnPlace } from './ids.ts';
import { readEcho } from './response-echo.ts';
import type { ApiResponse } from './response-object.ts';

/** A turn of the caller's, by the id of its response: as its replay has it, or as it is stored. */
export type KeptResponse = TurnPlace & ({ replay: Replay } | { turn: StoredTurn });

/** @throws {ApiFailure} 404 where there is none, or it was not to be kept */
export async function keptResponse(call: Call): Promise<KeptResponse> {
  const kept = await findResponse(call);
  if ('turn' in kept) return kept;
  // A replay begins with its turn's start.
  const { echo } = kept.replay.entries[0] as TurnStarted;
  if (readEcho(echo).store === false) throw notFound('response');
  return kept;
}

/** @throws {ApiFailure} 404 where there is none */
export async function findResponse({ request, caller, services }: Call): Promise<KeptResponse> {
  const place = readResponseId(request.params['response_id']);
  if (place === undefined) throw notFound('response');
  const { sessionId, turnId } = place;
  const replay = await services.store.follow(caller.owner, sessionId, turnId, 0);
  if (replay !== undefined) return { ...place, replay };
  const turn = await services.store.readTurn(caller.owner, sessionId, turnId);
  if (turn === undefined) throw notFound('response');
  return { ...place, turn };
}

/** All of the turn, waiting for what is still to come. */
export function tellKept({ services, caller }: Call, kept: KeptResponse): AsyncGenerator<TurnEvent> {
  const { sessionId, turnId } = kept;
  return 'replay' in kept
    ? followTurn(services.store, caller.owner, sessionId, kept.replay)
    : tellStored(sessionId, turnId, kept.turn);
}

/** The response as it is. */
export async function responseSoFar({ services }: Call, kept: KeptResponse): Promise<ApiResponse> {
  const fold = createResponseFold(services);
  const events = 'replay' in kept ? tellSoFar(kept.replay) : tellStored(kept.sessionId, kept.turnId, kept.turn);
  try {
    for await (const event of events) fold.tell(event);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    fold.fail(error);
  }
  return fold.response;
}

/**
 * The response as it is, for one who asks for it later.
 *
 * @throws {ApiFailure} 404 where it was stopped before a word: nothing of it is kept, but for those who hear its end
 */
export async function readResponse(call: Call, kept: KeptResponse): Promise<ApiResponse> {
  const { services, caller } = call;
  const { sessionId, turnId } = kept;
  const response = await responseSoFar(call, kept);
  if (response.status !== 'cancelled' || response.output.some(({ type }) => type === 'message')) return response;
  // What it found open, and rejected, it may have told all the same.
  if ((await services.store.readTurn(caller.owner, sessionId, turnId)) === undefined) throw notFound('response');
  return response;
}

/**
 * A turn that is stored.
 *
 * @throws {Failure} 404; `turn-in-progress` while it runs: what it was asked is stored with its answer
 */
export async function storedResponse(call: Call): Promise<TurnPlace & { turn: StoredTurn }> {
  const { services, caller } = call;
  const kept = await keptResponse(call);
  if ('turn' in kept) return kept;
  const turn = await services.store.readTurn(caller.owner, kept.sessionId, kept.turnId);
  if (turn !== undefined) return { sessionId: kept.sessionId, turnId: kept.turnId, turn };
  if (kept.replay.state !== 'running') throw notFound('response');
  throw new Failure('turn-in-progress', 'The response is still under way.', { retryAfterSeconds: 1 });
}
