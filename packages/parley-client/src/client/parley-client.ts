import type { Branding } from './branding.ts';
import type { CallerUsage, Me } from './caller.ts';
import type {
  Assistant,
  Feedback,
  History,
  SearchPage,
  Session,
  SessionEdit,
  SessionPage,
  StoredMessage,
  TurnRequest,
} from './contract.ts';
import { errorOf, ParleyError } from './problem.ts';
import { type TurnEvent, turnEvents } from './turn-events.ts';
import { UnreachableError } from './unreachable-error.ts';
import { noteReached, whyUnreachable } from './why-unreachable.ts';

export interface ParleyClientOptions {
  /** Where the service is, without a slash at its end; by default where the page comes from. */
  baseUrl?: string;
  /** Adds what says who the caller is; by default the browser's own. */
  fetch?: typeof fetch;
}

/**
 * The service's HTTP interface, for browsers. Every method rejects with a `ParleyError` where the service refused or
 * failed, with an `UnreachableError` where it did not answer, and with an `AbortError` after `signal`.
 */
export class ParleyClient {
  readonly baseUrl: string;
  readonly #fetch: typeof fetch;

  constructor({ baseUrl = '', fetch = (...request) => globalThis.fetch(...request) }: ParleyClientOptions = {}) {
    this.baseUrl = baseUrl;
    this.#fetch = fetch;
  }

  /** Resolves once the turn has begun; its events follow while the model talks. */
  async startTurn(turn: TurnRequest, signal?: AbortSignal): Promise<AsyncGenerator<TurnEvent>> {
    const { message, approve, sessionId, assistant, after, fork, temporary, idempotencyKey } = turn;
    // What is undefined is left out of JSON.
    const asked = approve ? { approve } : { message, after, fork, temporary };
    const body = { ...asked, session_id: sessionId, assistant };
    const response = await this.#post('/chat/stream', body, signal, { 'Idempotency-Key': idempotencyKey });
    return eventsOf(response);
  }

