import type { LimitState } from '../conversation/limits.ts';

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10); none where nothing is limited. */
export function rateLimitHeaders(limits: readonly LimitState[] = []): Record<string, string> {
  if (limits.length === 0) return {};
  const list = (item: (limit: LimitState) => string) => limits.map(item).join(', ');
  return {
    'RateLimit-Policy': list(({ name, quota, window }) => `"${name}";q=${quota};w=${window}`),
    RateLimit: list(({ name, remaining, reset }) => `"${name}";r=${remaining};t=${reset}`),
  };
}
