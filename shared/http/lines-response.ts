import type { HttpResponseInit } from '@azure/functions';
import { problemOf } from './problem.ts';
import type { RequestLog } from './request-log.ts';

/**
 * Lines of JSON as they are made, no faster than they are read. A failure on the way is the last line:
 * `{"error": {...}}`.
 *
 * @param pieces lines, or parts of lines that end in whole ones
 * @throws what is thrown before the first piece: then nothing was sent, and the status is still open
 */
export async function linesResponse(pieces: AsyncGenerator<string>, log: RequestLog): Promise<HttpResponseInit> {
  let next: Promise<IteratorResult<string>> | undefined = Promise.resolve(await pieces.next());
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text));
      const end = () => {
        controller.close();
        log.end();
      };
      try {
        const { value, done } = await (next ?? pieces.next());
        next = undefined;
        if (done) end();
        else send(value);
      } catch (error) {
        // A stream that errors would hang the client.
        send(`${JSON.stringify({ error: problemOf(log.fail(error), log.requestId) })}\n`);
        end();
      }
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
  return { headers: { 'Content-Type': 'application/x-ndjson' }, body };
}
