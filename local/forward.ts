import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import { finished } from 'node:stream/promises';
import type { Log } from './log.ts';

/** Kestrel's limit of a request body in the real host, in bytes. */
export const bodyLimit = 104_857_600;

/** Headers of one connection, not of the answer; the date is set anew. */
const ofTheHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

export interface Call {
  /** By which the library knows whose request it is. */
  invocationId: string;
  /** Headers that the host itself adds to the answer. */
  own: Record<string, string>;
}

export interface ForwardOptions {
  log: Log;
  /** How long nothing may come from the function. The real host's YARP has this limit. */
  idleLimitMs?: number;
}

/** Hands requests over to the HTTP server that `@azure/functions` runs inside the app's process. */
export class Forwarder {
  readonly #port: string;
  readonly #log: Log;
  readonly #idleLimitMs: number;
  // "Keep alive", so that a connection outlives an early answer while the body is still on its way; but none is kept, as
  // the library's server may close a connection just as the next request is sent on it.
  readonly #agent = Object.assign(new Agent({ keepAlive: true }), { maxFreeSockets: 0 });

  /** @param httpUri the library's capability `HttpUri` */
  constructor(httpUri: string, { log, idleLimitMs = 240_000 }: ForwardOptions) {
    this.#port = new URL(httpUri).port;
    this.#log = log;
    this.#idleLimitMs = idleLimitMs;
  }

  /**
   * Passes the body on, each chunk as it comes, and then the answer back likewise. Resolves when the function's answer has
   * ended, and what the client is to have of it was sent.
   */
  async forward(request: IncomingMessage, response: ServerResponse, { invocationId, own }: Call): Promise<void> {
    const onward = openRequest({
      host: '127.0.0.1',
      port: this.#port,
      agent: this.#agent,
      method: request.method,
      path: request.url,
      headers: { ...framingOf(request), ...identityOf(request, invocationId) },
      timeout: this.#idleLimitMs,
    });
    onward.on('timeout', () => onward.destroy(new Fault(504, `sent nothing for ${this.#idleLimitMs / 1000} s`)));
    // A client that leaves during its upload is the one that a function notices: its body breaks off.
    request.on('close', () => request.complete || onward.destroy(new Fault(502, 'the client left during its upload')));
    countBody(request, () => onward.destroy(new Fault(500, 'the body is over 100 MB')));
    // Node's client forgets this once an answer is complete, and the rest of a body would wait for ever.
    onward.on('socket', (socket) => socket.on('drain', () => onward.emit('drain')));
    request.pipe(onward);
    try {
      const answer = await answerTo(onward);
      response.writeHead(answer.statusCode ?? 502, [...headersOf(answer), ...Object.entries(own).flat()]);
      await passOn(answer, response);
    } catch (error) {
      this.#log('error', 'system', `${request.method} ${request.url}: ${(error as Error).message}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(error instanceof Fault ? error.status : 502, { ...own, 'Content-Length': 0 }).end();
    }
  }
}

/** Why a request could not be forwarded, and what its client is answered. */
class Fault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The library takes the client's headers from the trigger's metadata: only those go along that delimit the body. */
function framingOf({ headers }: IncomingMessage): Record<string, string> {
  if (headers['content-length'] !== undefined) return { 'content-length': headers['content-length'] };
  return headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };
}

function identityOf({ headers }: IncomingMessage, invocationId: string): Record<string, string> {
  return {
    'x-ms-invocation-id': invocationId,
    'x-forwarded-host': headers.host ?? 'localhost',
    'x-forwarded-proto': 'http',
  };
}

/** A body with a length was judged by it before. */
function countBody(request: IncomingMessage, tooLarge: () => void): void {
  if (request.headers['transfer-encoding'] === undefined) return;
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bodyLimit) tooLarge();
  });
}

/** As the real host's client does, it reads no answer before all of the body was sent. */
function answerTo(onward: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const broken = () => new Fault(500, 'the function read no further, and its answer is lost');
    const answered = new Promise<IncomingMessage>((answer) => onward.on('response', answer));
    let isSent = false;
    onward.on('finish', () => {
      isSent = true;
      answered.then(resolve);
    });
    onward.on('error', (error) => reject(isSent || error instanceof Fault ? error : broken()));
    onward.on('close', () => isSent || reject(broken()));
  });
}

function headersOf({ rawHeaders }: IncomingMessage): string[] {
  const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []));
  return pairs.filter(([name = '']) => !ofTheHop.has(name.toLowerCase())).flat();
}

/** Streams the answer. Where the client has left, the function goes on, and what it still says is discarded. */
async function passOn(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!response.destroyed) answer.pipe(response);
  response.once('close', () => answer.unpipe(response).resume());
  if (response.destroyed) answer.resume();
  await finished(answer);
  // It rejects when the client has left, which is no fault.
  await finished(response).catch(() => {});
}
