import type { JWTVerifyGetKey } from 'jose';
import { Failure } from '../conversation/failure.ts';
import type { KeyedHash } from '../platform/keyed-hash.ts';
import type { Identify } from './caller.ts';
import { codeOf, issuerKeys } from './issuer-keys.ts';
import { toldName } from './told-name.ts';
import { unauthenticated } from './unauthenticated.ts';

/** No secret that both sides know, and no `none`: whoever can check a token cannot make one. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** By how many seconds the issuer's clock and ours may differ. */
const CLOCK_TOLERANCE = 60;

export interface Issuer {
  issuer: string;
  audience: string;
  /** Absent: the issuer's discovery document names it. */
  jwksUrl: string | undefined;
}

/**
 * `AUTH_MODE=jwt`: bearer tokens of an OpenID Connect issuer. A user is a subject of the issuer. jose and the issuer's
 * keys are had at the first call.
 */
export function identifyJwt({ issuer, audience, jwksUrl }: Issuer, hash: KeyedHash): Identify {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  return async ({ headers }) => {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    if (token === undefined) throw unauthenticated('A bearer token is needed.', 'Bearer realm="parley"');
    keys ??= issuerKeys(issuer, jwksUrl).catch((failure) => {
      keys = undefined;
      throw failure;
    });
    const getKey = await keys;
    const { jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, getKey, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['exp', 'sub'],
      });
      if (typeof payload.sub === 'string' && payload.sub !== '') {
        const name = toldName(payload['name'], payload['preferred_username']);
        return { owner: hash('owner', 'jwt', issuer, payload.sub), name, token };
      }
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (!codeOf(error).startsWith('ERR_')) throw error;
    }
    throw unauthenticated('The token is not valid here.', 'Bearer realm="parley", error="invalid_token"');
  };
}
