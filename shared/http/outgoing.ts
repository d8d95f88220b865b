import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** By the id of their invocation. */
const answers = new Map<string, ServerResponse>();

// The platform's library writes a body out as fast as it comes, whoever reads it (its `sendProxyResponse`), and shows
// nobody where to. Node tells of every request that a server of this process takes, the library's among them.
subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const id = request.headers['x-ms-invocation-id'];
  if (typeof id !== 'string' || answers.has(id)) return;
  answers.set(id, response);
  response.once('close', () => answers.delete(id));
});

/** The answer to an invocation on its way out of this process, for as long as it is. */
export function outgoing(invocationId: string): ServerResponse | undefined {
  return answers.get(invocationId);
}

/** Resolves when all but a little of what was written has been taken, or nobody is there to take it. */
export function taken(answer: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (!answer.writableNeedDrain) return resolve();
    const done = () => {
      answer.off('drain', done).off('close', done);
      resolve();
    };
    answer.on('drain', done).on('close', done);
  });
}
