import { createParser } from 'eventsource-parser';
import { noteText } from '../logs/suite-logs.ts';

export interface Frame {
  id: string | undefined;
  data: string;
}

/** A client of the contract, as an app would write it. */
export class Client {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly #fetch: typeof fetch;

  constructor(url: string, headers: Record<string, string> = {}, send: typeof fetch = fetch) {
    this.url = url;
    this.headers = headers;
    this.#fetch = send;
  }

  post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    signal: AbortSignal | null = null,
  ): Promise<Response> {
    return this.#send('POST', path, body, headers, signal);
  }

  patch(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send('PATCH', path, body, headers, null);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    noteText(new URL(path, this.url).searchParams.get('q') ?? undefined);
    return this.#fetch(`${this.url}${path}`, { headers: { ...this.headers, ...headers } });
  }

  delete(path: string): Promise<Response> {
    return this.#fetch(`${this.url}${path}`, { method: 'DELETE', headers: this.headers });
  }

  #send(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
    signal: AbortSignal | null,
  ): Promise<Response> {
    const { message, prompt, comment, title } = Object(body) as Record<string, unknown>;
    noteText(message, prompt, comment, title);
    return this.#fetch(`${this.url}${path}`, {
      signal,
      method,
      headers: { 'content-type': 'application/json', ...this.headers, ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
    });
  }

  /** One turn that has to succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked by the assertions of the tests
  async chat(body: object, headers: Record<string, string> = {}): Promise<any> {
    const response = await this.post('/chat', body, headers);
    const answer = await response.json();
    if (response.status !== 200) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async history(sessionId: string): Promise<{ role: string; content: string }[]> {
    const response = await this.get(`/chat/history/${sessionId}?limit=100`);
    const { messages } = (await response.json()) as { messages: { role: string; content: string }[] };
    return messages.map(({ role, content }) => ({ role, content }));
  }
}

/** What was read of sessions, without when they are forgotten: that is later with each use, and known to some ms only. */
export function lasting(json: string): string {
  return JSON.stringify(JSON.parse(json, (name, value) => (name === 'expires' ? undefined : value)));
}

/** Reads server-sent events as they come, with a parser that is not the service's. */
export async function* framesOf(response: Response): AsyncGenerator<Frame> {
  const arrived: Frame[] = [];
  const parser = createParser({ onEvent: ({ id, data }) => arrived.push({ id, data }) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* arrived.splice(0);
  }
}

/** Reads on until something is what is meant, which is the last of what is returned; fails where it ends before. */
export async function readUntil<T>(rest: AsyncIterator<T>, isMeant: (each: T) => boolean): Promise<T[]> {
  const read: T[] = [];
  for (;;) {
    const next = await rest.next();
    if (next.done) throw new Error(`it ended before ${isMeant}, behind ${JSON.stringify(read)}`);
    read.push(next.value);
    if (isMeant(next.value)) return read;
  }
}

/** All frames of a stream that ends, the JSON ones parsed. */
export async function readStream(response: Response) {
  const frames = await Array.fromAsync(framesOf(response));
  const done = frames.at(-1)?.data === '[DONE]';
  const json = frames.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data));
  const text = json.map(({ token }) => token ?? '').join('');
  return { frames, json, text, done, first: json[0], last: json.at(-1) };
}
