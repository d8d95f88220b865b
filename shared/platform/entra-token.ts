import type { TokenCredential } from '@azure/identity';

/** Tokens of an identity for a scope. Its library is loaded at the first, and keeps one until it is about to expire. */
export function entraToken(identity: TokenCredential, scope: string): () => Promise<string> {
  let provider: Promise<() => Promise<string>> | undefined;
  return async () => {
    provider ??= import('@azure/identity').then(({ getBearerTokenProvider }) =>
      getBearerTokenProvider(identity, scope),
    );
    return (await provider)();
  };
}
