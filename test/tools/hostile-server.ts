import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answering } from '../answering.ts';

/** A request as it came, where it has a body that is JSON-RPC. */
export interface Asked {
  http: string;
  path: string;
  headers: IncomingHttpHeaders;
  id?: number;
  method?: string;
  params?: { name?: string; arguments?: unknown; _meta?: Record<string, unknown> };
}

type Answer = (asked: Asked, response: ServerResponse) => void;

export const anyTool = { name: 'act', description: 'Acts.', inputSchema: { type: 'object' } };

/** A server that is written by hand, and answers as it is told: honestly where nothing else is said. */
export class HostileServer {
  readonly asked: Asked[] = [];
  tools: unknown[] = [anyTool];
  /** By the method of JSON-RPC, or of HTTP where there is none. */
  readonly answers = new Map<string, Answer>();
  /** Connections whose answer was not ended by this side. */
  cut = 0;
  url = '';
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<HostileServer> {
    const hostile = new HostileServer(createServer());
    hostile.#server.on(
      'request',
      answering(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        const { method: http = '', url: path = '', headers } = request;
        const asked: Asked = { http, path, headers, ...(text === '' ? {} : JSON.parse(text)) };
        hostile.asked.push(asked);
        response.on('close', () => {
          if (!response.writableFinished) hostile.cut += 1;
        });
        (hostile.answers.get(asked.method ?? http) ?? hostile.#honest)(asked, response);
      }),
    );
    hostile.#server.listen(0, '127.0.0.1');
    await once(hostile.#server, 'listening');
    hostile.url = `http://127.0.0.1:${(hostile.#server.address() as AddressInfo).port}/mcp`;
    return hostile;
  }

  /** How often each method was asked for. */
  count(method: string): number {
    return this.asked.filter((asked) => (asked.method ?? asked.http) === method).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  readonly #honest: Answer = (asked, response) => {
    switch (asked.method) {
      case 'server/discover':
        return response.writeHead(404).end();
      case 'initialize':
        return result(asked, response, {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'hostile', version: '1' },
        });
      case 'tools/list':
        return result(asked, response, { tools: this.tools });
      case 'tools/call':
        return result(asked, response, { content: [{ type: 'text', text: 'done' }] });
      default:
        return response.writeHead(asked.http === 'POST' ? 202 : 405).end();
    }
  };
}

export function result({ id }: Asked, response: ServerResponse, told: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: told }));
}

/** As events, of which the last is an answer where there is one. */
export function events({ id }: Asked, response: ServerResponse, before: string, told?: object): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(before);
  if (told !== undefined) response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: told })}\n\n`);
  response.end();
}
