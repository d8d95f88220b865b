import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** How a server of the tests answers. Where it cannot, because whoever asked is gone, their connection is broken off, and not the test run. */
export function answering(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
): RequestListener {
  return (request, response) => void answer(request, response).catch(() => response.destroy());
}
