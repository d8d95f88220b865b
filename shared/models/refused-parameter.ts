import { errorOf, type ThrownError } from './upstream-failure.ts';

/** What servers say that have no field for the parameter. Whole messages, as parts of one may quote what a user wrote. */
const MESSAGES = [
  /^Unsupported parameter: '([\w.]+)' is not supported with this model\.(?: Use '[\w.]+' instead\.)?$/,
  /^Unsupported value: '([\w.]+)' does not support [\d.]+ with this model\. Only the default \([\d.]+\) value is supported\.$/,
  /^(?:Unrecognized request argument supplied|Argument not supported on this model): ["'`]?([\w.]+)["'`]?$/,
  /^(?:Unsupported|Unknown|Unrecognized) (?:parameter|field|argument): ["'`]([\w.]+)["'`]\.?$/,
  /^property '([\w.]+)' is unsupported$/,
  /^([\w.]+): Extra inputs are not permitted$/,
];

/** vLLM's. What follows quotes the value of that parameter, which may be anything. */
const EXTRA_FORBIDDEN =
  /^(?:1 validation error:\s*|\[)\{'type': 'extra_forbidden', 'loc': \('body', '(\w+)'\), 'msg': 'Extra inputs are not permitted',/;

/**
 * The parameter that an upstream does not take, where that is what its 400 says: in a field, or in words that are all
 * its own. A word that the message quotes from somewhere names none.
 */
export function refusedParameter(thrown: unknown): string | undefined {
  const { status, error } = thrown as ThrownError;
  if (status !== 400 && status !== 422) return undefined;
  const { code, param, message, detail } = errorOf(error);
  if (typeof param === 'string' && /^(unsupported|unknown|unrecognized)_/.test(String(code))) return param;
  if (typeof message !== 'string') return extraOf(detail ?? (message as { detail?: unknown } | null)?.detail);
  for (const pattern of [...MESSAGES, EXTRA_FORBIDDEN]) {
    const [, name] = pattern.exec(message) ?? [];
    if (name !== undefined) return name;
  }
  return extraOf(detail);
}

/** What templates of open models say to two messages of the same role in a row. */
const ALTERNATE = /^(?:After the optional system message, c|C)onversation roles must alternate user\/assistant/;

export function wantsAlternation(thrown: unknown): boolean {
  const { status, error } = thrown as ThrownError;
  const { message } = errorOf(error);
  return (status === 400 || status === 422) && typeof message === 'string' && ALTERNATE.test(message);
}

/** FastAPI's list of what is wrong with a request, each with its place. */
function extraOf(detail: unknown): string | undefined {
  if (!Array.isArray(detail)) return undefined;
  const extra = detail.find((each: { type?: unknown } | null) => each?.type === 'extra_forbidden');
  const [where, name] = Array.isArray(extra?.loc) ? extra.loc : [];
  return where === 'body' && typeof name === 'string' ? name : undefined;
}
