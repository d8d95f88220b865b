import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

interface Key {
  id: string;
  private: CryptoKey;
  public: JWK;
}

/** A small, real OpenID Connect issuer on the loopback: its discovery document, its keys, and tokens signed with them. */
export class OidcIssuer {
  /** How often its keys were asked for. */
  keyRequests = 0;
  /** Whether its keys can be had. */
  isUp = true;
  /** Whether it takes requests and answers none. */
  hangs = false;
  key: Key;
  readonly #server: Server;
  #published: Key[];

  private constructor(server: Server, key: Key) {
    this.#server = server;
    this.key = key;
    this.#published = [key];
    server.on('request', (request, response) => {
      const keys = { keys: this.#published.map((each) => each.public) };
      const documents: Record<string, object> = {
        '/.well-known/openid-configuration': { issuer: this.url, jwks_uri: `${this.url}/keys` },
        '/keys': keys,
      };
      if (request.url === '/keys') this.keyRequests += 1;
      if (this.hangs) return;
      const document = documents[request.url ?? ''];
      response.writeHead(!this.isUp ? 503 : document === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(this.isUp ? document : {}));
    });
  }

  static async start(): Promise<OidcIssuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OidcIssuer(server, await newKey('first'));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Signs with a new key from now on; the old one is published no more. */
  async rotate(): Promise<void> {
    this.key = await newKey('second');
    this.#published = [this.key];
  }

  /** A token as it should be, but for what is given. `undefined` leaves a claim out. */
  async token(
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key = this.key,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: 'parley', sub: 'alice', iat: now, exp: now + 600, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: key.id, ...header }).sign(key.private);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export async function newKey(id: string): Promise<Key> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  return { id, private: pair.privateKey, public: { ...(await exportJWK(pair.publicKey)), kid: id, alg: 'RS256' } };
}
