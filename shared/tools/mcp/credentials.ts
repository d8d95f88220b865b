import type { TokenCredential } from '@azure/identity';
import type { ToolCaller } from '../../conversation/ports/toolbox.ts';
import { entraToken } from '../../platform/entra-token.ts';
import type { McpServerSettings } from '../mcp-settings.ts';

/** What proves to a server who asks. It is kept nowhere, but for the token of the process's own identity. */
export class Credentials {
  /** Each caller is itself to the server; to others we are all one. */
  readonly areCallers: boolean;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #ownToken: (() => Promise<string>) | undefined;

  constructor({ headers, auth }: Pick<McpServerSettings, 'headers' | 'auth'>, identity: TokenCredential) {
    this.areCallers = auth.kind === 'user';
    this.#headers = headers;
    this.#ownToken = auth.kind === 'entra' ? entraToken(identity, auth.scope) : undefined;
  }

  isMissing({ token }: ToolCaller): boolean {
    return this.areCallers && token === undefined;
  }

  /** Whose list of tools it is. */
  keyOf({ id }: ToolCaller): string {
    return this.areCallers ? id : '';
  }

  async headersFor({ token }: ToolCaller): Promise<Record<string, string>> {
    const bearer = this.areCallers ? token : await this.#ownToken?.();
    return bearer === undefined ? this.#headers : { ...this.#headers, authorization: `Bearer ${bearer}` };
  }
}
