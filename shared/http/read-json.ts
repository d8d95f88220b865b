import type { HttpRequest } from '@azure/functions';
import { Failure } from '../conversation/failure.ts';

/** What of a body beyond the limit is still read, to be thrown away. */
const DISCARDED = { bytes: 67_108_864, ms: 15_000 };

/**
 * Reads a request's body as a JSON object.
 *
 * @throws {Failure} `unsupported-media-type`, `body-too-large`, `invalid-encoding`, `invalid-json`, `invalid-request`
 *   (JSON, but not an object).
 */
export async function readJson(
  request: HttpRequest,
  maxBytes: number,
  discarded = DISCARDED,
): Promise<Record<string, unknown>> {
  checkMediaType(request.headers);
  const bytes = await readBytes(request.body, maxBytes, discarded);
  const value = parse(decode(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Failure('invalid-request', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

function checkMediaType(headers: HttpRequest['headers']): void {
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.trim().toLowerCase() !== 'identity') {
    throw new Failure('unsupported-media-type', 'Send the body without Content-Encoding.');
  }
  const [type, ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';').map(trim);
  if (type !== 'application/json' || !parameters.every((parameter) => parameter === '' || isUtf8(parameter))) {
    throw new Failure('unsupported-media-type', 'Send the body as application/json in UTF-8.');
  }
}

function isUtf8(parameter: string): boolean {
  const [name, value] = parameter.split('=').map(trim);
  return name === 'charset' && (value === 'utf-8' || value === '"utf-8"');
}

function trim(text: string): string {
  return text.trim();
}

async function readBytes(body: HttpRequest['body'], maxBytes: number, discarded: typeof DISCARDED): Promise<Buffer> {
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    length += next.value.byteLength;
    if (length > maxBytes) {
      if (reader !== undefined) await discard(reader, discarded);
      throw new Failure('body-too-large', `The body may have at most ${maxBytes} bytes.`);
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads on, as far as is borne. The platform sends all of a body that came in chunks before it reads an answer, and so
 * do many clients of any body: an earlier answer is lost.
 */
async function discard(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { bytes, ms }: typeof DISCARDED,
): Promise<void> {
  const timeout = Promise.withResolvers<{ done: true }>();
  const timer = setTimeout(timeout.resolve, ms, { done: true });
  for (let left = bytes; left > 0; ) {
    const next = await Promise.race([reader.read(), timeout.promise]);
    if (next.done) break;
    left -= next.value.byteLength;
  }
  clearTimeout(timer);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure('invalid-encoding', 'The body is not well-formed UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('invalid-json', 'The body is not well-formed JSON.');
  }
}
