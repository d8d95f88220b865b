import type { HttpResponseInit } from '@azure/functions';
import type { TokensWithheld, TurnEvent } from '../conversation/events.ts';
import { LOST_ENDING } from '../conversation/follow.ts';
import { problemOf } from './problem.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import type { RequestLog } from './request-log.ts';

/** Proxies close connections that are silent for long; a comment every 15 s keeps them open. */
const HEARTBEAT_MS = 15_000;

/**
 * A turn's events as server-sent events: one frame each, numbered from 1, and exactly one ending.
 *
 * The events are read to their end whether or not anybody still listens, so a turn is stored all the same. What is
 * queued is bounded by the length of an answer.
 *
 * @param after frames up to this number were received before, and are not sent again, but for the ending
 * @throws what is thrown before the first event: then nothing was sent, and the status is still open
 */
export async function eventStreamResponse(
  events: AsyncGenerator<TurnEvent>,
  log: RequestLog,
  after = 0,
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
      let id = 0;
      const frame = (data: object) => {
        id += 1;
        if (id > after) send(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
      };
      // The platform sends the headers with the first bytes.
      send(': open\n');
      const heartbeat = setInterval(send, HEARTBEAT_MS, ': ping\n');
      try {
        for (let next = first; !next.done; next = await events.next()) {
          log.note(next.value);
          if (next.value.type === 'tokens-withheld') id += next.value.count;
          else frame(dataOf(next.value));
        }
        send('data: [DONE]\n\n');
      } catch (error) {
        // A stream that errors would hang the client: a failure is a frame, and the stream is closed.
        const failure = log.fail(error);
        id = failure.code === 'turn-lost' ? LOST_ENDING - 1 : Math.max(id, after);
        frame({ error: problemOf(failure, failure.requestId ?? log.requestId) });
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

function dataOf(event: Exclude<TurnEvent, TokensWithheld>): object {
  switch (event.type) {
    case 'turn-started':
      return { session_id: event.session_id, turn_id: event.turn_id, assistant: event.assistant };
    case 'token-said':
      return { token: event.token };
    case 'turn-finished':
      return { finish_reason: event.finish_reason, usage: event.usage, context: event.context };
  }
}
