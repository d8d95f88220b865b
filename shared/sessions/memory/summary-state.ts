import { HELD_ASIDE_SECONDS, SUMMARY_ABOVE } from '../../conversation/ports/session-store.ts';
import type { Offer } from '../../conversation/ports/turn-steps.ts';
import type { Session } from './kept.ts';

/** What a summary may cost that a prompt is long enough for; else nothing. */
export function summaryTokensOf({ fixed_tokens, room, summary_tokens = 0 }: Offer, promptTokens: number): number {
  const isLong = promptTokens > SUMMARY_ABOVE * (fixed_tokens + room);
  return summary_tokens > 0 && isLong ? promptTokens + summary_tokens : 0;
}

/** No other one is late, and the pause behind one that failed is over. */
export function mayBeSummarized(session: Session | undefined, now: number): boolean {
  if (session === undefined) return true;
  return (session.late?.until ?? 0) <= now && session.summary.turns >= (session.pause?.until ?? 0);
}

/** Notes when the next summary may be asked for. */
export function noteSummary(
  session: Session,
  outcome: 'taken' | 'late' | 'refused',
  turnId: string,
  now: number,
): void {
  session.late = outcome === 'late' ? { turnId, until: now + HELD_ASIDE_SECONDS * 1000 } : undefined;
  if (outcome === 'taken') session.pause = undefined;
  if (outcome !== 'refused') return;
  const turns = Math.min(2 * (session.pause?.turns ?? 1.5), 12);
  session.pause = { until: session.summary.turns + turns, turns };
}
