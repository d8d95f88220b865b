import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import { Reason, reasonOf } from '../../conversation/reason.ts';
import { entraIdentity } from '../../platform/entra-identity.ts';

/** A user name, and the password that Redis takes for it now. */
export interface Credential {
  username: string;
  password: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const SCOPE = 'https://redis.azure.com/.default';

/** A password is not used for a new connection when it ends this soon; Redis cuts connections whose password ended. */
const MARGIN_MS = 180_000;
const RETRY_MS = 1000;

/** The password of an identity, fetched once for all who ask at the same time, and again before it ends. */
export class RotatingCredential {
  readonly #fetch: () => Promise<Credential>;
  readonly #complain: (complaint: string) => void;
  #latest: Credential | undefined;
  #fetching: Promise<Credential> | undefined;

  /** @param fetch settles after a while, whatever becomes of its request: all who need the password wait for it */
  constructor(fetch: () => Promise<Credential>, complain: (complaint: string) => void = console.error) {
    this.#fetch = fetch;
    this.#complain = complain;
  }

  /** What was fetched last, whether it still holds or not. */
  get latest(): Credential | undefined {
    return this.#latest;
  }

  /** Never rejects: without a password there is no connection, and whoever needs one is bounded by its own time. */
  async current(): Promise<Credential> {
    const latest = this.#latest;
    const holds = latest !== undefined && latest.expiresAt - Date.now() > MARGIN_MS;
    return holds && this.#fetching === undefined ? latest : this.renew();
  }

  /** Fetches anew: Redis refused the password, or it ends soon. As `current`, it never rejects. */
  renew(): Promise<Credential> {
    this.#fetching ??= this.#fetchUntilThere().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchUntilThere(): Promise<Credential> {
    for (;;) {
      try {
        this.#latest = await this.#fetch();
        return this.#latest;
      } catch (error) {
        this.#complain(
          `Redis: no token for the scope ${SCOPE}: ${reasonOf(error)}. ` +
            'The identity needs an access policy assignment on the Redis instance.',
        );
        await sleep(RETRY_MS, undefined, { ref: false });
      }
    }
  }
}

/** Tokens of the process's Microsoft Entra identity; the user name is the identity's object id, which the token tells. */
export function entraCredential(identity: TokenCredential = entraIdentity()): RotatingCredential {
  return new RotatingCredential(async () => {
    const got = await identity.getToken(SCOPE);
    if (got === null) throw new Reason('there is no identity');
    return { username: objectIdOf(got.token), password: got.token, expiresAt: got.expiresOnTimestamp };
  });
}

/** @throws where the token is none of an identity */
export function objectIdOf(token: string): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const { oid } = JSON.parse(payload) as { oid?: unknown };
  if (typeof oid !== 'string') throw new Reason('the token names no object id');
  return oid;
}
