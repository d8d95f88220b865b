import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answering } from '../answering.ts';

/** Where a process in Azure fetches the tokens of its identity, as App Service and Functions have it. */
export class TokenEndpoint {
  /** The object id that the tokens are of. */
  readonly identity = 'b5e1c1f0-0000-4000-8000-000000000001';
  readonly token = `h.${Buffer.from(JSON.stringify({ oid: this.identity })).toString('base64url')}.s`;
  /** How many requests came, and how many of them were answered. */
  asked = 0;
  answered = 0;
  readonly #server: Server;
  readonly #hanging: ServerResponse[] = [];

  private constructor(server: Server, hanging: number, delayMs: number) {
    this.#server = server;
    server.on(
      'request',
      answering(async (_, response) => {
        this.asked += 1;
        if (this.asked <= hanging) return void this.#hanging.push(response);
        await sleep(delayMs);
        const expires_on = String(Math.floor(Date.now() / 1000) + 86_400);
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ access_token: this.token, expires_on, token_type: 'Bearer' }));
        this.answered += 1;
      }),
    );
  }

  /**
   * @param hanging how many of the first requests are never answered
   * @param delayMs how long each of the others takes
   */
  static async start({ hanging = 0, delayMs = 0 } = {}): Promise<TokenEndpoint> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TokenEndpoint(server, hanging, delayMs);
  }

  /** The environment of a process that has the identity. */
  get env(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/token`, IDENTITY_HEADER: 'secret' };
  }

  async stop(): Promise<void> {
    for (const response of this.#hanging) response.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
