export {
  type Assistant,
  type Feedback,
  type History,
  type Origin,
  ParleyClient,
  type ParleyClientOptions,
  type Rating,
  type Session,
  type StoredMessage,
  type Summary,
  type TurnRequest,
} from './client/parley-client.ts';
export { ParleyError, type Problem } from './client/problem.ts';
export { type Context, CutError, type FinishReason, type TurnEvent, type Usage } from './client/turn-events.ts';
export { type Cut, type WantedTurn, wholeTurn } from './client/whole-turn.ts';
