import type { LateSummary, LateTitle, TurnClaim } from '../../conversation/ports/turn-steps.ts';
import { RedisTurns } from './redis-turns.ts';
import { sessionKeys } from './session-keys.ts';

/** What comes behind turns in Redis that was asked beside them. */
export class RedisAsides extends RedisTurns {
  async storeSummary(claim: TurnClaim, late: LateSummary): Promise<'stored' | 'lost'> {
    const keys = sessionKeys(claim.owner);
    const stored = await this.scripts.run(
      'storeSummary',
      [keys.session(claim.sessionId), keys.reservations, keys.tokens],
      {
        turn: claim.turnId,
        reserved: claim.summaryReserved ?? 0,
        spent: late.spent,
        window_was: late.windowWas,
        window_start: late.windowStart,
        saved_tokens: late.savedTokens,
        summaries: late.summaries === undefined ? null : JSON.stringify(late.summaries),
      },
    );
    return stored === 1 ? 'stored' : 'lost';
  }

  async storeTitle(claim: TurnClaim, { title, spent }: LateTitle): Promise<'stored' | 'lost'> {
    const { session, reservations, tokens } = sessionKeys(claim.owner);
    const stored = await this.scripts.run('storeTitle', [session(claim.sessionId), reservations, tokens], {
      turn: claim.turnId,
      reserved: claim.titleReserved ?? 0,
      spent,
      title: title ?? null,
    });
    return stored === 1 ? 'stored' : 'lost';
  }
}
