import type { TurnFailure } from './turn-failure.ts';

/** A turn that was asked for and has no ending yet: enough to get it after a reload, and never to ask twice. */
export interface PendingTurn {
  /** The same for every try. */
  idempotencyKey: string;
  /** Unknown where another page asked it. */
  message: string | undefined;
  assistant: string | undefined;
  /** What the turn was asked to go on with, or was forked from. */
  sessionId: string | undefined;
  /** Of a fork: the turn behind which it begins; `null` where that is before the first one. */
  after?: string | null | undefined;
  fork?: true | undefined;
  /** Of a temporary conversation. */
  temporary?: true | undefined;
  /** Where the turn runs, once the service has said it. */
  opened?: { sessionId: string; turnId: string };
  /** It was asked by a page that was left since, and that may have arrived. */
  wasAsked?: true;
  /** Why it is not tried again until the user wants it. */
  failure?: TurnFailure;
}

/** One that another page asked: what it was asked is known when it is stored. */
export function turnOfAnotherPage(sessionId: string, turnId: string): PendingTurn {
  return {
    ...{ idempotencyKey: turnId, message: undefined, assistant: undefined, sessionId },
    opened: { sessionId, turnId },
  };
}
