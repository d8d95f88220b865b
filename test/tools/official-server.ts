import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { answering } from '../answering.ts';

/** A call that reached a tool. */
interface MadeCall {
  name: string;
  input: unknown;
  /** What stood in `_meta` for the idempotency key. */
  key: unknown;
}

/** A server made with the official library, on the loopback: of the newest protocol, or of 2025 with sessions. */
export class OfficialServer {
  readonly calls: MadeCall[] = [];
  readonly requests: { method: string; headers: IncomingMessage['headers'] }[] = [];
  /** Sessions that are open. */
  readonly sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  url = '';
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(protocol: '2026' | '2025'): Promise<OfficialServer> {
    const server = createServer();
    const official = new OfficialServer(server);
    const modern = toNodeHandler(createMcpHandler(() => official.#tools(), { legacy: 'reject' }));
    server.on(
      'request',
      answering(async (request, response) => {
        const body = await bodyOf(request);
        const { method = '', url: path = '', headers } = request;
        official.requests.push({ method, headers });
        if (protocol === '2026') return modern(Object.assign(request, { method, url: path }), response, body);
        const known = official.sessions.get(String(request.headers['mcp-session-id']));
        if (known !== undefined) return known.handleRequest(request, response, body);
        if (body?.['method'] !== 'initialize') return response.writeHead(404).end();
        const transport = new NodeStreamableHTTPServerTransport({
          sessionIdGenerator: randomUUID,
          onsessioninitialized: (id) => void official.sessions.set(id, transport),
          onsessionclosed: (id) => void official.sessions.delete(id),
        });
        await official.#tools().connect(transport);
        return transport.handleRequest(request, response, body);
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    official.url = `http://127.0.0.1:${(official.#server.address() as AddressInfo).port}/mcp`;
    return official;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #tools(): McpServer {
    const server = new McpServer({ name: 'orders', version: '1' });
    const note = (name: string, input: unknown, meta: Record<string, unknown> | undefined) => {
      this.calls.push({ name, input, key: meta?.['parley/idempotency-key'] });
    };
    server.registerTool(
      'search',
      {
        description: 'Finds orders.',
        inputSchema: z.object({ text: z.string().min(2), most: z.number().int().optional() }),
      },
      ({ text, most }, { mcpReq }) => {
        note('search', { text, most }, mcpReq._meta);
        return { content: [{ type: 'text', text: `Nothing is called ${text}.` }] };
      },
    );
    server.registerTool('fail', { description: 'Fails.', inputSchema: z.object({}) }, (_, { mcpReq }) => {
      note('fail', {}, mcpReq._meta);
      return { isError: true, content: [{ type: 'text', text: 'The warehouse is closed.' }] };
    });
    server.registerTool('crash', { description: 'Crashes.', inputSchema: z.object({}) }, () => {
      throw new Error('out of paper');
    });
    server.registerTool(
      'total',
      { description: 'Sums up.', inputSchema: z.object({}), outputSchema: z.object({ euros: z.number() }) },
      () => ({ content: [], structuredContent: { euros: 12 } }),
    );
    server.registerTool('report', { description: 'Reports.', inputSchema: z.object({}) }, () => ({
      content: [
        { type: 'text', text: 'Two pages.' },
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'https://example.com/report', name: 'report', title: 'The report' },
        { type: 'resource_link', uri: 'javascript:alert(1)', name: 'trap' },
        { type: 'resource', resource: { uri: 'https://example.com/page', text: 'Page one.' } },
        { type: 'resource', resource: { uri: 'file:///secret', blob: 'AAAA' } },
      ],
    }));
    server.registerTool('wait', { description: 'Never answers.', inputSchema: z.object({}) }, (_, { mcpReq }) => {
      note('wait', {}, mcpReq._meta);
      return new Promise(() => {});
    });
    return server;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}
