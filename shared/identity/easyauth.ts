import type { KeyedHash } from '../platform/keyed-hash.ts';
import type { Identify } from './caller.ts';
import { toldName } from './told-name.ts';
import { unauthenticated } from './unauthenticated.ts';

const CHALLENGE = 'AppServiceAuth realm="parley"';

/** The platform's own are a few KiB. */
const MOST_CHARACTERS = 65_536;

const TENANT = ['tid', 'http://schemas.microsoft.com/identity/claims/tenantid'];
const NAME = ['name', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name'];
const USER_NAME = ['preferred_username'];
const OBJECT = ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'];

/**
 * `AUTH_MODE=easyauth`: App Service authentication stands before the app, and says in `x-ms-client-principal` who has
 * signed in; a client's own header of that name it takes away. A user is an object of a tenant.
 */
export function identifyEasyAuth(hash: KeyedHash): Identify {
  return async ({ headers }) => {
    const claims = claimsOf(headers.get('x-ms-client-principal') ?? '');
    const tenant = only(claims, TENANT);
    const object = only(claims, OBJECT);
    if (tenant !== undefined && object !== undefined) {
      // A header's bytes beyond ASCII may be read in a wrong encoding.
      const [header] = /^[\x20-\x7e]+$/.exec(headers.get('x-ms-client-principal-name') ?? '') ?? [];
      const name = toldName(only(claims, NAME), only(claims, USER_NAME), header);
      // The platform sets it where its token store is on.
      const [token] = /^[\x21-\x7e]+$/.exec(headers.get('x-ms-token-aad-access-token') ?? '') ?? [];
      return { owner: hash('owner', 'easyauth', tenant, object), name, token };
    }
    throw unauthenticated('Nobody is signed in.', CHALLENGE);
  };
}

/** Claims as `[type, value]`; none where the header is not what the platform writes. */
function claimsOf(header: string): [string, string][] {
  if (header.length > MOST_CHARACTERS || !/^[A-Za-z0-9+/]+={0,2}$/.test(header)) return [];
  let principal: { claims?: unknown } | null;
  try {
    principal = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'base64')));
  } catch {
    return [];
  }
  if (!Array.isArray(principal?.claims)) return [];
  return principal.claims.flatMap((claim: { typ?: unknown; val?: unknown } | null): [string, string][] =>
    typeof claim?.typ === 'string' && typeof claim.val === 'string' ? [[claim.typ, claim.val]] : [],
  );
}

/** The one value of a claim, in whichever spelling; none where there are two that differ. */
function only(claims: [string, string][], types: string[]): string | undefined {
  const values = new Set(claims.filter(([type]) => types.includes(type)).map(([, value]) => value));
  const [value] = values;
  return values.size === 1 && value !== '' ? value : undefined;
}
