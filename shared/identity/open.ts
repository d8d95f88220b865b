import type { KeyedHash } from '../platform/keyed-hash.ts';
import type { Identify } from './caller.ts';

/** `AUTH_MODE=open`: everybody is the one local caller. */
export function identifyOpen(hash: KeyedHash): Identify {
  const caller = { owner: hash('owner', 'open') };
  return async () => caller;
}
