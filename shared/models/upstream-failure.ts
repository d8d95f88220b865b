import { Failure, type FilterResult } from '../conversation/failure.ts';
import { Reason } from '../conversation/reason.ts';

/** What an identity needs in order to call Azure OpenAI. */
export const AZURE_ROLE = 'Cognitive Services OpenAI User';

/** An error as providers send it, in an answer's body or inside a stream. */
interface UpstreamError {
  code?: string | null;
  type?: string | null;
  param?: unknown;
  message?: unknown;
  /** FastAPI's: what is wrong with the request. */
  detail?: unknown;
  /** Azure's: what its content filter found. */
  innererror?: { content_filter_result?: unknown } | null;
}

/** What of anything that a call threw is looked at; without `status` the call broke. */
export type ThrownError = Partial<Pick<RefusedRequest, 'status' | 'headers' | 'error'>>;

/** An answer that is no success. Its fields have the names by which `reasonOf` knows them. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly status: number;
  readonly headers: Headers;
  /** What the provider says of it, where that is JSON: in the body's `error`, or as the body. */
  readonly error: unknown;
  readonly code: unknown;
  readonly type: unknown;
  readonly param: unknown;

  constructor(status: number, headers: Headers, body: string) {
    super('The model refused the request.');
    this.status = status;
    this.headers = headers;
    this.error = errorIn(body);
    ({ code: this.code, type: this.type, param: this.param } = errorOf(this.error));
  }
}

function errorIn(body: string): unknown {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && 'error' in json ? json.error : json;
  } catch {
    return undefined;
  }
}

/** The process's identity has no token for the model. */
export class NoToken extends Error {
  override readonly name = 'NoToken';

  constructor(cause: unknown) {
    super('There is no token.', { cause });
  }
}

/** What callers learn of an error is its code; the log also has what the provider calls it. */
export function failureOfThrown(thrown: unknown, tokenScope: string): Failure {
  const { status, headers, error } = thrown as ThrownError;
  const said = errorOf(error);
  const cause = { cause: thrown };
  if (isContentFilter(said)) return filtered('prompt', said.innererror?.content_filter_result, cause);
  if (isContextLength(said))
    return new Failure('context-too-long', 'The conversation is too long for the model.', cause);
  if (status === undefined) {
    if (!(thrown instanceof NoToken)) return broken(cause);
    // A request for it that hung: the next call makes another.
    if ((thrown.cause as Error | undefined)?.name === 'TimeoutError') return broken(cause);
    return misconfigured(`No Entra token for the scope ${tokenScope}: is there an identity?`, thrown);
  }
  if (status === 401 || status === 403) {
    const what = `The model refused the credentials: check the key, or grant the role ${AZURE_ROLE} (scope ${tokenScope})`;
    return misconfigured(what, thrown);
  }
  if (status === 429 || (status === 503 && retryAfter(headers) !== undefined)) return busy(retryAfter(headers), cause);
  if (status === 408 || status === 409 || status >= 500) return broken(cause);
  if (status === 404) return misconfigured('There is no such model: check the endpoint and the deployment', thrown);
  return misconfigured(`The model refused the request with status ${status}`, thrown);
}

/** Statuses of gateways that gave up waiting: the provider may be at it all the same, and bill it. */
const GAVE_UP_WAITING = new Set([408, 499, 504]);

/** Whether the call surely never reached the model: it was answered with an error, or could not be made. */
export function isRefusal(thrown: unknown): boolean {
  const { status } = thrown as ThrownError;
  if (status !== undefined) return !GAVE_UP_WAITING.has(status);
  return thrown instanceof NoToken || CANNOT_CONNECT.test(codesOf(thrown));
}

/** Nobody is at that address: nothing was sent. */
const CANNOT_CONNECT = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/;

/** The system's codes of an error and of what caused it. */
function codesOf(error: unknown): string {
  return error instanceof Error ? `${(error as NodeJS.ErrnoException).code} ${codesOf(error.cause)}` : '';
}

/** An `error` that came inside a stream whose status was 200. */
export function failureOfEvent(error: unknown): Failure {
  const said = errorOf(error);
  const cause = { cause: new Reason('an error inside the stream', { cause: error }) };
  if (isContentFilter(said)) return filtered('answer', said.innererror?.content_filter_result, cause);
  if (isContextLength(said))
    return new Failure('context-too-long', 'The conversation is too long for the model.', cause);
  if (/rate_limit|too_many_requests|insufficient_quota|429/i.test(`${said.code} ${said.type}`))
    return busy(undefined, cause);
  return broken(cause);
}

/** @param result Azure's: by category what its filter found, `{filtered: true, ...}` for the ones that count */
export function filtered(
  refused: FilterResult['refused'],
  result?: unknown,
  options: { cause?: unknown } = {},
): Failure {
  const filter = { refused, categories: filteredCategories(result) };
  return new Failure('content-filtered', 'The content filter of the model refused this.', { ...options, filter });
}

function filteredCategories(result: unknown): string[] {
  if (typeof result !== 'object' || result === null) return [];
  const isFiltered = (found: unknown) => (found as { filtered?: unknown } | null)?.filtered === true;
  return Object.entries(result).flatMap(([category, found]) => (isFiltered(found) ? [category] : []));
}

export function broken(options: { cause?: unknown }): Failure {
  return new Failure('model-failed', 'The model failed.', options);
}

function busy(retryAfterSeconds: number | undefined, { cause }: { cause: unknown }): Failure {
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new Failure('model-busy', 'The model has too much to do at the moment.', { ...retry, cause });
}

/** Nothing that a caller could mend: it is told `internal`, and the log what to do. */
function misconfigured(what: string, thrown: unknown): Failure {
  return new Failure('internal', 'The model cannot be used.', { cause: new Reason(what, { cause: thrown }) });
}

/** Some servers send the message alone. */
export function errorOf(error: unknown): UpstreamError {
  if (typeof error === 'string') return { message: error };
  return typeof error === 'object' && error !== null ? error : {};
}

function isContentFilter({ code, type }: UpstreamError): boolean {
  return code === 'content_filter' || code === 'content_policy_violation' || type === 'content_filter';
}

function isContextLength({ code, type, message }: UpstreamError): boolean {
  if (code === 'context_length_exceeded' || type === 'exceed_context_size_error') return true;
  return TOO_LONG.test(typeof message === 'string' ? message : JSON.stringify(message ?? ''));
}

/** As OpenAI, Mistral and vLLM, Anthropic, and Text Generation Inference say it. */
const TOO_LONG =
  /maximum (context|model) length|context window|prompt is too long|`inputs` tokens \+ `max_new_tokens` must be/i;

/** Seconds, from `retry-after-ms`, else from `Retry-After` in seconds or as a date. */
function retryAfter(headers: Headers | undefined): number | undefined {
  const milliseconds = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (milliseconds >= 0 && Number.isFinite(milliseconds)) return milliseconds / 1000;
  const value = headers?.get('retry-after');
  if (value == null) return undefined;
  const seconds = Number(value);
  if (seconds >= 0 && Number.isFinite(seconds)) return seconds;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
