import { ParleyError, type Problem } from '../client/problem.ts';
import { UnreachableError } from '../client/unreachable-error.ts';

/** Why a turn has no answer, or a conversation cannot be read. */
export interface TurnFailure extends Pick<Problem, 'code' | 'detail'> {
  /** Trying the same again can help. */
  retryable: boolean;
  /** Milliseconds since 1970; trying earlier is in vain. */
  retryAt?: number;
  /** Under which the service has it in its log. */
  requestId?: string;
  /** Of a service that was never reached. */
  address?: string;
}

/** What cannot succeed as it is, but can once the user has signed in, or under a new key. */
const OTHERWISE_RETRYABLE = ['unauthenticated', 'session-not-found', 'idempotency-key-reused'];

export function failureOf(error: unknown): TurnFailure {
  if (error instanceof ParleyError) {
    const { code, detail, retryable, request_id: requestId } = error.problem;
    return {
      ...{ code, detail, retryable: retryable || OTHERWISE_RETRYABLE.includes(code) },
      ...(error.retryAfterMs && { retryAt: Date.now() + error.retryAfterMs }),
      ...(requestId && { requestId }),
    };
  }
  if (error instanceof UnreachableError && error.reason !== 'lost') {
    return { code: error.reason, detail: error.message, retryable: true, address: error.baseUrl };
  }
  return { code: 'unreachable', detail: 'The service cannot be reached.', retryable: true };
}

/** The session answers another message, which the user may have sent from another page. */
export function isBusy(error: unknown): boolean {
  return error instanceof ParleyError && error.problem.code === 'session-busy';
}
