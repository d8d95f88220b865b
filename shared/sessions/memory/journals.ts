import type { JournalPart } from '../../conversation/ports/journal.ts';
import type { ReplayEntry } from '../../conversation/ports/replay.ts';
import { IDEMPOTENCY_SECONDS, IMPLICIT_SECONDS, LONGEST_TURN_SECONDS } from '../../conversation/ports/session-store.ts';
import type { BeginRequest, Idempotency, TurnClaim } from '../../conversation/ports/turn-steps.ts';
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

/**
 * Writes to the journal of a turn, for as long as its session is kept.
 *
 * @returns the journal's name
 */
export function writeJournal(
  { journals }: Kept,
  { owner, sessionId, turnId, journalName: name = turnId, isFirst, isEphemeral }: TurnClaim,
  { position, entries }: JournalPart,
  sessionMs: number,
): string {
  const place = `${owner} ${sessionId}`;
  const others = journals.get(place) ?? new Map<string, KeptJournal>();
  const journal = others.get(name) ?? { name, entries: [], turns: [turnId], isFirst };
  journal.entries.splice(position, entries.length, ...entries);
  const keptMs = isEphemeral ? LONGEST_TURN_SECONDS * 1000 : sessionMs;
  journals.set(place, others.set(name, journal), Math.min(keptMs, IDEMPOTENCY_SECONDS * 1000));
  return name;
}

export function dropJournal({ journals }: Kept, { owner, sessionId, journalName }: TurnClaim): void {
  if (journalName !== undefined) journals.get(`${owner} ${sessionId}`)?.delete(journalName);
}

/** The turns that a turn has taken over, by its replay. */
export function takenOver([started]: readonly ReplayEntry[]): readonly string[] {
  const isStart = typeof started === 'object' && !Array.isArray(started) && started.type === 'turn-started';
  return (isStart && started.took_over) || [];
}
