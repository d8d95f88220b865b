import { createHash } from 'node:crypto';

/** A weak tag of what is served, as it is the same for every coding. */
export function entityTag(content: string | Buffer): string {
  return `W/"${createHash('sha256').update(content).digest('base64url')}"`;
}

/** Whether a client has that already: by weak comparison, for which only what is quoted counts (RFC 9110, 8.8.3.2). */
export function isKnown(etag: string, ifNoneMatch: string | null): boolean {
  if (ifNoneMatch?.trim() === '*') return true;
  return ifNoneMatch?.match(/"[^"]*"/g)?.some((quoted) => etag.endsWith(quoted)) ?? false;
}
