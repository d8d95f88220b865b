import type { Failure } from '../conversation/failure.ts';
import { problemOf } from './problem.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** The headers of an answer that tells a failure, in whichever form. */
export function failureHeaders(failure: Failure, requestId: string): Record<string, string> {
  const seconds = problemOf(failure, requestId).retry_after_seconds;
  return {
    ...rateLimitHeaders(failure.limits),
    ...(failure.challenge === undefined ? {} : { 'WWW-Authenticate': failure.challenge }),
    ...(seconds === undefined ? {} : { 'Retry-After': String(seconds) }),
  };
}
