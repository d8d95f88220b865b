import { type Failure, type FailureCode, failureKinds } from '../conversation/failure.ts';

/** A failure as the caller sees it, in JSON answers and inside a stream alike (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: FailureCode;
  detail: string;
  retryable: boolean;
  /** Validation only: each wrong field. */
  errors?: { field: string; detail: string }[];
}

export function problemOf(failure: Failure): Problem {
  const { code, errors } = failure;
  const { status, title, retryable } = failureKinds[code];
  return {
    type: `urn:parley:problem:${code}`,
    title,
    status,
    code,
    // A bug's details are for the log.
    detail: code === 'internal' ? 'The service could not do this.' : failure.message,
    retryable,
    ...(errors === undefined ? {} : { errors }),
  };
}
