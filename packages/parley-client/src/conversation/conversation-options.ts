import type { ParleyClient } from '../client/parley-client.ts';
import type { TurnFailure } from './turn-failure.ts';

export interface ShownConversationOptions {
  client: ParleyClient;
  /** One to go on with. */
  sessionId?: string | undefined;
  /** Of a new conversation. */
  assistant?: string | undefined;
  /** A new conversation is on no list, and is forgotten an hour after its last turn at the latest. */
  temporary?: boolean | undefined;
  /** Under which the tab keeps what has no session; by default the place among the conversations open on the page. */
  name?: string | undefined;
  /** Called when the conversation has another session than before: a new one, or none, when the old one is gone. */
  onSession?: ((sessionId: string | undefined) => void) | undefined;
}

export interface ConversationOptions extends ShownConversationOptions {
  /** Called when a turn has been stored. */
  onTurn?: (() => void) | undefined;
  /** Called once for each failure: of a turn, or of reading what is stored. Not again when it is told after a reload. */
  onError?: ((failure: TurnFailure) => void) | undefined;
}
