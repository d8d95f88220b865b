import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answering } from '../answering.ts';
import { noteText } from '../logs/suite-logs.ts';
import { echoOf, Gate, type Script } from './script.ts';
import { chatWire, completionsWire, responsesWire, type Wire } from './wire.ts';

export interface RecordedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
  /** Whether the client closed the connection before the answer's end. */
  cut: boolean;
  /** What was said to it so far. */
  said: string;
  /** Whether all was said, so that the answer ends, as its script has it. */
  isOver: boolean;
}

const wires: Record<string, Wire> = {
  '/chat/completions': chatWire,
  '/completions': completionsWire,
  '/responses': responsesWire,
};

/**
 * A model as providers serve it: a real HTTP server on the loopback that speaks the wire formats of chat completions,
 * responses and legacy completions, answers as it is told, and records what it was asked.
 */
export class ScriptedUpstream {
  readonly requests: RecordedRequest[] = [];
  /** What is said where nothing is enqueued. */
  respond: (request: RecordedRequest) => Script;
  readonly #server: Server;
  readonly #scripts: Script[] = [];
  readonly #expecting: (() => void)[] = [];

  private constructor(respond: (request: RecordedRequest) => Script) {
    this.respond = respond;
    this.#server = createServer(answering((request, response) => this.#answer(request, response)));
  }

  static async start(respond: (request: RecordedRequest) => Script = echo, port = 0): Promise<ScriptedUpstream> {
    const upstream = new ScriptedUpstream(respond);
    upstream.#server.listen(port, '127.0.0.1');
    await once(upstream.#server, 'listening');
    return upstream;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  /** Answers the next request that has no other script. */
  enqueue(...scripts: Script[]): void {
    this.#scripts.push(...scripts);
  }

  /** Forgets the scripts that nobody has called for. */
  clear(): void {
    this.#scripts.length = 0;
  }

  gate(): Gate {
    return new Gate();
  }

  /** Resolves once the next request is here. */
  nextRequest(): Promise<void> {
    return new Promise((resolve) => this.#expecting.push(resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://upstream');
    const wire = wires[pathname.replace(/^(\/openai)?\/v1/, '')];
    const text = Buffer.concat(await Array.fromAsync(request)).toString();
    if (wire === undefined || request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const recorded: RecordedRequest = {
      path: pathname,
      headers: request.headers,
      body: JSON.parse(text),
      cut: false,
      said: '',
      isOver: false,
    };
    this.requests.push(recorded);
    response.on('close', () => {
      recorded.cut = !response.writableFinished;
    });
    for (const resolve of this.#expecting.splice(0)) resolve();
    const script = this.#scripts.shift() ?? this.respond(recorded);
    noteText(lastMessageOf(recorded.body), ...textsOf(script));
    await play(script, wire, response, recorded);
  }
}

/** What it says, and what its errors say. */
function textsOf({ deltas = [], body, ending }: Script): unknown[] {
  const said = deltas.filter((delta) => typeof delta === 'string');
  const errors = [body, ending].map((each) => (each as { error?: { message?: unknown } } | undefined)?.error?.message);
  return [said.join(''), ...said, body, ...errors];
}

async function play(script: Script, wire: Wire, response: ServerResponse, recorded: RecordedRequest): Promise<void> {
  if (script.status !== undefined) {
    const body = typeof script.body === 'string' ? script.body : JSON.stringify(script.body ?? {});
    response.writeHead(script.status, { 'content-type': 'application/json', ...script.headers }).end(body);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...script.headers });
  response.flushHeaders();
  if (script.raw !== undefined) {
    for (const piece of script.raw) {
      if (script.delayMs) await sleep(script.delayMs);
      await write(response, piece);
    }
    if (script.ending !== 'silence') response.end();
    return;
  }
  const send = (event: object) => write(response, `data: ${JSON.stringify(event)}\n\n`);
  for (const event of wire.start) await send(event);
  for (const delta of script.deltas ?? []) {
    if (delta instanceof Gate) await delta.passed;
    else {
      if (script.delayMs) await sleep(script.delayMs);
      recorded.said += delta;
      await send(wire.delta(delta));
    }
  }
  for (const event of wire.calls(script)) await send(event);
  if (script.ending === 'silence') return;
  recorded.isOver = true;
  if (script.ending === 'cut') response.destroy();
  else if (script.ending === 'end') response.end();
  else if (script.ending !== undefined) response.end(`data: ${JSON.stringify(script.ending)}\n\n`);
  else {
    for (const event of wire.end(script)) await send(event);
    response.end(wire.done ? 'data: [DONE]\n\n' : '');
  }
}

/** Each piece is a packet of its own: the next is written when the one before has left the process. */
function write(response: ServerResponse, piece: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => response.write(piece, (error) => (error ? reject(error) : resolve())));
}

/** Says the last user message again, word by word. */
export function echo({ body }: RecordedRequest): Script {
  const deltas = echoOf(lastMessageOf(body)).match(/\S+\s*|\s+/g) ?? [];
  return { deltas, usage: { prompt_tokens: 20, completion_tokens: deltas.length } };
}

/** @param body of a request of any of the APIs */
export function lastMessageOf(body: Record<string, unknown>): string {
  const messages = (body['messages'] ?? body['input']) as { content: string }[] | undefined;
  if (messages !== undefined) return messages.at(-1)?.content ?? '';
  return /Human: ([^\n]*)\n\nAssistant:$/.exec(String(body['prompt']))?.[1] ?? '';
}
