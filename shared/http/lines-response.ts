import type { ServerResponse } from 'node:http';
import type { HttpResponseInit } from '@azure/functions';
import { taken } from './outgoing.ts';
import { problemOf } from './problem.ts';
import type { RequestLog } from './request-log.ts';

/** The platform ends the whole instance, and the turns on it, where a function runs for 5 minutes (`host.json`). */
const WITHIN_MS = 240_000;

/**
 * Lines of JSON as they are made, no faster than they are read. A failure on the way is the last line:
 * `{"error": {...}}`. Where they are not all read in time, the connection is cut, so that nobody takes a part for all.
 *
 * @param pieces lines, or parts of lines that end in whole ones
 * @param answer as it leaves this process; where that is not known, nobody is waited for
 * @throws what is thrown before the first piece: then nothing was sent, and the status is still open
 */
export async function linesResponse(
  pieces: AsyncGenerator<string>,
  log: RequestLog,
  answer: ServerResponse | undefined,
  withinMs: number = WITHIN_MS,
): Promise<HttpResponseInit> {
  let next: Promise<IteratorResult<string>> | undefined = Promise.resolve(await pieces.next());
  /** Whoever makes the pieces learns that they are not read to their end. */
  const giveUp = async () => {
    clearTimeout(timer);
    await pieces.return(undefined);
  };
  const timer = setTimeout(() => {
    answer?.destroy();
    void giveUp();
  }, withinMs).unref();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const send = (text: string) => controller.enqueue(encoder.encode(text));
        try {
          if (answer !== undefined) await taken(answer);
          if (answer?.destroyed) await giveUp();
          const { value, done } = await (next ?? pieces.next());
          next = undefined;
          if (!done) return send(value);
        } catch (error) {
          // A stream that errors would hang the client.
          send(`${JSON.stringify({ error: problemOf(log.fail(error), log.requestId) })}\n`);
        }
        clearTimeout(timer);
        controller.close();
        log.end();
      },
      cancel: giveUp,
    },
    // Nothing is made before it is asked for.
    { highWaterMark: 0 },
  );
  return { headers: { 'Content-Type': 'application/x-ndjson' }, body };
}
