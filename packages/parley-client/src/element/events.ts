/** What each event of `<parley-chat>` has as its `detail`. */
export interface ParleyChatDetails {
  /** The conversation is in another session than before: a new one, or none, when the old one is gone. */
  'parley-session': { sessionId: string | undefined };
  /** A turn has been stored. */
  'parley-turn': { sessionId: string | undefined };
}

export type ParleyChatEventMap = {
  [Name in keyof ParleyChatDetails]: CustomEvent<ParleyChatDetails[Name]>;
};
