import type { TurnFailed, TurnFinished } from '../../conversation/events.ts';
import {
  type BeginRequest,
  type BeginResult,
  type Commit,
  FAILED_REPLAY_SECONDS,
  type Feedback,
  findTurn,
  hasEnding,
  IDEMPOTENCY_SECONDS,
  isFiltered,
  LATEST_MESSAGES,
  type PageRequest,
  type Replay,
  type ReplayEntry,
  type SessionRules,
  type SessionStore,
  type SessionSummary,
  type StoredMessage,
  type TokenBlocks,
  type TurnClaim,
} from '../../conversation/ports/session-store.ts';
import { ExpiringMap } from './expiring-map.ts';
import { MemoryLimits } from './memory-limits.ts';

interface Session {
  summary: SessionSummary;
  messages: StoredMessage[];
  windowStart: number;
  windowTokens: number;
  last: { turnId: string; entries: ReplayEntry[] };
  /** Of every stored turn what the caller thinks of it. */
  turns: Map<string, Feedback | undefined>;
}

interface Lease {
  turnId: string;
  /** What begin answered. */
  begun: BeginResult;
  beats: number;
  stop: boolean;
}

interface IdempotencyRecord {
  fingerprint: string;
  sessionId: string;
  turnId: string;
  position: number | undefined;
}

/** Sessions in this process's memory: the same promises as the Redis store, for as long as the process lives. */
export class MemorySessionStore implements SessionStore {
  readonly #sessions: ExpiringMap<Session>;
  readonly #leases: ExpiringMap<Lease>;
  readonly #running: ExpiringMap<{ turnId: string; entries: ReplayEntry[] }>;
  readonly #records: ExpiringMap<IdempotencyRecord>;
  /** By owner: session ids in the order of their latest turn, oldest first. */
  readonly #index = new Map<string, Set<string>>();
  readonly #leaseMs: number;
  readonly #sessionMs: number;
  /** Of a session with a turn on it. */
  readonly #useMs: number;

  readonly #limits: MemoryLimits;

  /** @param now milliseconds since 1970, never going back */
  constructor(rules: SessionRules, now = () => performance.timeOrigin + performance.now()) {
    this.#leaseMs = rules.leaseSeconds * 1000;
    this.#sessionMs = rules.sessionSeconds * 1000;
    this.#useMs = Math.max(this.#sessionMs, this.#leaseMs);
    this.#limits = new MemoryLimits(rules.limits, this.#leaseMs, now);
    this.#sessions = new ExpiringMap(now);
    this.#leases = new ExpiringMap(now);
    this.#running = new ExpiringMap(now);
    this.#records = new ExpiringMap(now);
  }

