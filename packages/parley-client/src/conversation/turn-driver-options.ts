import type { ParleyClient } from '../client/parley-client.ts';
import type { ShownConversation } from './shown-conversation.ts';
import type { TurnFailure } from './turn-failure.ts';

export interface TurnDriverOptions {
  client: ParleyClient;
  shown: ShownConversation;
  /** Called when a turn has been stored, and is still kept: so that a list loses nothing in between. */
  onTurn: () => void;
  /** Called when a turn has failed. */
  onError: (failure: TurnFailure) => void;
  /** Nothing is shown any longer. */
  signal: AbortSignal;
}
