import type { Usage } from '../conversation/ports/model.ts';

/**
 * Usage in our names, from numbers as providers write them: some as text, and what is missing is 0. No prompt is free:
 * a server that says so does not count.
 */
export function usageOf(prompt: unknown, completion: unknown, cached: unknown): Usage | undefined {
  const prompt_tokens = numberOf(prompt);
  const completion_tokens = numberOf(completion);
  if (prompt_tokens === 0) return undefined;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    cached_tokens: numberOf(cached),
  };
}

function numberOf(written: unknown): number {
  const number = typeof written === 'string' ? Number(written) : written;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? Math.round(number) : 0;
}
