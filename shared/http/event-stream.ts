import type { HttpResponseInit } from '@azure/functions';
import type { TurnEvent } from '../conversation/events.ts';
import type { Failure } from '../conversation/failure.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import type { RequestLog } from './request-log.ts';

/** Proxies close connections that are silent for long; a comment every 15 s keeps them open. */
const HEARTBEAT_MS = 15_000;

/** Ends a stream whose turn ended well. */
export const DONE = 'data: [DONE]\n\n';

/** How a turn's events are written: text of whole frames, none for what was received before. */
export interface Frames {
  of(event: TurnEvent): string[];
  /** @param requestId under which the failure is in the log */
  ofFailure(failure: Failure, requestId: string): string[];
}

/**
 * A turn's events as server-sent events.
 *
 * The events are read to their end whether or not anybody still listens, so a turn is stored all the same. What is
 * queued is bounded by the length of an answer.
 *
 * @throws what is thrown before the first event: then nothing was sent, and the status is still open
 */
export async function eventStreamResponse(
  events: AsyncGenerator<TurnEvent>,
  log: RequestLog,
  frames: Frames,
): Promise<HttpResponseInit> {
  const first = await events.next();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      let ready = '';
      let soon: NodeJS.Immediate | undefined;
      const flush = () => {
        clearImmediate(soon);
        if (ready !== '') controller.enqueue(encoder.encode(ready));
        ready = '';
      };
      // All frames that are ready in one turn of the event loop go out in one chunk; none waits for another.
      const send = (text: string) => {
        if (ready === '') soon = setImmediate(flush);
        ready += text;
      };
      // The platform sends the headers with the first bytes.
      send(': open\n');
      const heartbeat = setInterval(send, HEARTBEAT_MS, ': ping\n');
      try {
        for (let next = first; !next.done; next = await events.next()) {
          log.note(next.value);
          for (const frame of frames.of(next.value)) send(frame);
        }
        send(DONE);
      } catch (error) {
        // A stream that errors would hang the client: a failure is a frame, and the stream is closed.
        const failure = log.fail(error);
        for (const frame of frames.ofFailure(failure, failure.requestId ?? log.requestId)) send(frame);
      }
      clearInterval(heartbeat);
      flush();
      controller.close();
      log.end();
    },
  });
  const limits = first.value?.type === 'turn-started' ? first.value.limits : undefined;
  const headers = {
    'Content-Type': 'text/event-stream',
    // What a proxy compresses, it holds back until it has enough of it.
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    ...rateLimitHeaders(limits),
  };
  return { headers, body };
}
