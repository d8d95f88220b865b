/** What the service answers in place of a result, or what an `error` frame holds (RFC 9457; the codes are in openapi.yaml). */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  code: string;
  /** The same request may succeed later. */
  retryable: boolean;
  request_id?: string;
  /** Trying again earlier is in vain. */
  retry_after_seconds?: number;
  /** Of `session-moved`: the turn that is the session's last. */
  last_turn_id?: string;
}

/** A request that was answered, with a refusal or a failure. What was not answered at all is an `UnreachableError`. */
export class ParleyError extends Error {
  readonly problem: Problem;
  /** Milliseconds to wait before the request is repeated, where the service, or what stands before it, said so. */
  readonly retryAfterMs: number | undefined;
  /** How a caller signs in, of a 401. */
  readonly challenge: string | undefined;

  constructor(problem: Problem, { retryAfter, challenge }: { retryAfter?: number; challenge?: string } = {}) {
    super(problem.detail);
    this.name = 'ParleyError';
    this.problem = problem;
    const seconds = problem.retry_after_seconds ?? retryAfter;
    this.retryAfterMs = seconds === undefined ? undefined : seconds * 1000;
    this.challenge = challenge;
  }
}

/** Of a response that is no success; whatever stands between may have answered in its own way. */
export async function errorOf(response: Response): Promise<ParleyError> {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const challenge = response.headers.get('WWW-Authenticate');
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
  const problem = isProblem ? ((await response.json()) as Problem) : problemOfStatus(response.status);
  return new ParleyError(problem, {
    ...(Number.isFinite(seconds) ? { retryAfter: seconds } : {}),
    ...(challenge === null ? {} : { challenge }),
  });
}

function problemOfStatus(status: number): Problem {
  const retryable = status === 429 || status >= 500;
  const detail = `The service answered with status ${status}.`;
  return { status, title: detail, detail, code: status === 401 ? 'unauthenticated' : 'unknown', retryable };
}
