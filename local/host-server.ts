import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CorsSettings, corsHeaders, isPreflight } from './cors.ts';
import { bodyLimit, Forwarder } from './forward.ts';
import type { App, TypedData } from './functions-core.ts';
import { invoke } from './invoke.ts';
import { isRefused } from './is-refused.ts';
import type { Log } from './log.ts';
import { type Match, matchRoute, type Route } from './routes.ts';

/** How long what is under way may go on once the host was told to end, in milliseconds. */
export interface Patience {
  /** Then clients' connections are cut; their functions go on. */
  clients: number;
  /** Then the functions that still run are left where they are. */
  functions: number;
}

const homepage = '<!DOCTYPE html><title>Functions</title><p>Your Azure Functions app is up and running.\n';

export interface HostServerOptions {
  app: App;
  routes: Route[];
  /** The address of the library's own server; there is none, and no route, where the app could not be loaded. */
  httpUri: string | undefined;
  /** True unless `AzureWebJobsDisableHomepage=true`. */
  hasHomepage: boolean;
  /** The path, without its slash, of the page that `/` leads to in place of the host's own. */
  chatPage?: string | undefined;
  /** Which pages of other origins may call; none where it is absent. */
  cors?: CorsSettings | undefined;
  log: Log;
}

/** Answers over HTTP what the real host answers by itself, and calls the functions for the rest. */
export class HostServer {
  readonly #options: HostServerOptions;
  readonly #forwarder: Forwarder;
  readonly #server = createServer({ noDelay: true, keepAliveTimeout: 130_000 }, (request, response) =>
    this.#answer(request, response),
  );
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: HostServerOptions) {
    this.#options = options;
    this.#forwarder = new Forwarder(options.httpUri ?? 'http://localhost', options);
  }

  /** @returns the port, which the system chose where 0 was given */
  async listen(port: number, address: string): Promise<number> {
    this.#server.listen(port, address);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Stops listening, and waits for the functions that run, until their answers have been sent.
   *
   * @returns how many have not ended in their time
   */
  async stop({ clients, functions }: Patience): Promise<number> {
    this.#server.close();
    const cut = setTimeout(() => this.#server.closeAllConnections(), clients);
    await Promise.race([this.#ended(), sleep(functions)]);
    clearTimeout(cut);
    return this.#running.size;
  }

  /** Connections that are open may still bring requests. */
  async #ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', method = '', headers } = request;
    const [pathname = '', search = ''] = splitOnce(url, '?');
    const match = matchRoute(this.#options.routes, method, pathname);
    const { cors } = this.#options;
    const own = { Server: 'Kestrel', ...(cors === undefined ? {} : corsHeaders(cors, request)) };
    // `close` ends connections that were idle at that moment only.
    if (!this.#server.listening) response.shouldKeepAlive = false;
    if (isRefused(request)) end(response, 400, own);
    else if (cors !== undefined && isPreflight(request)) end(response, 204, own);
    else if (match === undefined) this.#answerWithoutFunction(method, pathname, response, own);
    else if (Number(headers['content-length'] ?? 0) > bodyLimit) end(response, 500, own);
    else {
      const invocation = this.#call(match, new URLSearchParams(search), request, response, own);
      this.#running.add(invocation);
      invocation.finally(() => this.#running.delete(invocation));
    }
  }

  #answerWithoutFunction(
    method: string,
    pathname: string,
    response: ServerResponse,
    own: Record<string, string>,
  ): void {
    const { hasHomepage, chatPage } = this.#options;
    if (pathname !== '/') end(response, 404, own);
    else if (!hasHomepage) end(response, 204, own);
    else if (chatPage !== undefined && method === 'GET') end(response, 302, { ...own, Location: `/${chatPage}` });
    else end(response, 200, { ...own, 'Content-Type': 'text/html' }, homepage);
  }

  /** @param own headers that the host adds to the function's */
  async #call(
    match: Match,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
    own: Record<string, string>,
  ): Promise<void> {
    const { app, log } = this.#options;
    const { called, parameters } = match;
    const id = randomUUID();
    const triggerMetadata = metadataOf(parameters, query, request);
    const forwarded = this.#forwarder.forward(request, response, { invocationId: id, own });
    try {
      await invoke(app, called, { id, triggerMetadata }, log);
      await forwarded;
    } catch (error) {
      // As on the platform, the client is not told: it waits until the forwarder's limit.
      const reason = error instanceof Error ? error.stack : String(error);
      log('error', 'system', `${called.name} failed, and its client waits in vain: ${reason}`);
    }
  }
}

/** All strings among these become the request's `params`: values of the query too, but the route's win. */
function metadataOf(
  parameters: Record<string, string>,
  query: URLSearchParams,
  request: IncomingMessage,
): Record<string, TypedData> {
  // Of a name that is given again and again, the last.
  const values = new Map(query);
  for (const [name, value] of Object.entries(parameters)) values.set(name, value);
  const headers = Object.entries(request.headersDistinct).map(([name, all = []]) => [name, all.join(',')]);
  return {
    ...Object.fromEntries([...values].map(([name, value]) => [name, { string: value }])),
    Headers: { json: JSON.stringify(Object.fromEntries(headers)) },
  };
}

function end(response: ServerResponse, status: number, headers: Record<string, string>, html?: string): void {
  response.statusCode = status;
  response.setHeaders(new Map(Object.entries(headers)));
  response.end(html);
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
