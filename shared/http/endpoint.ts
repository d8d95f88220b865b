import type {
  HttpFunctionOptions,
  HttpHandler,
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import { Failure } from '../conversation/failure.ts';
import type { Caller } from '../identity/caller.ts';
import { type Services, services } from '../services.ts';
import { readAuthLevel } from '../settings.ts';
import { problemOf } from './problem.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** What an endpoint that needs no caller is given. */
export interface PublicCall {
  request: HttpRequest;
  services: Services;
  /** `X-Request-Id` of the answer. */
  requestId: string;
  /** The request's place in a trace, W3C, where the platform knows of one. */
  traceparent: string | undefined;
  /** What the request's line in the log says beside the rest. */
  logged: { turn?: string };
  /** Makes of whatever was thrown a failure that the caller may see, and logs what that hides. */
  fail: (error: unknown) => Failure;
}

/** What an endpoint is given. */
export interface Call extends PublicCall {
  caller: Caller;
}

/** What a registration takes: whether the platform asks for a function key, and who answers. */
type Endpoint = Required<Pick<HttpFunctionOptions, 'authLevel' | 'handler'>>;

/** Wraps an endpoint that wants to know who is calling. */
export function endpoint(answer: (call: Call) => Promise<HttpResponseInit>): Endpoint {
  const { handler } = publicEndpoint(async (call) => {
    const caller = await call.services.identify(call.request);
    return answer({ ...call, caller });
  });
  return { authLevel: readAuthLevel(process.env), handler };
}

/**
 * Wraps an endpoint for the platform: nothing is ever thrown out of it (the platform would leave the client hanging),
 * every failure is a problem in JSON, every answer has the same headers, and every request one line in the log, without
 * any text of the caller's.
 */
export function publicEndpoint(answer: (call: PublicCall) => Promise<HttpResponseInit>): Endpoint {
  const handler: HttpHandler = async (request, context) => {
    const fail = (error: unknown) => explain(error, context);
    const startedAt = performance.now();
    const logged: PublicCall['logged'] & { code?: string } = {};
    let response: HttpResponseInit;
    try {
      const requestId = context.invocationId;
      const traceparent = context.traceContext?.traceParent;
      response = await answer({ request, services: services(), requestId, traceparent, logged, fail });
    } catch (error) {
      const failure = fail(error);
      logged.code = failure.code;
      response = problemResponse(failure, context.invocationId);
    }
    const line = {
      request: context.invocationId,
      endpoint: context.functionName,
      status: response.status ?? 200,
      ...logged,
      // Of a stream: until its status was chosen.
      ms: Math.round(performance.now() - startedAt),
    };
    context.log(JSON.stringify(line));
    return { ...response, headers: { ...commonHeaders(context), ...(response.headers as Record<string, string>) } };
  };
  return { authLevel: 'anonymous', handler };
}

function commonHeaders(context: InvocationContext): Record<string, string> {
  return {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': context.invocationId,
  };
}

function problemResponse(failure: Failure, requestId: string): HttpResponseInit {
  const problem = problemOf(failure);
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    ...rateLimitHeaders(failure.limits),
  };
  if (failure.challenge !== undefined) headers['WWW-Authenticate'] = failure.challenge;
  if (failure.retryAfterSeconds !== undefined) {
    headers['Retry-After'] = String(Math.max(1, Math.ceil(failure.retryAfterSeconds)));
  }
  return { status: problem.status, headers, body: JSON.stringify({ ...problem, request_id: requestId }) };
}

/** Anything that is not a `Failure` is a bug: it is logged whole, and the caller learns nothing of it. */
function explain(error: unknown, context: InvocationContext): Failure {
  if (!(error instanceof Failure)) {
    context.error('A bug ended the request', error);
    return new Failure('internal', 'A bug.', { cause: error });
  }
  if (error.cause !== undefined) context.warn(`${error.code}: ${error.message}`, error.cause);
  return error;
}
