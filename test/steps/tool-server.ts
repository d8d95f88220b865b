import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answering } from '../answering.ts';

/** A call as it reached the tools. */
export interface ServedCall {
  tool: string;
  input: Record<string, unknown>;
  idempotencyKey: string;
  caller: { id: string; token?: string };
  /** Whether the answer was taken. */
  isAnswered: boolean;
}

/** What the tools of `remoteToolbox` do: a real HTTP server on the loopback that keeps books of every call. */
export class ToolServer {
  readonly calls: ServedCall[] = [];
  /** What comes of a call. */
  answer: (call: ServedCall) => Promise<string> | string = ({ input }) => `Done: ${JSON.stringify(input)}`;
  /** Where it is not 200, the tool says that it failed. */
  status = 200;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(answering((request, response) => this.#answer(request, response)));
  }

  static async start(): Promise<ToolServer> {
    const server = new ToolServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
    const call: ServedCall = { ...asked, isAnswered: false };
    this.calls.push(call);
    response.on('finish', () => {
      call.isAnswered = true;
    });
    response.statusCode = this.status;
    response.end(await this.answer(call));
  }
}
