import type { IncomingMessage } from 'node:http';

const outsideAscii = /[^\t -~]/;

/**
 * Whether a request is 400 without a function: what the real host refuses, and what makes it hang, as a client is better
 * told so here. Node itself refuses control characters.
 */
export function isRefused({ url = '', headers, rawHeaders }: IncomingMessage): boolean {
  const [path = ''] = url.split('?');
  // The real host's forwarding hangs over both of the latter.
  return path.includes('%00') || rawHeaders.some((text) => outsideAscii.test(text)) || 'x-ms-invocation-id' in headers;
}
