import { createHmac } from 'node:crypto';

/** Hashes with a key, so that nobody without it can tell by trying what was hashed. 128 bits, in hexadecimal. */
export type KeyedHash = (purpose: 'owner' | 'key' | 'request' | 'content' | 'compaction', ...parts: string[]) => string;

export function keyedHash(key: string): KeyedHash {
  return (purpose, ...parts) =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest('hex')
      .slice(0, 32);
}
