import type { Usage } from './ports/model.ts';
import type { TokenCount } from './ports/token-counter.ts';
import type { Prompt } from './prompt.ts';

/** Where the provider sent no usage, what was counted here stands for it. */
export function estimatedUsage({ promptTokens, isExact }: Prompt, { tokens, exact }: TokenCount): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: tokens,
    total_tokens: promptTokens + tokens,
    cached_tokens: 0,
    ...(isExact && exact ? {} : { estimated: true }),
  };
}
