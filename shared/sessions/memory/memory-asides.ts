import type { LateSummary, LateTitle, TurnClaim } from '../../conversation/ports/turn-steps.ts';
import { MemoryTurns } from './memory-turns.ts';
import { noteSummary } from './summary-state.ts';

/** What comes behind turns in this process's memory that was asked beside them. */
export class MemoryAsides extends MemoryTurns {
  async storeSummary({ owner, sessionId, turnId }: TurnClaim, late: LateSummary): Promise<'stored' | 'lost'> {
    this.limits.settleAside(owner, turnId, 'summary', late.spent);
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    if (session?.late?.turnId !== turnId) return 'lost';
    noteSummary(session, late.summaries === undefined ? 'refused' : 'taken', turnId, this.now());
    if (late.summaries === undefined || session.windowStart !== late.windowWas) return 'lost';
    session.summaries = late.summaries;
    session.windowStart = late.windowStart;
    session.windowTokens = Math.max(0, session.windowTokens - late.savedTokens);
    return 'stored';
  }

  async storeTitle({ owner, sessionId, turnId }: TurnClaim, { title, spent }: LateTitle): Promise<'stored' | 'lost'> {
    this.limits.settleAside(owner, turnId, 'title', spent);
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    if (session?.titleBy !== turnId) return 'lost';
    session.titleBy = undefined;
    if (title === undefined) return 'lost';
    session.summary = { ...session.summary, title };
    return 'stored';
  }
}
