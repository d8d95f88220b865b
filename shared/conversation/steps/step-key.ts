import { createHash } from 'node:crypto';
import type { TurnClaim } from '../ports/turn-steps.ts';

/**
 * What a tool is given to know a step again by: the same for the same step of the same turn with an idempotency key, even
 * where its journal is lost; else for as long as the turn is one.
 */
export function stepKey({ idempotency, turnId, journalName = turnId }: TurnClaim, step: number): string {
  // Two turns may share a key that is no caller's own.
  const isOwn = idempotency !== undefined && idempotency.implicit === undefined;
  const turn = isOwn ? [idempotency.key, idempotency.fingerprint] : [journalName];
  return createHash('sha256')
    .update(JSON.stringify([...turn, step]))
    .digest('hex');
}
