import { ParleyError, type Problem } from '../client/problem.ts';
import { UnreachableError } from '../client/unreachable-error.ts';

/** A call of a tool that nobody can take back. A type, as JSON is. */
export type BegunCall = {
  /** Of the step. */
  id: string;
  name: string;
  /** What came of it is known. */
  isDone: boolean;
};

/** Why a turn has no answer, or a conversation cannot be read. */
export interface TurnFailure extends Pick<Problem, 'code' | 'detail'> {
  /** Trying the same again can help. */
  retryable: boolean;
  /** Milliseconds since 1970; trying earlier is in vain. */
  retryAt?: number;
  /** Under which the service has it in its log. */
  requestId?: string;
  /** Calls of tools that had gone out by then, as far as that was heard. */
  calls?: readonly BegunCall[];
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

/** What was to be decided waits no longer, or another turn is deciding it. */
export function isDecided(error: unknown): boolean {
  return isBusy(error) || (error instanceof ParleyError && error.problem.code === 'invalid-request');
}

/** The session answers another message, which the user may have sent from another page. */
export function isBusy(error: unknown): boolean {
  return error instanceof ParleyError && error.problem.code === 'session-busy';
}
