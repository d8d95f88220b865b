import type { Approval } from '../client/steps.ts';
import type { TurnFailure } from './turn-failure.ts';

/** A turn that was asked for and has no ending yet: enough to get it after a reload, and never to ask twice. */
export interface PendingTurn {
  /** The same for every try. */
  idempotencyKey: string;
  /** Unknown where another page asked it. */
  message: string | undefined;
  /** What was decided in place of a message, which is empty then. */
  approve?: readonly Approval[];
  /** When it was asked first; ISO 8601. */
  askedAt?: string;
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

/** One that was not asked yet, under a key of its own. */
export function newTurn(turn: Omit<PendingTurn, 'idempotencyKey'>): PendingTurn {
  return { ...turn, idempotencyKey: crypto.randomUUID() };
}

/** One that failed, once more: the same, under its own key. */
export function retried({ failure, ...turn }: PendingTurn): PendingTurn {
  // The session of the turn is gone, so that its key leads nowhere; what it was forked from is another one.
  const isAnew = failure?.code === 'session-not-found' || failure?.code === 'idempotency-key-reused';
  return isAnew ? newTurn({ ...turn, sessionId: turn.fork && turn.sessionId }) : turn;
}

/**
 * A turn that was not begun, with more of its message. It is another one by that: the same key says the same wherever it is
 * asked, as in a copy of the tab. A message decides by itself.
 */
export function continued({ approve: _, ...turn }: PendingTurn, message: string | undefined): PendingTurn {
  return newTurn({ ...turn, message: [turn.message, message].filter(Boolean).join('\n') });
}

/** One that another page asked: what it was asked is known when it is stored. */
export function turnOfAnotherPage(sessionId: string, turnId: string): PendingTurn {
  return {
    ...{ idempotencyKey: turnId, message: undefined, assistant: undefined, sessionId },
    opened: { sessionId, turnId },
  };
}
