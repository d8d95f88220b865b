import type {
  HttpFunctionOptions,
  HttpHandler,
  HttpRequest,
  HttpResponseInit,
  InvocationContext,
} from '@azure/functions';
import type { Failure } from '../conversation/failure.ts';
import { readAuthLevel } from '../identity/auth-settings.ts';
import type { Caller } from '../identity/caller.ts';
import { type Services, services } from '../services.ts';
import { failureHeaders } from './failure-headers.ts';
import { problemOf } from './problem.ts';
import { RequestLog } from './request-log.ts';

/** What an endpoint that needs no caller is given. */
export interface PublicCall {
  request: HttpRequest;
  services: Services;
  /** `X-Request-Id` of the answer. */
  requestId: string;
  /** The request's place in a trace, W3C, where the platform knows of one. */
  traceparent: string | undefined;
  log: RequestLog;
}

/** What an endpoint is given. */
export interface Call extends PublicCall {
  caller: Caller;
}

/** What a registration takes: whether the platform asks for a function key, and who answers. */
type Endpoint = Required<Pick<HttpFunctionOptions, 'authLevel' | 'handler'>>;

/** How a failure is told in place of an answer. */
type Tell = (failure: Failure, requestId: string) => HttpResponseInit;

/** Wraps an endpoint that wants to know who is calling. */
export function endpoint(answer: (call: Call) => Promise<HttpResponseInit>, tell: Tell = problemResponse): Endpoint {
  const { handler } = publicEndpoint(async (call) => {
    const caller = await call.services.identify(call.request);
    return answer({ ...call, caller });
  }, tell);
  return { authLevel: readAuthLevel(process.env), handler };
}

/**
 * Wraps an endpoint for the platform: nothing is ever thrown out of it (the platform would leave the client hanging),
 * every failure is a problem in JSON, every answer has the same headers, and every request one line in the log.
 */
export function publicEndpoint(
  answer: (call: PublicCall) => Promise<HttpResponseInit>,
  tell: Tell = problemResponse,
): Endpoint {
  const handler: HttpHandler = async (request, context) => {
    const log = new RequestLog(context);
    let response: HttpResponseInit;
    try {
      const traceparent = context.traceContext?.traceParent;
      response = await answer({ request, services: services(), requestId: log.requestId, traceparent, log });
    } catch (error) {
      response = tell(log.fail(error), log.requestId);
    }
    // Streams tell their end themselves.
    if (!(response.body instanceof ReadableStream)) log.end(response.status);
    log.leave();
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
  const problem = problemOf(failure, requestId);
  const headers = { 'Content-Type': 'application/problem+json', ...failureHeaders(failure, requestId) };
  return { status: problem.status, headers, body: JSON.stringify(problem) };
}
