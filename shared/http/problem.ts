import { type Failure, type FailureCode, failureKinds } from '../conversation/failure.ts';

/** A failure as the caller sees it, in JSON answers and inside a stream alike (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: FailureCode;
  detail: string;
  retryable: boolean;
  /** Under which the failure is in the log: that of the answer which told it first. */
  request_id: string;
  /** Trying again earlier is in vain. */
  retry_after_seconds?: number;
  /** Validation only: each wrong field. */
  errors?: { field: string; detail: string }[];
  /** `session-moved` only. */
  last_turn_id?: string;
}

/** @param requestId of the answer */
export function problemOf(failure: Failure, requestId: string): Problem {
  const { code, errors, lastTurnId, retryAfterSeconds } = failure;
  const { status, title, retryable } = failureKinds[code];
  return {
    type: `urn:parley:problem:${code}`,
    title,
    status,
    code,
    // A bug's details are for the log.
    detail: code === 'internal' ? 'The service could not do this.' : failure.message,
    retryable,
    request_id: requestId,
    ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: Math.max(1, Math.ceil(retryAfterSeconds)) }),
    ...(errors === undefined ? {} : { errors }),
    ...(lastTurnId === undefined ? {} : { last_turn_id: lastTurnId }),
  };
}
