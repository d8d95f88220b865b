import type { ContainerClient } from '@azure/storage-blob';
import { entraIdentity } from '../platform/entra-identity.ts';

/** Where audit blobs lie: an account that the process's Microsoft Entra identity may write to, or a connection string. */
export interface ContainerSettings {
  container: string;
  account: { endpoint: string } | { connectionString: string };
}

/** The library's own waits of 4 s and more are too long for a turn. */
const retryOptions = { maxTries: 4, retryDelayInMs: 150, maxRetryDelayInMs: 1000 };

/**
 * Connects to the container, and makes it where it is missing. The library is loaded here, at the first record, and the
 * identity library only where there is no connection string: neither is on the way of a start.
 */
export async function connectContainer(
  { container, account }: ContainerSettings,
  abortSignal: AbortSignal,
): Promise<ContainerClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const service =
    'connectionString' in account
      ? BlobServiceClient.fromConnectionString(account.connectionString, { retryOptions })
      : new BlobServiceClient(account.endpoint, entraIdentity(), { retryOptions });
  const client = service.getContainerClient(container);
  // An identity that may only add to a container that is there is enough.
  await client.createIfNotExists({ abortSignal }).catch((error: { statusCode?: number }) => {
    if (error.statusCode !== 403) throw error;
  });
  return client;
}
