import type { TokenCredential } from '@azure/identity';
import { entraIdentity } from '../platform/entra-identity.ts';
import type { RemoteModelSettings } from './model-settings.ts';
import { NoToken, RefusedRequest } from './upstream-failure.ts';

/**
 * Sends one request, once: repeating is the business of `retrying`, and so is the time that a call may take.
 *
 * @param path below the base of the API
 * @throws {RefusedRequest} for an answer that is no success
 * @throws {NoToken}
 * @throws what `fetch` throws
 */
export type Post = (path: string, body: object, signal: AbortSignal) => Promise<Response>;

/** What sends requests to the API of the settings, with their key, or as the process's own identity. */
export function createPost(
  { baseUrl, apiKey, tokenScope }: RemoteModelSettings,
  identity: TokenCredential = entraIdentity(),
): Post {
  const token = apiKey === undefined ? entraToken(identity, tokenScope) : () => apiKey;
  return async (path, body, signal) => {
    const response = await fetch(baseUrl + path, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${await token()}`,
        'content-type': 'application/json',
        'user-agent': 'Parley',
      },
      body: JSON.stringify(body),
      // A conversation goes where the settings say, and nowhere else.
      redirect: 'manual',
      signal,
    });
    if (response.ok) return response;
    throw new RefusedRequest(response.status, response.headers, await response.text());
  };
}

/** Its library is loaded at the first call, and keeps a token until it is about to expire. */
function entraToken(identity: TokenCredential, scope: string): () => Promise<string> {
  let provider: Promise<() => Promise<string>> | undefined;
  return async () => {
    try {
      provider ??= import('@azure/identity').then(({ getBearerTokenProvider }) =>
        getBearerTokenProvider(identity, scope),
      );
      return await (await provider)();
    } catch (cause) {
      throw new NoToken(cause);
    }
  };
}
