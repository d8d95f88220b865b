import type { Feedback } from '../client/contract.ts';
import type { TurnFailure } from '../conversation/turn-failure.ts';

/** What each event of `<parley-chat>` has as its `detail`. */
export interface ParleyChatDetails {
  /** The conversation is in another session than before: a new one, or none, when the old one is gone. */
  'parley-session': { sessionId: string | undefined };
  /** A turn has been stored. */
  'parley-turn': { sessionId: string | undefined };
  /** A failure is told. */
  'parley-error': TurnFailure;
  /** A rating has been stored. */
  'parley-feedback': Feedback;
}

export type ParleyChatEventMap = {
  [Name in keyof ParleyChatDetails]: CustomEvent<ParleyChatDetails[Name]>;
};
