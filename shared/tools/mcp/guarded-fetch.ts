import { Exchange } from './exchange.ts';
import { Refusal } from './refusal.ts';

/** Of one answer, in bytes: many times what a model is told of it. */
const MOST_BYTES = 1_048_576;

/** For what belongs to no exchange: that one was cancelled, that a session is over. */
const ASIDE_MS = 5000;

const NO_BODY = new Set([101, 204, 205, 304]);

/**
 * What the client library asks a server with. Nothing but the server's address is asked, so that its credentials go there
 * alone; no redirect is followed; no answer is read beyond its bound.
 *
 * @param url as `URL` writes it
 * @param headers of every request; credentials are asked for anew each time
 */
export function guardedFetch(url: string, headers: () => Promise<Record<string, string>>) {
  return async (target: string | URL, init: RequestInit = {}): Promise<Response> => {
    if (String(target) !== url) throw new Refusal('The server asked for something elsewhere.');
    const asked = new Headers(init.headers);
    // The stream that a server may tell news on is not held open: lists are fetched again in any case. A stream that broke
    // is resumed.
    if (init.method === 'GET' && !asked.has('last-event-id')) return new Response(null, { status: 405 });
    asked.set('user-agent', 'Parley');
    for (const [name, value] of Object.entries(await headers())) asked.set(name, value);
    const { current } = Exchange;
    const exchange = current?.signal.aborted ? undefined : current;
    exchange?.goOn();
    const bounds = exchange?.signal ?? AbortSignal.timeout(ASIDE_MS);
    const signal = init.signal ? AbortSignal.any([init.signal, bounds]) : bounds;
    const response = await fetch(url, { ...init, headers: asked, redirect: 'manual', signal });
    const { status, body } = response;
    if (status >= 300 && status < 400) {
      await body?.cancel();
      throw new Refusal(`The server redirects elsewhere (HTTP ${status}), which is not followed.`);
    }
    if (body === null || NO_BODY.has(status)) return response;
    return new Response(ReadableStream.from(bounded(body, exchange)), response);
  };
}

async function* bounded(body: ReadableStream<Uint8Array>, exchange: Exchange | undefined): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) {
        const tooLarge = new Refusal('The tool has answered with more than 1 MiB, which was not read.');
        exchange?.fail(tooLarge);
        throw tooLarge;
      }
      yield chunk;
    }
  } finally {
    exchange?.streamEnded();
  }
}
