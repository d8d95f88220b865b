import type { Commit, TurnClaim } from '../../conversation/ports/turn-steps.ts';
import type { Session } from './kept.ts';

/**
 * A session as a turn leaves it.
 *
 * @param session as it was, where there was one
 * @param said of all turns, this one included
 */
export function storedSession(
  { sessionId, turnId, forkedFrom, isTemporary }: TurnClaim,
  turn: Commit,
  session: Session | undefined,
  said: Pick<Session, 'messages' | 'turns' | 'last'>,
): Session {
  // A summary that was late moved it meanwhile: it stands for all before the window, and no other one does.
  const isMoved = session !== undefined && session.windowStart > turn.windowStart;
  const { metadata = {}, late, pause } = session ?? {};
  const isNamed = session?.summary.title !== undefined && session.summary.title !== '';
  const isLate = turn.titled?.outcome === 'late' && !isNamed;
  const updated = new Date().toISOString();
  return {
    ...said,
    summary: {
      created: updated,
      pinned: false,
      ...session?.summary,
      id: sessionId,
      title: isNamed ? session.summary.title : turn.title,
      assistant: session?.summary.assistant ?? turn.assistant,
      updated,
      turns: said.turns.size,
      ...(isTemporary && { temporary: true }),
      ...(forkedFrom && { forked_from: forkedFrom }),
    },
    metadata,
    brought: [],
    windowStart: isMoved ? session.windowStart : turn.windowStart,
    windowTokens: isMoved ? session.windowTokens + turn.turnTokens : turn.windowTokens,
    summaries: (isMoved ? undefined : turn.summaries) ?? session?.summaries ?? [],
    late,
    titleBy: isLate ? turnId : session?.titleBy,
    pause,
    open: turn.open ?? [],
  };
}
