import type { KeyedHash } from '../platform/keyed-hash.ts';
import type { AuthSettings } from './auth-settings.ts';
import type { Identify } from './caller.ts';
import { identifyEasyAuth } from './easyauth.ts';
import { identifyJwt } from './jwt.ts';
import { identifyKey } from './key.ts';
import { identifyOpen } from './open.ts';

/** How callers are known, as the settings say. */
export function createIdentify(auth: AuthSettings, hash: KeyedHash): Identify {
  switch (auth.mode) {
    case 'open':
      return identifyOpen(hash);
    case 'key':
      return identifyKey(hash);
    case 'easyauth':
      return identifyEasyAuth(hash);
    case 'jwt':
      return identifyJwt(auth, hash);
  }
}
