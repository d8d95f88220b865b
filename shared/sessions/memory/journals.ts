import { IDEMPOTENCY_SECONDS, IMPLICIT_SECONDS } from '../../conversation/ports/session-store.ts';
import type { BeginRequest, Idempotency } from '../../conversation/ports/turn-steps.ts';
import type { IdempotencyRecord, Kept, KeptJournal } from './kept.ts';

/** Of a turn that is to be taken over, where it was, and its journal's name; nothing where it is not. */
export function leftTurn(
  { leases }: Kept,
  { owner, turnId, takesOver }: BeginRequest,
  { turnId: other, sessionId, journal, isStored, doubt }: IdempotencyRecord,
): { sessionId: string; journal: string } | undefined {
  if (journal === undefined || isStored || doubt !== undefined) return undefined;
  const isLeft = other === takesOver && leases.get(`${owner} ${sessionId}`)?.turnId !== other;
  return isLeft || other === turnId ? { sessionId, journal } : undefined;
}

/** @param place `<owner> <session id>` */
export function journalOf({ journals }: Kept, place: string, name: string): KeptJournal | undefined {
  return journals.get(place)?.get(name);
}

/** For how long a record is kept whose turn is stored, or has called a tool. */
export function keptMsOf(implicit: Idempotency['implicit']): number {
  return (implicit === undefined ? IDEMPOTENCY_SECONDS : IMPLICIT_SECONDS) * 1000;
}
