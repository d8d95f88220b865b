import type { TokenCredential } from '@azure/identity';
import type { OpenAI } from 'openai';
import { entraIdentity } from '../platform/entra-identity.ts';
import type { RemoteModelSettings } from './model-settings.ts';

/** What an identity needs in order to call Azure OpenAI. */
export const AZURE_ROLE = 'Cognitive Services OpenAI User';

/**
 * The provider's own client library, for requests, credentials and errors. It is loaded at the first call, and the
 * identity library only where there is no key: neither is on the way of a start.
 */
export function lazyClient(
  settings: RemoteModelSettings,
  identity: TokenCredential = entraIdentity(),
): () => Promise<OpenAI> {
  let client: Promise<OpenAI> | undefined;
  return () => {
    client ??= createClient(settings, identity).catch((error) => {
      client = undefined;
      throw error;
    });
    return client;
  };
}

async function createClient(
  { baseUrl, apiKey, tokenScope }: RemoteModelSettings,
  identity: TokenCredential,
): Promise<OpenAI> {
  // The package's index would add 39 KB of clients for other clouds.
  const [{ OpenAI }, credential] = await Promise.all([
    import('openai/client'),
    apiKey ?? entraToken(identity, tokenScope),
  ]);
  /** The package looks for an error in the body's `error`; some servers send it as the body. */
  class Client extends OpenAI {
    protected override makeStatusError(status: number, body: object, message: string | undefined, headers: Headers) {
      const isBare = typeof body === 'object' && body !== null && !('error' in body);
      return super.makeStatusError(status, isBare ? { error: body } : body, message, headers);
    }
  }
  return new Client({
    baseURL: baseUrl,
    apiKey: credential,
    // Nothing is taken from the environment but what the settings name.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    // Repeating is the business of `retrying`, and so is the time that a call may take.
    maxRetries: 0,
    timeout: 230_000,
    // A conversation goes where the settings say, and nowhere else.
    fetchOptions: { redirect: 'manual' },
    logLevel: 'off',
  });
}

async function entraToken(identity: TokenCredential, scope: string): Promise<() => Promise<string>> {
  const { getBearerTokenProvider } = await import('@azure/identity');
  return getBearerTokenProvider(identity, scope);
}
