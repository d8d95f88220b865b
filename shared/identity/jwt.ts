import type { JWTVerifyGetKey } from 'jose';
import { Failure } from '../conversation/failure.ts';
import { Reason } from '../conversation/reason.ts';
import { isPrivate } from '../settings.ts';
import type { Identify, KeyedHash } from './caller.ts';
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

const FETCH_MS = 3000;
/** Keys are fetched again for an unknown key id, but not more often: a rotated key works within this time. */
const COOLDOWN_MS = 30_000;
const CACHE_MS = 600_000;

/** What jose says of a token, rather than of the keys. */
const OF_THE_TOKEN = new Set(['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'ERR_JOSE_NOT_SUPPORTED']);

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

  async function fetchKeys(): Promise<JWTVerifyGetKey> {
    const { createRemoteJWKSet } = await import('jose');
    const url = new URL(jwksUrl ?? (await discover(issuer)));
    const remote = createRemoteJWKSet(url, {
      timeoutDuration: FETCH_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: CACHE_MS,
    });
    return async (header, token) => {
      try {
        return await remote(header, token);
      } catch (cause) {
        if (OF_THE_TOKEN.has(codeOf(cause))) throw cause;
        throw unavailable(cause);
      }
    };
  }

  return async ({ headers }) => {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    if (token === undefined) throw unauthenticated('A bearer token is needed.', 'Bearer realm="parley"');
    keys ??= fetchKeys().catch((cause) => {
      keys = undefined;
      throw unavailable(cause);
    });
    const getKey = await keys;
    const { jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, getKey, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
      });
      if (typeof payload.sub === 'string' && payload.sub !== '') {
        return { owner: hash('owner', 'jwt', issuer, payload.sub) };
      }
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (!codeOf(error).startsWith('ERR_')) throw error;
    }
    throw unauthenticated('The token is not valid here.', 'Bearer realm="parley", error="invalid_token"');
  };
}

/** Where the issuer's keys are. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' });
  const { issuer: named, jwks_uri } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer) throw new Reason(`${url} is the document of another issuer`);
  if (typeof jwks_uri !== 'string' || !URL.canParse(jwks_uri) || !isPrivate(jwks_uri))
    throw new Reason(`${url} names no keys`);
  return jwks_uri;
}

function unavailable(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  return new Failure('identity-unavailable', 'The keys that callers are checked with cannot be had.', {
    cause,
    retryAfterSeconds: 5,
  });
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
