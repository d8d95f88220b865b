import type { Usage } from '../ports/model.ts';

/** What several rounds cost together. */
export function sumOfUsages(usages: Usage[]): Usage {
  return usages.reduce(
    (sum, usage) => ({
      prompt_tokens: sum.prompt_tokens + usage.prompt_tokens,
      completion_tokens: sum.completion_tokens + usage.completion_tokens,
      total_tokens: sum.total_tokens + usage.total_tokens,
      cached_tokens: sum.cached_tokens + usage.cached_tokens,
      ...((sum.estimated || usage.estimated) && { estimated: true as const }),
    }),
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cached_tokens: 0 },
  );
}
