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
 * half the budget. The last turn stays where it fits at all.
 *
 * @param messages oldest first, beginning with a user's message
 * @param fixedTokens the system prompt and the new message, which always stay; see `fixedTokens`
 */
export function fitWindow(messages: readonly WindowMessage[], fixedTokens: number, budget: number): Window {
  let promptTokens = fixedTokens;
  for (const message of messages) promptTokens += message.tokens + TOKENS_PER_MESSAGE;
  if (promptTokens <= budget) return { dropped: 0, promptTokens };

  const lastTurn = messages.findLastIndex((message) => message.role === 'user');
  let dropped = 0;
  for (const [position, message] of messages.entries()) {
    const small = promptTokens <= budget * LOW_WATER_MARK || position === lastTurn;
    if (message.role === 'user' && small && promptTokens <= budget) break;
    promptTokens -= message.tokens + TOKENS_PER_MESSAGE;
    dropped = position + 1;
  }
  return { dropped, promptTokens };
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
