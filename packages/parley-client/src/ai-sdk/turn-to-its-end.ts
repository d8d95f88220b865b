import type { ParleyClient } from '../client/parley-client.ts';
import { CutError, type TurnEvent } from '../client/turn-events.ts';
import { type WantedTurn, wholeTurn } from '../client/whole-turn.ts';
import { eventsOf, isAnswer } from './stored-answer.ts';

/**
 * A turn's events to its end, also where it is over and its events are kept no longer: then from what is stored, after
 * another `opened`.
 *
 * @throws {ParleyError} that the turn failed, or was refused
 * @throws {UnreachableError | CutError} the service was never reached, or not for too long; or the turn is lost
 */
export async function* turnToItsEnd(
  client: ParleyClient,
  turn: WantedTurn,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent, void> {
  let { opened } = turn;
  const events = wholeTurn(client, turn, signal);
  for (;;) {
    const { done, value } = await events.next();
    if (done && value) return;
    if (done) break;
    if (value.type === 'opened') opened = { sessionId: value.session_id, turnId: value.turn_id };
    if (value.type !== 'cut') yield value;
  }
  const history = opened && (await client.findHistory(opened.sessionId));
  const answer = history?.messages.filter(isAnswer).find(({ turn_id }) => turn_id === opened?.turnId);
  if (history === undefined || answer === undefined) {
    throw new CutError('The answer was lost before it could be stored.');
  }
  yield* eventsOf(answer, history);
}
