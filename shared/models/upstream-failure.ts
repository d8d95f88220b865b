import { Failure, type FilterResult } from '../conversation/failure.ts';
import { Reason } from '../conversation/reason.ts';
import { AZURE_ROLE } from './openai-client.ts';

/** An error as providers send it, in an answer's body or inside a stream. */
interface UpstreamError {
  code?: string | null;
  type?: string | null;
  param?: string | null;
  message?: string | null;
  /** Azure's: what its content filter found. */
  innererror?: { content_filter_result?: unknown } | null;
}

/** What the client library throws for an answer that is no success (`APIError`); without `status` the call broke. */
interface ThrownError {
  status?: number;
  headers?: Headers;
  error?: unknown;
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
    if (!(thrown instanceof Error) || !/Failed to get token/.test(thrown.message)) return broken(cause);
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

/** The parameter that the upstream does not take, where that is what its 400 says. */
export function refusedParameter(thrown: unknown): string | undefined {
  const { status, error } = thrown as ThrownError;
  if (status !== 400 && status !== 422) return undefined;
  const { code, param, message } = errorOf(error);
  const about = `${code} ${message}`;
  if (!/unsupported|unknown|unrecognized|not support|not permitted|extra_forbidden/i.test(about)) return undefined;
  return param ?? /['"`]([a-z_.]+)['"`]/.exec(message ?? '')?.[1];
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

function errorOf(error: unknown): UpstreamError {
  return typeof error === 'object' && error !== null ? error : {};
}

function isContentFilter({ code, type }: UpstreamError): boolean {
  return code === 'content_filter' || code === 'content_policy_violation' || type === 'content_filter';
}

function isContextLength({ code, message }: UpstreamError): boolean {
  return code === 'context_length_exceeded' || /maximum context length|context window/i.test(message ?? '');
}

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
