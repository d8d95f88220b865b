import type { TokenCredential } from '@azure/identity';
import { within } from './within.ts';

/** The slowest first token of a new instance that was reported took 5.7 s. */
const TOKEN_WITHIN_MS = 8000;

/**
 * The process's own Microsoft Entra identity. Its library is loaded at the first token. A token that does not come in
 * time is given up, so that the next who asks for one fetches it anew.
 */
export function entraIdentity(withinMs: number = TOKEN_WITHIN_MS): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: (scopes, options) =>
      within(withinMs, async (abortSignal) => {
        credential ??= import('@azure/identity').then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
        return (await credential).getToken(scopes, { ...options, abortSignal });
      }),
  };
}
