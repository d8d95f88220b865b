import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import * as z from 'zod/mini';
import type { ToolResult } from '../../conversation/ports/toolbox.ts';
import { failureOf } from './failure-of.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { type ListedTool, listedTool } from './listed-tool.ts';
import { resume } from './resume.ts';
import { toldResult } from './told-result.ts';

/** A list that goes on and on is not read to its end. */
const MOST_PAGES = 16;

/** The time is up before: whoever asks has a limit of its own. */
const NEVER_MS = 600_000;

/** Under this name a server finds the key of a call in its `_meta`. */
const IDEMPOTENCY_KEY = 'parley/idempotency-key';

/** One page, which is judged tool by tool: one that is none does not take the others along. */
const page = z.object({
  tools: z.array(z.unknown()),
  nextCursor: z.optional(z.string()),
  ttlMs: z.optional(z.number()),
});

export interface ConnectionOptions {
  url: string;
  /** Of every request. */
  headers: () => Promise<Record<string, string>>;
  /** The server is known to speak no newer protocol than that of 2025: it is not asked first. */
  isLegacy: boolean;
  /** The server says that its tools are others now. */
  onChanged: () => void;
}

export interface ToolList {
  tools: ListedTool[];
  /** How many the server has that cannot be used. */
  unusable: number;
  /** For how many ms the list may be kept, where the server says so. */
  keptMs: number | undefined;
}

/** A connection to a server. This file, and what it imports, is loaded at the first use of any server. */
export class Connection {
  readonly #client: Client;
  readonly #transport: StreamableHTTPClientTransport;

  private constructor(client: Client, transport: StreamableHTTPClientTransport) {
    this.#client = client;
    this.#transport = transport;
  }

  /** @throws where there is none */
  static async open(
    { url, headers, isLegacy, onChanged }: ConnectionOptions,
    signal: AbortSignal,
  ): Promise<Connection> {
    const client = new Client(
      { name: 'parley', version: '1' },
      {
        capabilities: {},
        versionNegotiation: { mode: 'auto' },
        // Nothing is asked of callers on behalf of a server, and no call is repeated by the library.
        inputRequired: { autoFulfill: false },
      },
    );
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: guardedFetch(url, headers),
      reconnectionScheduler: resume,
    });
    client.setNotificationHandler('notifications/tools/list_changed', onChanged);
    const prior = isLegacy ? { prior: { kind: 'legacy' as const } } : {};
    await client.connect(transport, { signal, timeout: NEVER_MS, ...prior });
    return new Connection(client, transport);
  }

  get isLegacy(): boolean {
    return this.#client.getProtocolEra() === 'legacy';
  }

  /** @throws {SessionLost} and whatever breaks it */
  async list(signal: AbortSignal): Promise<ToolList> {
    const list: ToolList = { tools: [], unusable: 0, keptMs: undefined };
    let cursor: string | undefined;
    for (let pages = 0; pages === 0 || (cursor !== undefined && pages < MOST_PAGES); pages++) {
      const params = cursor === undefined ? {} : { cursor };
      const request = { method: 'tools/list' as const, params };
      const answer = await this.#asked(() => this.#client.request(request, page, { signal, timeout: NEVER_MS }));
      const tools = answer.tools.map(listedTool);
      list.tools.push(...tools.filter((tool) => tool !== undefined));
      list.unusable += tools.filter((tool) => tool === undefined).length;
      list.keptMs ??= answer.ttlMs;
      cursor = answer.nextCursor;
    }
    return list;
  }

  /**
   * @throws {Refusal} where the server has not made the call
   * @throws whatever else it is, where nobody knows
   */
  async call({ name, inputSchema }: ListedTool, input: object, key: string, signal: AbortSignal): Promise<ToolResult> {
    const params = { name, arguments: input as Record<string, unknown>, _meta: { [IDEMPOTENCY_KEY]: key } };
    // Without a schema of what it returns, which is data and nothing that the library should judge.
    const toolDefinition = { name, inputSchema: inputSchema as { type: 'object' } };
    return toldResult(
      await this.#asked(() => this.#client.callTool(params, { toolDefinition, signal, timeout: NEVER_MS })),
    );
  }

  /** Nobody waits for it. */
  async close(): Promise<void> {
    await this.#transport.terminateSession().catch(() => {});
    await this.#client.close().catch(() => {});
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw failureOf(error, this.#transport.sessionId !== undefined);
    }
  }
}