  /**
   * Joins a session's running turn, or replays its last one.
   *
   * @param turnId that turn alone
   * @param after the id of the last event that is known; without it all events come
   * @returns nothing where there is no such turn (any more)
   */
  async joinTurn(
    sessionId: string,
    { turnId, after, signal }: { turnId?: string; after?: string; signal?: AbortSignal } = {},
  ): Promise<AsyncGenerator<TurnEvent> | undefined> {
    const query = turnId === undefined ? '' : `?turn_id=${encodeURIComponent(turnId)}`;
    const response = await this.#request(`/chat/stream/${encodeURIComponent(sessionId)}${query}`, {
      ...(after === undefined ? {} : { headers: { 'Last-Event-ID': after } }),
      ...(signal === undefined ? {} : { signal }),
    });
    return response.status === 204 ? undefined : eventsOf(response);
  }

  /** The id of the session's turn that is under way, or was the last one; it may have failed. */
  async latestTurn(sessionId: string, signal?: AbortSignal): Promise<string | undefined> {
    const events = await this.joinTurn(sessionId, signal === undefined ? {} : { signal });
    const first = await events?.next();
    await events?.return(undefined);
    return first?.value?.type === 'opened' ? first.value.turn_id : undefined;
  }

  /** The id of the session's turn that is under way; one that is stored is not. */
  async runningTurn(sessionId: string, signal?: AbortSignal): Promise<string | undefined> {
    const turnId = await this.latestTurn(sessionId, signal);
    if (turnId === undefined) return undefined;
    const history = await this.findHistory(sessionId, { limit: 1 });
    return history?.messages.at(-1)?.turn_id === turnId ? undefined : turnId;
  }

  /** Stops a turn where it still runs; what was said so far is kept. */
  async stop({ sessionId, turnId }: { sessionId: string; turnId: string }, signal?: AbortSignal): Promise<void> {
    await this.#post('/chat/stop', { session_id: sessionId, turn_id: turnId }, signal);
  }

  /** A page of messages, oldest first: the newest of the session, or those before a message. */
  async history(
    sessionId: string,
    { before, limit = 100 }: { before?: string; limit?: number } = {},
  ): Promise<History> {
    const query = new URLSearchParams({ limit: String(limit), ...(before === undefined ? {} : { before }) });
    return await this.#read(`/chat/history/${encodeURIComponent(sessionId)}?${query}`);
  }

  /** @returns nothing where there is no such session, as before its first turn is stored */
  async findHistory(sessionId: string, page: { before?: string; limit?: number } = {}): Promise<History | undefined> {
    return await this.history(sessionId, page).catch((error: unknown) => {
      if (error instanceof ParleyError && error.problem.code === 'session-not-found') return undefined;
      throw error;
    });
  }

  /**
   * The id of the turn before one that is stored.
   *
   * @returns `null` where there is none, or no such session
   */
  async turnBefore(sessionId: string, turnId: string): Promise<string | null> {
    let messages: StoredMessage[] = [];
    for (;;) {
      const [oldest] = messages;
      const page = await this.findHistory(sessionId, oldest && { before: oldest.id });
      messages = [...(page?.messages ?? []), ...messages];
      const place = messages.findIndex((message) => message.turn_id === turnId);
      const before = messages[place - 1];
      if (before !== undefined) return before.turn_id;
      if (!page?.has_more) return null;
    }
  }

  /** A page of the caller's sessions, newest first. */
  async sessions({ before }: { before?: string } = {}): Promise<SessionPage> {
    const query = new URLSearchParams(before === undefined ? {} : { before });
    return await this.#read(`/chat/sessions?${query}`);
  }

  /**
   * Those of the caller's sessions, newest first, that have all of these words in their title or in a message of the caller's.
   *
   * @param words 1 to 200 characters, not all of them blank
   */
  async search(words: string, { before, signal }: { before?: string; signal?: AbortSignal } = {}): Promise<SearchPage> {
    const query = new URLSearchParams({ q: words, ...(before === undefined ? {} : { before }) });
    return await this.#read(`/chat/sessions?${query}`, signal);
  }

  /** Gives a session another title, pins it, or unpins it. @returns it as it is listed from now on */
  async edit(sessionId: string, change: SessionEdit): Promise<Session> {
    const response = await this.#send('PATCH', `/chat/history/${encodeURIComponent(sessionId)}`, change);
    return (await response.json()) as Session;
  }

  /** Forgets a session; also one that is not there. */
  async forget(sessionId: string): Promise<void> {
    await this.#request(`/chat/history/${encodeURIComponent(sessionId)}`, { method: 'DELETE' });
  }

  /** Keeps what the caller thinks of a turn, in place of what it thought before. */
  async feedback({ sessionId, turnId, ...rated }: Feedback): Promise<void> {
    const { rating, reason, comment } = rated;
    await this.#post('/chat/feedback', { session_id: sessionId, turn_id: turnId, rating, reason, comment });
  }

  async assistants(): Promise<Assistant[]> {
    return (await this.#read<{ assistants: Assistant[] }>('/chat/assistants')).assistants;
  }

  /** What is left of the caller's limits. Asking counts nothing. */
  async usage(): Promise<CallerUsage> {
    return await this.#read('/chat/usage');
  }

  /** Who the caller is, as far as the service knows. */
  async me(): Promise<Me> {
    return await this.#read('/chat/me');
  }

  /** What a company makes its own; also for who is not signed in. */
  async branding(): Promise<Branding> {
    return await this.#read('/chat/branding');
  }

  async #read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    const response = await this.#request(path, signal === undefined ? {} : { signal });
    return (await response.json()) as Answer;
  }

  #post(path: string, body: object, signal?: AbortSignal, headers?: Record<string, string>): Promise<Response> {
    return this.#send('POST', path, body, signal, headers);
  }

  #send(
    method: 'POST' | 'PATCH',
    path: string,
    body: object,
    signal?: AbortSignal,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.#request(path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #request(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#fetch(`${this.baseUrl}${path}`, init).catch(async (cause: unknown) => {
      if (!(cause instanceof TypeError)) throw cause;
      const reason = await whyUnreachable(this.baseUrl, this.#fetch);
      init.signal?.throwIfAborted();
      throw new UnreachableError(reason, this.baseUrl, { cause });
    });
    noteReached(this.baseUrl);
    if (!response.ok) throw await errorOf(response);
    return response;
  }
}

function eventsOf({ body }: Response): AsyncGenerator<TurnEvent> {
  if (body === null) throw new TypeError('The answer has no body.');
  return turnEvents(body);
}
