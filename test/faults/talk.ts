import { setTimeout as sleep } from 'node:timers/promises';
import { type Frame, SseReader } from './sse-reader.ts';

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** A turn, as the client that asked for it sees it. */
export type Outcome =
  | {
      kind: 'answered';
      sessionId: string;
      turnId: string;
      text: string;
      finishReason: string;
      usage: Usage;
      frames: Frame[];
    }
  /** By a problem, or an error frame. */
  | { kind: 'refused'; status: number; code: string; retryAfterSeconds: number; lastTurnId?: string }
  /** The connection ended first, by whoever's doing. */
  | { kind: 'cut'; frames: Frame[] };

export interface Ask {
  message: string;
  sessionId?: string | undefined;
  /** The turn that it is to follow. */
  after?: string | null | undefined;
  fork?: boolean | undefined;
  key?: string | undefined;
  /** Who asks, where callers are told apart by `x-user-id`. */
  user?: string | undefined;
  stream?: boolean;
  /** Hangs up. */
  signal?: AbortSignal | undefined;
  /** A stream's first frame. */
  onStarted?: (sessionId: string, turnId: string) => void;
  /** A stream's frames so far, whenever some have come. */
  onFrames?: (frames: readonly Frame[]) => void;
}

export interface StoredMessage {
  role: string;
  content: string;
  turn_id: string;
  usage?: Usage;
  context?: { messages: number; dropped_messages: number; summarized_messages: number };
  finish_reason?: string;
}

const json = { 'content-type': 'application/json' };

/** A machine that stands still for a second is answered for with 503, `store-unavailable`. */
export class Away extends Error {}

/** A refusal that says nothing of the turn: whether it was taken is not known. */
export function isAway(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && outcome.code === 'store-unavailable';
}

/** Asks until there is an answer, each time whom `url` names then: what was cut, or away, is asked again. */
export async function surely<T>(url: () => string, ask: (url: string) => Promise<T>): Promise<T> {
  for (let tries = 400; ; tries -= 1) {
    try {
      return await ask(url());
    } catch (error) {
      if (!(error instanceof Away || isConnectionEnd(error)) || tries === 0) throw error;
      await sleep(50);
    }
  }
}

/** Asks for a turn. Nothing that a service or a network does is thrown. */
export async function askTurn(url: string, ask: Ask): Promise<Outcome> {
  const { message, sessionId, after, fork, key, user, stream = false, signal = null } = ask;
  const headers = { ...json, ...named(user), ...(key === undefined ? {} : { 'idempotency-key': key }) };
  const body = JSON.stringify({ message, session_id: sessionId ?? null, after, fork });
  const reader = new SseReader();
  try {
    const response = await fetch(`${url}/chat${stream ? '/stream' : ''}`, { method: 'POST', headers, body, signal });
    if (response.status !== 200) return refusedBy(await readJson(response), response.headers);
    if (!stream) return answerOf(await readJson(response));
    await readFrames(response, reader, ask);
  } catch (error) {
    if (!isConnectionEnd(error)) throw error;
    return { kind: 'cut', frames: reader.frames };
  }
  return outcomeOf(reader);
}

export interface Joined {
  status: number;
  frames: Frame[];
  isWhole: boolean;
}

/** Joins a session's running or last turn. */
export async function join(
  url: string,
  sessionId: string,
  lastId: number,
  { signal, user }: { signal?: AbortSignal; user?: string } = {},
): Promise<Joined> {
  const reader = new SseReader();
  const headers = { ...named(user), ...(lastId > 0 ? { 'last-event-id': String(lastId) } : {}) };
  try {
    const response = await fetch(`${url}/chat/stream/${sessionId}`, { headers, signal: signal ?? null });
    if (response.status === 200) await readFrames(response, reader);
    else await response.arrayBuffer();
    if (response.status === 503) throw new Away('joining');
    return { status: response.status, frames: reader.frames, isWhole: response.status !== 200 || reader.isWhole };
  } catch (error) {
    if (!isConnectionEnd(error)) throw error;
    return { status: 0, frames: reader.frames, isWhole: false };
  }
}

/** A session's messages, oldest first; `undefined` where there is no such session. */
export async function historyOf(url: string, sessionId: string): Promise<StoredMessage[] | undefined> {
  return (await sessionOf(url, sessionId))?.messages;
}

export interface ReadSession {
  turns: number;
  forked_from?: { session_id: string; turn_id: string | null };
  /** Oldest first. */
  messages: StoredMessage[];
  summaries?: { from_turn_id: string; through_turn_id: string }[];
}

