import type { Context } from '../client/turn-events.ts';

/**
 * Whether a turn can have left other summaries behind than there were: it asked for one, or one came too late for the turn
 * before, or a fork took fewer along.
 */
export function mayHaveSummaries(context: Context, before: Context | undefined): boolean {
  return context.summary_tokens > 0 || context.summarized_messages !== (before?.summarized_messages ?? 0);
}
