import type { HttpRequest } from '@azure/functions';

/** What a mode of identity sees of a request. */
export function requestWith(headers: Record<string, string | undefined>): HttpRequest {
  const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { headers: new Headers(present) } as unknown as HttpRequest;
}