  async begin(request: BeginRequest): Promise<BeginResult> {
    const { owner, turnId, idempotency } = request;
    const seen = idempotency && this.#records.get(`${owner} ${idempotency.key}`);
    if (seen !== undefined) {
      if (seen.fingerprint !== idempotency?.fingerprint) return { outcome: 'key-reused' };
      if (seen.turnId !== turnId) {
        return { outcome: 'repeated', sessionId: seen.sessionId, turnId: seen.turnId, position: seen.position };
      }
    }
    const { offers, assistant: asked } = request;
    if (asked !== undefined && !offers.has(asked)) return { outcome: 'unknown-assistant' };
    const named = request.sessionId ?? request.newSessionId;
    const leases = [named, request.newSessionId].map((id) => this.#leases.get(`${owner} ${id}`));
    const own = leases.find((lease) => lease?.turnId === turnId);
    if (own) return own.begun;
    if (leases[0]) return { outcome: 'busy' };

    const session = this.#sessions.get(`${owner} ${named}`);
    if (session && asked !== undefined && asked !== session.summary.assistant) {
      return { outcome: 'other-assistant', assistant: session.summary.assistant };
    }
    const assistant = session?.summary.assistant ?? asked ?? request.defaultAssistant;
    const offer = offers.get(assistant);
    if (offer === undefined) return { outcome: 'unknown-assistant' };
    if (request.messageTokens > offer.room) return { outcome: 'too-long', assistant };
    const promptTokens = offer.fixed_tokens + request.messageTokens + (session?.windowTokens ?? 0);
    const admission = this.#limits.admit(owner, turnId, offer, promptTokens);
    if (!admission.admitted) {
      const { by, retryAfterSeconds, limits } = admission;
      return { outcome: 'limited', by, retryAfterSeconds, limits };
    }

    const sessionId = session ? named : request.newSessionId;
    const place = `${owner} ${sessionId}`;
    const started: ReplayEntry = { type: 'turn-started', session_id: sessionId, turn_id: turnId, assistant };
    this.#running.set(place, { turnId, entries: [started] }, this.#leaseMs + FAILED_REPLAY_SECONDS * 1000);
    if (idempotency) {
      const record = { fingerprint: idempotency.fingerprint, sessionId, turnId, position: undefined };
      this.#records.set(`${owner} ${idempotency.key}`, record, this.#leaseMs);
    }
    this.#sessions.touch(place, this.#useMs);
    const windowStart = session?.windowStart ?? 0;
    const window = session?.messages.slice(windowStart) ?? [];
    const { reserved, limits } = admission;
    const isFirst = session === undefined;
    const begun = { outcome: 'begun', sessionId, isFirst, assistant, windowStart, window, reserved, limits } as const;
    this.#leases.set(place, { turnId, begun, beats: 0, stop: false }, this.#leaseMs);
    return begun;
  }

  async extend(claim: TurnClaim, said: TokenBlocks) {
    const place = `${claim.owner} ${claim.sessionId}`;
    const lease = this.#held(claim);
    if (lease === undefined) return { held: false, stop: false };
    lease.beats += 1;
    this.#leases.touch(place, this.#leaseMs);
    this.#sessions.touch(place, this.#useMs);
    this.#limits.renew(claim.owner, claim.turnId);
    if (claim.idempotency) this.#records.touch(`${claim.owner} ${claim.idempotency.key}`, this.#leaseMs);
    keepBlocks(this.#running.get(place)?.entries, said);
    this.#running.touch(place, this.#leaseMs + FAILED_REPLAY_SECONDS * 1000);
    return { held: true, stop: lease.stop };
  }

  async commit(claim: TurnClaim, turn: Commit): Promise<'committed' | 'lost'> {
    const { owner, sessionId, turnId, idempotency } = claim;
    const place = `${owner} ${sessionId}`;
    const session = this.#sessions.get(place);
    if (session?.turns.has(turnId)) return 'committed';
    if (this.#held(claim) === undefined) return 'lost';
    if (session === undefined && !claim.isFirst) return 'lost';

    const { entries = [] } = this.#running.get(place) ?? {};
    keepBlocks(entries, turn.unsent);
    const messages = session?.messages ?? [];
    messages.push(turn.user, turn.answer);
    const updated = new Date().toISOString();
    const { title, assistant } = turn;
    const made = { id: sessionId, title, assistant, created: updated, turns: 0 };
    const summary = { ...(session?.summary ?? made), updated, turns: (session?.summary.turns ?? 0) + 1 };
    const last = { turnId, entries: [...entries, turn.finished] };
    const turns = session?.turns ?? new Map<string, Feedback | undefined>();
    turns.set(turnId, undefined);
    const { windowStart, windowTokens } = turn;
    this.#sessions.set(place, { summary, messages, windowStart, windowTokens, last, turns }, this.#sessionMs);
    this.#limits.settle(owner, turnId, turn.spent);
    const index = this.#index.get(owner) ?? new Set();
    index.delete(sessionId);
    this.#index.set(owner, index.add(sessionId));
    if (idempotency) {
      const record = { fingerprint: idempotency.fingerprint, sessionId, turnId, position: messages.length - 2 };
      this.#records.set(`${owner} ${idempotency.key}`, record, IDEMPOTENCY_SECONDS * 1000);
    }
    this.#running.delete(place);
    this.#leases.delete(place);
    return 'committed';
  }

  async abandon(
    claim: TurnClaim,
    ending: TurnFailed | TurnFinished,
    unsent: TokenBlocks,
    spent: number,
  ): Promise<void> {
    const place = `${claim.owner} ${claim.sessionId}`;
    if (this.#held(claim) !== undefined) {
      this.#leases.delete(place);
      const { entries = [] } = this.#running.get(place) ?? {};
      keepBlocks(entries, unsent);
      const told = isFiltered(ending) ? entries.map((each) => (Array.isArray(each) ? each.length : each)) : entries;
      this.#running.set(place, { turnId: claim.turnId, entries: [...told, ending] }, FAILED_REPLAY_SECONDS * 1000);
    }
    this.#limits.settle(claim.owner, claim.turnId, spent);
    if (claim.idempotency === undefined) return;
    const key = `${claim.owner} ${claim.idempotency.key}`;
    const record = this.#records.get(key);
    if (record?.turnId === claim.turnId && record.position === undefined) this.#records.delete(key);
  }

  async stop(owner: string, sessionId: string, turnId?: string): Promise<boolean> {
    const lease = this.#leases.get(`${owner} ${sessionId}`);
    if (lease === undefined || (turnId !== undefined && turnId !== lease.turnId)) return false;
    lease.stop = true;
    return true;
  }

  async follow(
    owner: string,
    sessionId: string,
    turnId: string | undefined,
    from: number,
  ): Promise<Replay | undefined> {
    const place = `${owner} ${sessionId}`;
    const told = [this.#running.get(place), this.#sessions.get(place)?.last];
    const turn = told.find((each) => each !== undefined && (turnId === undefined || each.turnId === turnId));
    if (turn === undefined) return undefined;
    const lease = this.#leases.get(place);
    const state = lease?.turnId === turn.turnId ? 'running' : hasEnding(turn.entries) ? 'ended' : 'lost';
    return { turnId: turn.turnId, state, beats: lease?.beats ?? 0, entries: turn.entries.slice(from) };
  }

  async readTurn(owner: string, sessionId: string, turnId: string, position = -LATEST_MESSAGES) {
    const session = this.#sessions.get(`${owner} ${sessionId}`);
    return session && findTurn(session.summary.assistant, session.messages.slice(position), turnId);
  }

  async history(owner: string, sessionId: string, page: PageRequest) {
    const session = this.#sessions.get(`${owner} ${sessionId}`);
    if (session === undefined) return undefined;
    const { messages, summary } = session;
    const end = page.before === undefined ? messages.length : messages.findIndex(({ id }) => id === page.before);
    if (end === -1) return 'unknown-page';
    const start = Math.max(0, end - page.limit);
    return { session: summary, items: withFeedback(session, start, end), hasMore: start > 0 };
  }

  async sessions(owner: string, page: PageRequest) {
    const index = this.#index.get(owner) ?? new Set();
    for (const id of index) if (this.#sessions.get(`${owner} ${id}`) === undefined) index.delete(id);
    const newestFirst = [...index].reverse();
    const start = page.before === undefined ? 0 : newestFirst.indexOf(page.before) + 1;
    if (page.before !== undefined && start === 0) return 'unknown-page';
    const ids = newestFirst.slice(start, start + page.limit);
    const items = ids.flatMap((id) => this.#sessions.get(`${owner} ${id}`)?.summary ?? []);
    return { items, hasMore: newestFirst.length > start + page.limit };
  }

  async scan(owner: string) {
    const ids = [...(this.#index.get(owner) ?? [])];
    return { sessions: ids.flatMap((id) => this.#sessions.get(`${owner} ${id}`)?.summary ?? []), cursor: undefined };
  }

  async messages(owner: string, sessionId: string, from: number, limit: number): Promise<StoredMessage[]> {
    const session = this.#sessions.get(`${owner} ${sessionId}`);
    return session === undefined ? [] : withFeedback(session, from, from + limit);
  }

  async rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<boolean> {
    const session = this.#sessions.get(`${owner} ${sessionId}`);
    if (!session?.turns.has(turnId)) return false;
    session.turns.set(turnId, feedback);
    return true;
  }

  async delete(owner: string, sessionId: string): Promise<void> {
    const place = `${owner} ${sessionId}`;
    this.#sessions.delete(place);
    this.#leases.delete(place);
    this.#running.delete(place);
    this.#index.get(owner)?.delete(sessionId);
  }

  async erase(owner: string): Promise<void> {
    for (const entries of [this.#sessions, this.#leases, this.#running, this.#records]) {
      entries.deleteAll(`${owner} `);
    }
    this.#index.delete(owner);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  #held(claim: TurnClaim): Lease | undefined {
    const lease = this.#leases.get(`${claim.owner} ${claim.sessionId}`);
    return lease?.turnId === claim.turnId ? lease : undefined;
  }
}

function withFeedback({ messages, turns }: Session, start: number, end: number): StoredMessage[] {
  return messages.slice(start, end).map((message) => {
    const given = turns.get(message.turn_id);
    return message.role === 'user' || given === undefined ? message : { ...message, feedback: given };
  });
}

/** The turn's start stands before the blocks. */
function keepBlocks(entries: ReplayEntry[] | undefined, { position, blocks }: TokenBlocks): void {
  for (const [index, block] of blocks.entries()) {
    if (block.length > 0 && entries?.length === position + 1 + index) entries.push(block);
  }
}
