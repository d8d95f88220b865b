import type { HttpResponseInit } from '@azure/functions';
import { type Failure, type FailureCode, failureKinds } from '../../conversation/failure.ts';
import { failureHeaders } from '../failure-headers.ts';
import { problemOf } from '../problem.ts';
import { ApiFailure } from './api-failure.ts';

/** A failure as OpenAI's API tells it. */
export interface ApiError {
  message: string;
  type: string;
  /** OpenAI's where it has one, else our own. */
  code: string;
  param: string | null;
}

const codes: Partial<Record<FailureCode, string>> = {
  'invalid-request': 'invalid_value',
  'unknown-assistant': 'model_not_found',
  'session-busy': 'conversation_locked',
  'message-too-long': 'context_length_exceeded',
  'context-too-long': 'context_length_exceeded',
  'content-filtered': 'content_filter',
  'rate-limited': 'rate_limit_exceeded',
  'token-limit-exceeded': 'rate_limit_exceeded',
  internal: 'server_error',
};

/** What the turn calls by another name. */
const params: Record<string, string> = {
  message: 'input',
  assistant: 'model',
  session_id: 'conversation',
  after: 'previous_response_id',
};

export function errorOf(failure: Failure): ApiError {
  const [error] = failure.errors ?? [];
  const own = failure instanceof ApiFailure ? failure : undefined;
  return {
    message: problemOf(failure, '').detail,
    type: typeOf(statusOf(failure)),
    code: own?.apiCode ?? codes[failure.code] ?? failure.code,
    param: own?.param ?? (error ? (params[error.field] ?? error.field) : null),
  };
}

/** A failure in place of an answer. `x-should-retry` is what OpenAI's clients go by. */
export function errorResponse(failure: Failure, requestId: string): HttpResponseInit {
  const headers = {
    ...failureHeaders(failure, requestId),
    'x-should-retry': String(failureKinds[failure.code].retryable),
  };
  return { status: statusOf(failure), headers, jsonBody: { error: errorOf(failure) } };
}

function statusOf({ code }: Failure): number {
  const { status } = failureKinds[code];
  if (code === 'unknown-assistant') return 404;
  return status === 422 ? 400 : status;
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
