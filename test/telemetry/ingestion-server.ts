import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { answering } from '../answering.ts';
import { makeCertificate } from '../redis/redis-server.ts';

/** What Application Insights takes: one item of telemetry. */
export interface Envelope {
  name: string;
  iKey: string;
  tags: Record<string, string>;
  data: {
    baseType: string;
    baseData: {
      id?: string;
      name?: string;
      success?: boolean;
      properties: Record<string, string>;
      metrics?: { name: string; value: number; count?: number }[];
    };
  };
}

/** Application Insights' ingestion endpoint over TLS, and the place where managed identities get their tokens. */
export class IngestionServer {
  readonly envelopes: Envelope[] = [];
  /** Of each request to the ingestion endpoint. */
  readonly authorizations: (string | undefined)[] = [];
  /** What tokens were asked for: the query of each request. */
  readonly tokenRequests: Record<string, string>[] = [];
  readonly #ingestion: ReturnType<typeof createServer>;
  readonly #identity: ReturnType<typeof createHttpServer>;
  readonly #directory: string;

  static async start(): Promise<IngestionServer> {
    const directory = await mkdtemp(join(tmpdir(), 'parley-ingestion-'));
    const { key, certificate } = await makeCertificate(directory);
    const server = new IngestionServer(directory, { key: await readFile(key), cert: await readFile(certificate) });
    for (const each of [server.#ingestion, server.#identity]) await once(each.listen(0, 'localhost'), 'listening');
    return server;
  }

  private constructor(directory: string, tls: { key: Buffer; cert: Buffer }) {
    this.#directory = directory;
    this.#ingestion = createServer(
      tls,
      answering(async (request, response) => {
        const body = await bodyOf(request);
        this.authorizations.push(request.headers.authorization);
        const envelopes: Envelope[] = JSON.parse(body);
        this.envelopes.push(...envelopes);
        const { length } = envelopes;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ itemsReceived: length, itemsAccepted: length, errors: [] }));
      }),
    );
    this.#identity = createHttpServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://localhost');
      this.tokenRequests.push(Object.fromEntries(searchParams));
      const token = { access_token: 'an-entra-token', token_type: 'Bearer', expires_on: Date.now() / 1000 + 86_400 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
    });
  }

  /** What the platform sets for an app with an identity, and what its component's connection string is. */
  get environment(): Record<string, string> {
    return {
      APPLICATIONINSIGHTS_CONNECTION_STRING: [
        'InstrumentationKey=11111111-1111-4111-8111-111111111111',
        `IngestionEndpoint=https://localhost:${portOf(this.#ingestion)}/`,
      ].join(';'),
      IDENTITY_ENDPOINT: `http://localhost:${portOf(this.#identity)}/msi/token`,
      IDENTITY_HEADER: 'a-header',
      NODE_EXTRA_CA_CERTS: join(this.#directory, 'certificate.pem'),
    };
  }

  async stop(): Promise<void> {
    for (const each of [this.#ingestion, this.#identity]) {
      each.closeAllConnections();
      each.close();
    }
    await rm(this.#directory, { recursive: true });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const bytes = Buffer.concat(await Array.fromAsync(request));
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}
