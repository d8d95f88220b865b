/** Headers of the providers, of Azure's gateway, and of Azure's services. */
const REQUEST_IDS = ['x-request-id', 'apim-request-id', 'x-ms-request-id'];

/** Of several errors in one so many are told, and of all causes twice as many. */
const MOST = 5;

/** Of a bug, this many places. */
const MOST_FRAMES = 20;

/** Not even a constructor, which an empty object has. */
const NO_FIELDS: Record<string, unknown> = Object.create(null);

/** As codes and names of errors are. A text has spaces, and a key has dashes, more digits or more length. */
const IDENTIFIER = /^(?!(?:\D*\d){9})[A-Za-z]\w{0,39}$/;

/**
 * Why something failed, in words of our own. They may be logged: they never hold secrets, nor text of callers, models
 * or third parties. What caused it is kept as `reasonOf` tells it, so nothing else of it can be printed.
 */
export class Reason extends Error {
  override readonly name: string = 'Reason';

  constructor(message: string, { cause }: { cause?: unknown } = {}) {
    super(message, cause === undefined ? {} : { cause: reasonOf(cause) });
  }
}

/**
 * Why something failed, for the log, in one line. The errors of others quote whatever they were given (a message, an
 * answer, a key), so all that is told of them is what has the form of a name, code, status or request id; of one that
 * has none of these, where it arose. Then the same of what caused it.
 */
export function reasonOf(thrown: unknown): string {
  return chainOf(thrown)
    .map((each) => (each instanceof Reason ? wordsOf(each) : identifiersOf(each)))
    .join(' <- ');
}

/** Where an error arose, and what caused it: places in code, without any message. */
export function framesOf(thrown: unknown): string[] {
  return chainOf(thrown).flatMap(placesOf).slice(0, MOST_FRAMES);
}

/** The value where it has the form of a code: what a third party calls something may be any text. */
export function identifierOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 100_000) return String(value);
  return typeof value === 'string' && (IDENTIFIER.test(value) || /^\d{1,5}$/.test(value)) ? value : undefined;
}

function wordsOf({ message, cause }: Reason): string {
  return cause === undefined ? message : `${message} <- ${cause}`;
}

/** An error, then what caused it, then the cause of that. The cause of a `Reason` is told by its words. */
function chainOf(thrown: unknown): unknown[] {
  const chain = [thrown];
  for (const each of chain) {
    if (each instanceof Reason) continue;
    // `lastNodeError` is what a cluster's client calls it.
    const { cause, lastNodeError, errors } = fieldsOf(each, 'cause', 'lastNodeError', 'errors');
    const causes = [cause, lastNodeError, ...(Array.isArray(errors) ? errors : [])];
    chain.push(...causes.filter((one) => one != null && !chain.includes(one)).slice(0, MOST));
    if (chain.length > MOST * 2) break;
  }
  return chain.slice(0, MOST * 2);
}

function identifiersOf(thrown: unknown): string {
  const { code, type, param, status, statusCode } = fieldsOf(thrown, 'code', 'type', 'param', 'status', 'statusCode');
  const labelled = [
    ['status', identifierOf(status ?? statusCode)],
    ['code', identifierOf(code) ?? wordOf(thrown)],
    ['type', identifierOf(type)],
    ['param', identifierOf(param)],
    ['request', requestIdOf(thrown)],
  ];
  const said = labelled.filter(([, value]) => value !== undefined).map((pair) => pair.join(' '));
  const known = said.length > 0 ? said : placesOf(thrown).slice(0, 1);
  return known.length === 0 ? nameOf(thrown) : `${nameOf(thrown)} (${known.join(', ')})`;
}

function nameOf(thrown: unknown): string {
  const { name, constructor: made } = fieldsOf(thrown, 'name', 'constructor');
  const told = identifierOf(name);
  return (told === 'Error' ? undefined : told) ?? identifierOf(fieldsOf(made, 'name')['name']) ?? typeof thrown;
}

/**
 * The code that stands in a message: Redis begins with one, such as READONLY, and Redis 6 quotes another one's in a
 * script; Microsoft Entra has one somewhere.
 */
function wordOf(thrown: unknown): string | undefined {
  const { message } = fieldsOf(thrown, 'message');
  if (typeof message !== 'string') return undefined;
  if (nameOf(thrown) !== 'ReplyError') return /\bAADSTS\d{4,8}\b/.exec(message)?.[0];
  return (/@user_script:[\s\d]+: -([A-Z]+)\b/.exec(message) ?? /^([A-Z]+)\b/.exec(message))?.[1];
}

/** Under which the third party knows the request. */
function requestIdOf(thrown: unknown): string | undefined {
  const { headers = fieldsOf(fieldsOf(thrown, 'response')['response'], 'headers')['headers'] } = fieldsOf(
    thrown,
    'headers',
  );
  if (typeof fieldsOf(headers, 'get')['get'] !== 'function') return undefined;
  const ids = REQUEST_IDS.map((name) => (headers as Headers).get(name));
  return ids.find((id) => typeof id === 'string' && /^[\w-]{4,64}$/.test(id)) ?? undefined;
}

/** Its frames. A stack begins with the message, whose lines may look like frames: it is taken away as it is, or all. */
function placesOf(thrown: unknown): string[] {
  const { stack, message } = fieldsOf(thrown, 'stack', 'message');
  if (typeof stack !== 'string' || typeof message !== 'string') return [];
  const start = message === '' ? 0 : stack.lastIndexOf(message);
  if (start === -1) return [];
  return stack.slice(start + message.length).match(/(?<=^\s+)at \S.*:\d+:\d+\)?$/gm) ?? [];
}

/** Of a value that may be anything, whose fields may not even be readable. */
function fieldsOf(value: unknown, ...names: string[]): Record<string, unknown> {
  if (typeof value !== 'object' && typeof value !== 'function') return NO_FIELDS;
  try {
    return Object.fromEntries(names.map((name) => [name, (value as Record<string, unknown>)[name]]));
  } catch {
    return NO_FIELDS;
  }
}
