import type { JWTVerifyGetKey } from 'jose';
import { Failure } from '../conversation/failure.ts';
import { Reason } from '../conversation/reason.ts';
import { isPrivate } from '../platform/environment.ts';

const FETCH_MS = 3000;
/** Keys are fetched again for an unknown key id, but not more often: a rotated key works within this time. */
const COOLDOWN_MS = 30_000;
const CACHE_MS = 600_000;

/** What jose says of a token, rather than of the keys. */
const OF_THE_TOKEN = new Set(['ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'ERR_JOSE_NOT_SUPPORTED']);

/**
 * The keys of an issuer, fetched now, and again when they are old or lack one. While that cannot be done, those that
 * are known are used, and the issuer is left alone for a while after each try.
 *
 * @param jwksUrl absent: the issuer's discovery document names it
 * @throws {Failure} `identity-unavailable`, also later: for a key that is not known while the issuer is away
 */
export async function issuerKeys(issuer: string, jwksUrl: string | undefined): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet, createRemoteJWKSet } = await import('jose');
  const url = new URL(jwksUrl ?? (await discover(issuer).catch(unavailable)));
  const fetched = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: CACHE_MS,
  });
  /** The keys that there were when the issuer was last found away, and until when it is not asked again. */
  let known: JWTVerifyGetKey | undefined;
  let leftAloneUntil = Number.NEGATIVE_INFINITY;
  return async (header, token) => {
    if (known === undefined || Date.now() >= leftAloneUntil) {
      try {
        return await fetched(header, token);
      } catch (cause) {
        const keys = fetched.jwks();
        if (OF_THE_TOKEN.has(codeOf(cause))) throw cause;
        if (keys === undefined) return unavailable(cause);
        known = createLocalJWKSet(keys);
        leftAloneUntil = Date.now() + COOLDOWN_MS;
      }
    }
    try {
      return await known(header, token);
    } catch (cause) {
      // The issuer may have it by now.
      if (codeOf(cause) === 'ERR_JWKS_NO_MATCHING_KEY') return unavailable(cause);
      throw cause;
    }
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

function unavailable(cause: unknown): never {
  const detail = 'The keys that callers are checked with cannot be had.';
  throw new Failure('identity-unavailable', detail, { cause, retryAfterSeconds: 5 });
}

/** As jose's errors have it. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
