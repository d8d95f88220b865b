import type { KeyedHash } from '../platform/keyed-hash.ts';
import type { Identify } from './caller.ts';
import { toldName } from './told-name.ts';
import { unauthenticated } from './unauthenticated.ts';

const CHALLENGE = 'FunctionKey realm="parley", headers="x-functions-key x-user-id"';

/**
 * `AUTH_MODE=key`: an app's back end calls with a function key, which the platform has checked before, and names its
 * user in `x-user-id`: 1 to 200 printable ASCII characters, case-sensitive.
 */
export function identifyKey(hash: KeyedHash): Identify {
  return async ({ headers }) => {
    const user = headers.get('x-user-id') ?? '';
    if (/^[\x20-\x7e]{1,200}$/.test(user)) return { owner: hash('owner', 'key', user), name: toldName(user) };
    throw unauthenticated('x-user-id has to name the user: 1 to 200 printable ASCII characters.', CHALLENGE);
  };
}
