import { readFile } from 'node:fs/promises';

/** Stands for `@azure/identity` in a service whose identity a fault run plays: its token is what a file holds. */
export class DefaultAzureCredential {
  async getToken(): Promise<{ token: string; expiresOnTimestamp: number }> {
    const token = await readFile(String(process.env['TOKEN_FILE']), 'utf8');
    return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
  }
}

export { DefaultAzureCredential as ManagedIdentityCredential };
