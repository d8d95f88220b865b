export interface WindowMessage {
  role: 'user' | 'assistant';
  tokens: number;
}

/** A prompt costs this much beside its texts: per message for role and separators, and once for the answer's start. */
export const TOKENS_PER_MESSAGE = 4;
export const TOKENS_PER_PROMPT = 3;

/** When the window overflows it is cut to this part of the budget, so that the next cut is many turns away. */
const LOW_WATER_MARK = 0.5;

export interface Window {
  /** How many of the oldest messages no longer fit; always whole turns. */
  dropped: number;
  /** Tokens of the whole prompt without them. */
  promptTokens: number;
}

/**
 * Fits a conversation into the prompt's budget. While it fits, nothing is dropped: the prompt only grows at its end,
 * and the provider's prompt cache keeps hitting. When it does not, whole turns are dropped in one block, down to about
 * half the budget. The last turns stay where they fit at all.
 *
 * @param messages oldest first, beginning with a user's message
 * @param fixedTokens the system prompt and the new message, which always stay; see `fixedTokens`
 * @param lastTurns how many turns are not dropped for the sake of the low-water mark
 */
export function fitWindow(
  messages: readonly WindowMessage[],
  fixedTokens: number,
  budget: number,
  lastTurns = 1,
): Window {
  const promptTokens = messages.reduce((sum, message) => sum + costOf(message), fixedTokens);
  if (promptTokens <= budget) return { dropped: 0, promptTokens };
  return cut(messages, promptTokens, budget * LOW_WATER_MARK, budget, startOfLast(messages, lastTurns));
}

/** What would be cut from a window that overflows, without its last turns: the block that a summary can stand for. */
export function oldestBlock(
  messages: readonly WindowMessage[],
  promptTokens: number,
  budget: number,
  lastTurns: number,
): Window {
  const low = budget * LOW_WATER_MARK;
  const end = startOfLast(messages, lastTurns);
  return promptTokens <= low ? { dropped: 0, promptTokens } : cut(messages.slice(0, end), promptTokens, low, low, end);
}

/** A window that is still too long, cut as one that overflows by its last token. Parameters are as of `fitWindow`. */
export function halve(
  { dropped, promptTokens }: Window,
  messages: readonly WindowMessage[],
  fixedTokens: number,
): Window {
  const half = fitWindow(messages.slice(dropped), fixedTokens, promptTokens - 1);
  return { dropped: dropped + half.dropped, promptTokens: half.promptTokens };
}

/** Tokens that a prompt has in any case: its start, the system prompt, and the new message. */
export function fixedTokens(systemTokens: number, messageTokens: number): number {
  return TOKENS_PER_PROMPT + TOKENS_PER_MESSAGE + systemTokens + TOKENS_PER_MESSAGE + messageTokens;
}

/** What a text costs a prompt as a message of its own. */
export function costOf({ tokens }: { tokens: number }): number {
  return tokens + TOKENS_PER_MESSAGE;
}

/** Where the last turns begin; 0 where there are no more. */
export function startOfLast(messages: readonly WindowMessage[], turns: number): number {
  const starts = [...messages.keys()].filter((position) => messages[position]?.role === 'user');
  return starts.at(-turns) ?? 0;
}

/** Drops turns until the rest is small, or fits and is no more than the last turns. */
function cut(
  messages: readonly WindowMessage[],
  wholeTokens: number,
  low: number,
  budget: number,
  lastTurns: number,
): Window {
  let promptTokens = wholeTokens;
  let dropped = 0;
  for (const [position, message] of messages.entries()) {
    const small = promptTokens <= low || position >= lastTurns;
    if (message.role === 'user' && small && promptTokens <= budget) break;
    promptTokens -= costOf(message);
    dropped = position + 1;
  }
  return { dropped, promptTokens };
}
