import type { TurnFailed, TurnFinished } from '../../conversation/events.ts';
import {
  type BeginRequest,
  type BeginResult,
  type Commit,
  FAILED_REPLAY_SECONDS,
  type Feedback,
  hasEnding,
  IDEMPOTENCY_SECONDS,
  isFiltered,
  type Replay,
  type ReplayEntry,
  type SessionRules,
  type TokenBlocks,
  type TurnClaim,
} from '../../conversation/ports/session-store.ts';
import { type Kept, type Lease, nothingKept } from './kept.ts';
import { MemoryLimits } from './memory-limits.ts';

/** The steps of turns in this process's memory, of which a `SessionStore` consists beside what it keeps. */
export class MemoryTurns {
  protected readonly kept: Kept;
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
    this.kept = nothingKept(now);
  }

  async begin(request: BeginRequest): Promise<BeginResult> {
    const { owner, turnId, idempotency } = request;
    const seen = idempotency && this.kept.records.get(`${owner} ${idempotency.key}`);
    if (seen !== undefined) {
      if (seen.fingerprint !== idempotency?.fingerprint) return { outcome: 'key-reused' };
      if (seen.turnId !== turnId) {
        return { outcome: 'repeated', sessionId: seen.sessionId, turnId: seen.turnId, position: seen.position };
      }
    }
    const { offers, assistant: asked } = request;
    if (asked !== undefined && !offers.has(asked)) return { outcome: 'unknown-assistant' };
    const named = request.sessionId ?? request.newSessionId;
    const leases = [named, request.newSessionId].map((id) => this.kept.leases.get(`${owner} ${id}`));
    const own = leases.find((lease) => lease?.turnId === turnId);
    if (own) return own.begun;
    if (leases[0]) return { outcome: 'busy' };

    const session = this.kept.sessions.get(`${owner} ${named}`);
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
    this.kept.running.set(place, { turnId, entries: [started] }, this.#leaseMs + FAILED_REPLAY_SECONDS * 1000);
    if (idempotency) {
      const record = { fingerprint: idempotency.fingerprint, sessionId, turnId, position: undefined };
      this.kept.records.set(`${owner} ${idempotency.key}`, record, this.#leaseMs);
    }
    this.kept.sessions.touch(place, this.#useMs);
    const windowStart = session?.windowStart ?? 0;
    const window = session?.messages.slice(windowStart) ?? [];
    const { reserved, limits } = admission;
    const isFirst = session === undefined;
    const begun = { outcome: 'begun', sessionId, isFirst, assistant, windowStart, window, reserved, limits } as const;
    this.kept.leases.set(place, { turnId, begun, beats: 0, stop: false }, this.#leaseMs);
    return begun;
  }

  async extend(claim: TurnClaim, said: TokenBlocks) {
    const place = `${claim.owner} ${claim.sessionId}`;
    const lease = this.#held(claim);
    if (lease === undefined) return { held: false, stop: false };
    lease.beats += 1;
    this.kept.leases.touch(place, this.#leaseMs);
    this.kept.sessions.touch(place, this.#useMs);
    this.#limits.renew(claim.owner, claim.turnId);
    if (claim.idempotency) this.kept.records.touch(`${claim.owner} ${claim.idempotency.key}`, this.#leaseMs);
    keepBlocks(this.kept.running.get(place)?.entries, said);
    this.kept.running.touch(place, this.#leaseMs + FAILED_REPLAY_SECONDS * 1000);
    return { held: true, stop: lease.stop };
  }

  async commit(claim: TurnClaim, turn: Commit): Promise<'committed' | 'lost'> {
    const { owner, sessionId, turnId, idempotency } = claim;
    const place = `${owner} ${sessionId}`;
    const session = this.kept.sessions.get(place);
    if (session?.turns.has(turnId)) return 'committed';
    if (this.#held(claim) === undefined) return 'lost';
    if (session === undefined && !claim.isFirst) return 'lost';

    const { entries = [] } = this.kept.running.get(place) ?? {};
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
    this.kept.sessions.set(place, { summary, messages, windowStart, windowTokens, last, turns }, this.#sessionMs);
    this.#limits.settle(owner, turnId, turn.spent);
    const index = this.kept.index.get(owner) ?? new Set();
    index.delete(sessionId);
    this.kept.index.set(owner, index.add(sessionId));
    if (idempotency) {
      const record = { fingerprint: idempotency.fingerprint, sessionId, turnId, position: messages.length - 2 };
      this.kept.records.set(`${owner} ${idempotency.key}`, record, IDEMPOTENCY_SECONDS * 1000);
    }
    this.kept.running.delete(place);
    this.kept.leases.delete(place);
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
      this.kept.leases.delete(place);
      const { entries = [] } = this.kept.running.get(place) ?? {};
      keepBlocks(entries, unsent);
      const told = isFiltered(ending) ? entries.map((each) => (Array.isArray(each) ? each.length : each)) : entries;
      this.kept.running.set(place, { turnId: claim.turnId, entries: [...told, ending] }, FAILED_REPLAY_SECONDS * 1000);
    }
    this.#limits.settle(claim.owner, claim.turnId, spent);
    if (claim.idempotency === undefined) return;
    const key = `${claim.owner} ${claim.idempotency.key}`;
    const record = this.kept.records.get(key);
    if (record?.turnId === claim.turnId && record.position === undefined) this.kept.records.delete(key);
  }

  async stop(owner: string, sessionId: string, turnId?: string): Promise<boolean> {
    const lease = this.kept.leases.get(`${owner} ${sessionId}`);
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
    const told = [this.kept.running.get(place), this.kept.sessions.get(place)?.last];
    const turn = told.find((each) => each !== undefined && (turnId === undefined || each.turnId === turnId));
    if (turn === undefined) return undefined;
    const lease = this.kept.leases.get(place);
    const state = lease?.turnId === turn.turnId ? 'running' : hasEnding(turn.entries) ? 'ended' : 'lost';
    return { turnId: turn.turnId, state, beats: lease?.beats ?? 0, entries: turn.entries.slice(from) };
  }

  #held(claim: TurnClaim): Lease | undefined {
    const lease = this.kept.leases.get(`${claim.owner} ${claim.sessionId}`);
    return lease?.turnId === claim.turnId ? lease : undefined;
  }
}
/** The turn's start stands before the blocks. */
function keepBlocks(entries: ReplayEntry[] | undefined, { position, blocks }: TokenBlocks): void {
  for (const [index, block] of blocks.entries()) {
    if (block.length > 0 && entries?.length === position + 1 + index) entries.push(block);
  }
}
