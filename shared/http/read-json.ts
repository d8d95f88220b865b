import type { HttpRequest } from '@azure/functions';
import { Failure } from '../conversation/failure.ts';

/**
 * Reads a request's body as a JSON object.
 *
 * @throws {Failure} `unsupported-media-type`, `body-too-large` (reading stops there), `invalid-encoding`,
 *   `invalid-json`, `invalid-request` (JSON, but not an object).
 */
export async function readJson(request: HttpRequest, maxBytes: number): Promise<Record<string, unknown>> {
  checkMediaType(request.headers);
  const bytes = await readBytes(request, maxBytes);
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
  const type = headers.get('content-type') ?? '';
  if (!/^\s*application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i.test(type)) {
    throw new Failure('unsupported-media-type', 'Send the body as application/json in UTF-8.');
  }
}

async function readBytes(request: HttpRequest, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new Failure('body-too-large', `The body may have at most ${maxBytes} bytes.`);
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
