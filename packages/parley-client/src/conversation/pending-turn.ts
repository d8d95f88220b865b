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
  /** Where the turn runs, once the service has said it. */
  opened?: { sessionId: string; turnId: string };
  /** Why it is not tried again until the user wants it. */
  failure?: TurnFailure;
}

const KEY = 'parley:pending-turn';

/**
 * Kept for the tab only, as it holds what the user wrote. Who is not signed in goes on where it ended; any other failure
 * is told again after a reload.
 */
export function keepPendingTurn(turn: PendingTurn | undefined): void {
  const { failure, ...untold } = turn ?? {};
  if (turn === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(failure?.code === 'unauthenticated' ? untold : turn));
}

/** @param sessionId of the conversation that is shown; a turn of another one is none of its */
export function keptPendingTurn(sessionId: string | undefined): PendingTurn | undefined {
  const kept = sessionStorage.getItem(KEY);
  if (kept === null) return undefined;
  const turn = JSON.parse(kept) as PendingTurn;
  return (turn.opened?.sessionId ?? turn.sessionId) === sessionId ? turn : undefined;
}
