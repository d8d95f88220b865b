import { ParleyError, type Problem } from '../client/problem.ts';

/** Why a turn has no answer, in words for the user. */
export interface TurnFailure extends Pick<Problem, 'code' | 'detail'> {
  /** Milliseconds since 1970; trying earlier is in vain. */
  retryAt?: number;
}

export function failureOf(error: unknown): TurnFailure {
  if (!(error instanceof ParleyError)) return { code: 'unreachable', detail: 'The service cannot be reached.' };
  const { problem, retryAfterMs } = error;
  const retryAt = retryAfterMs && { retryAt: Date.now() + retryAfterMs };
  return { code: problem.code, detail: problem.detail, ...retryAt };
}
