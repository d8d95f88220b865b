import type { TokenCredential } from '@azure/identity';
import { entraIdentity } from '../platform/entra-identity.ts';
import { entraToken } from '../platform/entra-token.ts';
import { type Answer, exchange, startOf } from './exchange.ts';
import type { RemoteModelSettings } from './model-settings.ts';
import { NoToken, RefusedRequest } from './upstream-failure.ts';

/**
 * Sends one request, once: repeating is the business of `retrying`, and so is the time that a call may take.
 *
 * @param path below the base of the API
 * @param signal breaks the request off, and its answer
 * @throws {RefusedRequest} for an answer that is no success
 * @throws {NoToken}
 * @throws what Node's client throws where the connection breaks
 */
export type Post = (path: string, body: object, signal: AbortSignal) => Promise<Answer>;

/** What sends requests to the API of the settings, with their key, or as the process's own identity. */
export function createPost(
  { baseUrl, apiKey, tokenScope }: RemoteModelSettings,
  identity: TokenCredential = entraIdentity(),
): Post {
  const token = apiKey === undefined ? entraTokenOrNone(identity, tokenScope) : () => apiKey;
  return async (path, body, signal) => {
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      authorization: `Bearer ${await token()}`,
      'content-type': 'application/json',
      'user-agent': 'Parley',
    };
    const { status, ...answer } = await exchange(baseUrl + path, headers, JSON.stringify(body), signal);
    if (status >= 200 && status < 300) return answer;
    throw new RefusedRequest(status, new Headers(answer.headers), await startOf(answer.body));
  };
}

function entraTokenOrNone(identity: TokenCredential, scope: string): () => Promise<string> {
  const token = entraToken(identity, scope);
  return () =>
    token().catch((cause) => {
      throw new NoToken(cause);
    });
}
