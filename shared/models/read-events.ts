import type { Readable } from 'node:stream';
import { createParser, type ParseError } from 'eventsource-parser';
import { Reason } from '../conversation/reason.ts';
import type { Answer } from './exchange.ts';
import { broken } from './upstream-failure.ts';

/** Far more than any event of an answer of text. */
const MAX_EVENT_CHARACTERS = 1_048_576;

/** For how long the end of a body is waited for behind its last event, while nobody waits for it. */
const END_MS = 1000;

/** The event that says that there are no more. */
export const DONE = Symbol('[DONE]');

/**
 * Tells the JSON of each server-sent event of a body, until `DONE`, where it comes, or its end.
 *
 * @throws {Failure} `model-failed` where the body is no stream of JSON events.
 * @throws what `tell` throws; then no more is read
 */
export function readEvents(
  { headers, body }: Answer,
  tell: (event: Record<string, unknown> | typeof DONE) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (error: unknown) => {
      body.destroy();
      reject(error);
    };
    body.on('error', reject).on('end', resolve);
    const type = headers['content-type'] ?? '';
    if (!/^text\/event-stream\s*(;|$)/i.test(type)) {
      return giveUp(broken({ cause: new Reason(`the model answered with ${mediaTypeOf(type)}, not a stream`) }));
    }
    let isOver = false;
    const parser = createParser({
      onEvent({ data }) {
        if (isOver) return;
        const text = data.trim();
        isOver = text === '[DONE]';
        // Some providers keep the connection open with these.
        if (text !== '' && text !== 'null') tell(isOver ? DONE : parse(text));
      },
      onError: failIfEndless,
      maxBufferSize: MAX_EVENT_CHARACTERS,
    });
    const decoder = new TextDecoder();
    body.on('data', (bytes: Buffer) => {
      if (isOver) return;
      try {
        parser.feed(decoder.decode(bytes, { stream: true }));
        if (isOver) {
          endSoon(body);
          resolve();
        }
      } catch (error) {
        giveUp(error);
      }
    });
  });
}

/** What comes behind the last event is the body's end: where it is read, the connection can be used again. */
function endSoon(body: Readable): void {
  const timer = setTimeout(() => body.destroy(), END_MS);
  body.on('close', () => clearTimeout(timer));
}

/** As far as it is one. */
function mediaTypeOf(type: string): string {
  return /^[a-z]+\/[a-z0-9.+-]{1,40}(?=;|$)/.exec(type)?.[0] ?? 'another type';
}

/** What else the parser reports, such as a field that it does not know, is to be ignored by the standard. */
function failIfEndless(error: ParseError): void {
  if (error.type === 'max-buffer-size-exceeded')
    throw broken({ cause: new Reason('the model sent an event without an end') });
}

function parse(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {}
  throw broken({ cause: new Reason('the model sent an event that is not JSON') });
}
