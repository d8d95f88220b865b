import type { StoredMessage } from './ports/stored.ts';

/** However a provider counts, so much of the budget stays. */
const MAX_FACTOR = 4;

/**
 * How many of its own tokens the model counts for one of ours: as its provider did for the conversation's last prompt,
 * which is nearly the next one. At least 1: the budget holds in our tokens too.
 */
export function tokenFactor(window: readonly StoredMessage[]): number {
  const last = window.findLast(({ role }) => role === 'assistant');
  if (last?.role !== 'assistant') return 1;
  const promptTokens = last.last_prompt_tokens ?? last.usage.prompt_tokens;
  return Math.min(Math.max(promptTokens / last.context.prompt_tokens, 1), MAX_FACTOR);
}