/** What a session's history tells; `undefined` where there is no such session. */
export async function sessionOf(url: string, sessionId: string, user?: string): Promise<ReadSession | undefined> {
  const messages: StoredMessage[] = [];
  for (let before = ''; ; ) {
    const address = `${url}/chat/history/${sessionId}?limit=100${before}`;
    const response = await fetch(address, { headers: named(user) });
    const page = (await readJson(response)) as ReadSession & { messages: { id: string }[]; has_more: boolean };
    if (response.status === 404) return undefined;
    if (response.status === 503) throw new Away('history');
    if (response.status !== 200) throw new Error(`history: ${response.status} ${JSON.stringify(page)}`);
    messages.unshift(...page.messages);
    if (!page.has_more) return { ...page, messages };
    before = `&before=${page.messages[0]?.id}`;
  }
}

/** The ids of a caller's sessions, the first hundred. */
export async function sessionsOf(url: string, user: string): Promise<string[]> {
  const response = await fetch(`${url}/chat/sessions?limit=100`, { headers: named(user) });
  const { sessions, has_more } = (await readJson(response)) as { sessions: { id: string }[]; has_more: boolean };
  if (response.status === 503) throw new Away('sessions');
  if (has_more !== false) throw new Error(`sessions: ${response.status}`);
  return sessions.map(({ id }) => id);
}

/** Whether something ran that can be stopped; `undefined` where that was not told. */
export async function stopTurn(url: string, sessionId: string, user?: string): Promise<boolean | undefined> {
  const body = JSON.stringify({ session_id: sessionId });
  try {
    const response = await fetch(`${url}/chat/stop`, { method: 'POST', headers: { ...json, ...named(user) }, body });
    const { stopping } = (await readJson(response)) as { stopping?: boolean };
    return response.status === 200 ? stopping : undefined;
  } catch (error) {
    if (!isConnectionEnd(error)) throw error;
    return undefined;
  }
}

/** @returns the status */
export function deleteSession(url: string, sessionId: string, user?: string): Promise<number> {
  return deleteAt(`${url}/chat/history/${sessionId}`, user);
}

/** @returns the status */
export function eraseAll(url: string, user: string): Promise<number> {
  return deleteAt(`${url}/chat/sessions`, user);
}

async function deleteAt(url: string, user?: string): Promise<number> {
  const response = await fetch(url, { method: 'DELETE', headers: named(user) });
  await response.arrayBuffer();
  if (response.status === 503) throw new Away('deletion');
  return response.status;
}

function named(user: string | undefined): Record<string, string> {
  return user === undefined ? {} : { 'x-user-id': user };
}

// biome-ignore lint/suspicious/noExplicitAny: a wrong shape is seen by the checks of what it holds
async function readJson(response: Response): Promise<any> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`${response.url} answered ${response.status} with ${text.length} characters: ${text}`);
  }
}

async function readFrames(
  response: Response,
  reader: SseReader,
  { onStarted, onFrames }: Pick<Ask, 'onStarted' | 'onFrames'> = {},
): Promise<void> {
  for await (const chunk of response.body ?? []) {
    const isFirst = reader.frames.length === 0;
    reader.feed(chunk);
    onFrames?.(reader.frames);
    const [first] = reader.frames;
    if (!isFirst || first === undefined || onStarted === undefined) continue;
    const { session_id, turn_id } = JSON.parse(first.data);
    if (session_id !== undefined) onStarted(session_id, turn_id);
  }
}

/** What frames from the first on tell. */
function outcomeOf(reader: SseReader): Outcome {
  const { frames } = reader;
  if (!reader.isWhole) return { kind: 'cut', frames };
  const events = frames.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data));
  const { error, ...finished } = events.at(-1);
  if (error !== undefined) return { kind: 'refused', status: error.status, code: error.code, retryAfterSeconds: 0 };
  const response = events.map(({ token }) => token ?? '').join('');
  return { ...answerOf({ ...events[0], ...finished, response }), frames };
}

// biome-ignore lint/suspicious/noExplicitAny: a wrong shape is seen by the checks of what it holds
function answerOf(answer: any): Extract<Outcome, { kind: 'answered' }> {
  return {
    kind: 'answered',
    sessionId: answer.session_id,
    turnId: answer.turn_id,
    text: answer.response,
    finishReason: answer.finish_reason,
    usage: answer.usage,
    frames: [],
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a wrong shape is seen by the checks of what it holds
function refusedBy(problem: any, headers: Headers): Outcome {
  const retryAfterSeconds = Number(headers.get('retry-after') ?? 0);
  const lastTurnId = problem.last_turn_id;
  return { kind: 'refused', status: problem.status, code: problem.code, retryAfterSeconds, lastTurnId };
}

/** As `fetch` tells that it was aborted, refused or cut. */
export function isConnectionEnd(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A JSON answer that was cut is not JSON any more.
  return (
    error.name === 'AbortError' ||
    error.name === 'TimeoutError' ||
    error instanceof TypeError ||
    error instanceof SyntaxError
  );
}
