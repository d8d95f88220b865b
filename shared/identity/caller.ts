import { createHmac } from 'node:crypto';
import type { HttpRequest } from '@azure/functions';

/** Who is calling, as far as anything behind the door may know. */
export interface Caller {
  /** A keyed hash of the caller's identity: 32 hexadecimal digits. */
  owner: string;
}

/**
 * The port to who is calling.
 *
 * @throws {Failure} `unauthenticated`, `identity-unavailable`
 */
export type Identify = (request: HttpRequest) => Promise<Caller>;

/** Hashes with a key, so that nobody without it can tell by trying what was hashed. 128 bits, in hexadecimal. */
export type KeyedHash = (purpose: 'owner' | 'key' | 'request' | 'content', ...parts: string[]) => string;

export function keyedHash(key: string): KeyedHash {
  return (purpose, ...parts) =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest('hex')
      .slice(0, 32);
}
