import type { TurnFailed, TurnFinished } from '../../conversation/events.ts';
import { hasEnding, isFiltered, type Replay, type ReplayEntry } from '../../conversation/ports/replay.ts';
import {
  type BeginRequest,
  type BeginResult,
  type Commit,
  EPHEMERAL_REPLAY_SECONDS,
  FAILED_REPLAY_SECONDS,
  IDEMPOTENCY_SECONDS,
  IMPLICIT_SECONDS,
  type LateSummary,
  type Offer,
  type SessionRules,
  type TokenBlocks,
  type TurnClaim,
} from '../../conversation/ports/session-store.ts';
import { type IdempotencyRecord, type Kept, type Lease, nothingKept, type Session } from './kept.ts';
import { LATE_MS, MemoryLimits } from './memory-limits.ts';
import { copyOf, placeOf, windowBefore } from './place.ts';

/** A summary is asked for above this part of the budget. */
const SUMMARY_ABOVE = 0.8;

/** The steps of turns in this process's memory, of which a `SessionStore` consists beside what it keeps. */
export class MemoryTurns {
  protected readonly kept: Kept;
  protected readonly limits: MemoryLimits;
  readonly #now: () => number;
  readonly #leaseMs: number;
  protected readonly sessionMs: number;
  /** Of a session with a turn on it. */
  protected readonly useMs: number;

  /** @param now milliseconds since 1970, never going back */
  constructor(rules: SessionRules, now = () => performance.timeOrigin + performance.now()) {
    this.#now = now;
    this.#leaseMs = rules.leaseSeconds * 1000;
    this.sessionMs = rules.sessionSeconds * 1000;
    this.useMs = Math.max(this.sessionMs, this.#leaseMs);
    this.limits = new MemoryLimits(rules.limits, this.#leaseMs, now);
    this.kept = nothingKept(now);
  }

  async begin(request: BeginRequest): Promise<BeginResult> {
    const { owner, turnId, idempotency, offers, assistant: asked } = request;
    const seen = idempotency && this.kept.records.get(`${owner} ${idempotency.key}`);
    const isOther = seen !== undefined && seen.turnId !== turnId;
    if (isOther && idempotency?.implicit === undefined && seen.fingerprint !== idempotency?.fingerprint) {
      return { outcome: 'key-reused' };
    }
    if (isOther && (idempotency?.implicit === undefined || (idempotency.implicit === 'retry' && !seen.isAmbiguous))) {
      return { outcome: 'repeated', sessionId: seen.sessionId, turnId: seen.turnId, isStored: seen.isStored };
    }
    const isAmbiguous = isOther ? idempotency?.implicit !== 'anew' : seen?.isAmbiguous === true;
    if (asked !== undefined && !offers.has(asked)) return { outcome: 'unknown-assistant' };
    const named = request.sessionId ?? request.newSessionId;
    const leases = [named, request.newSessionId].map((id) => this.kept.leases.get(`${owner} ${id}`));
    const own = leases.find((lease) => lease?.turnId === turnId);
    if (own) return own.begun;

    const session = this.kept.sessions.get(`${owner} ${named}`);
    if (session === undefined && request.mustExist) return { outcome: leases[0] ? 'busy' : 'unknown-session' };
    const place = placeOf(request, session, leases[0]?.turnId);
    if ('outcome' in place) return place;
    const isApart = place.isFork || request.isEphemeral === true;
    if (!isApart && leases[0]) return { outcome: 'busy' };
    const fixed = session?.summary.assistant ?? undefined;
    if (asked !== undefined && fixed !== undefined && asked !== fixed) {
      return { outcome: 'other-assistant', assistant: fixed };
    }
    const assistant = fixed ?? asked ?? request.defaultAssistant;
    const offer = offers.get(assistant);
    if (offer === undefined) return { outcome: 'unknown-assistant' };
    if (request.messageTokens > offer.room) return { outcome: 'too-long', assistant };

    const { position } = place;
    const summaries = (session?.summaries ?? []).filter(({ to }) => position === undefined || to <= position);
    const { start, tokens } =
      position === undefined || session === undefined
        ? { start: session?.windowStart ?? 0, tokens: session?.windowTokens ?? 0 }
        : windowBefore(session.messages, position, offer.room, summaries);
    const askedTokens = offer.fixed_tokens + request.messageTokens + (request.broughtTokens ?? 0);
    const promptTokens = Math.min(askedTokens + tokens, offer.fixed_tokens + offer.room);
    const outputTokens = Math.min(offer.output_tokens, request.outputTokens ?? offer.output_tokens);
    const isAllowed = request.isEphemeral !== true && this.#mayBeSummarized(place.isFork ? undefined : session);
    const summaryTokens = isAllowed ? summaryTokensOf(offer, promptTokens) : 0;
    const admission = this.limits.admit(owner, turnId, promptTokens, outputTokens, summaryTokens);
    if (admission.outcome === 'limited') return admission;

    const isFirst = session === undefined || isApart;
    const { reserved, summaryReserved, limits } = admission;
    const begun = {
      outcome: 'begun',
      sessionId: isFirst ? request.newSessionId : named,
      isFirst,
      forkedFrom: place.isFork ? { session_id: named, turn_id: request.after ?? null } : undefined,
      title: (position !== 0 && session?.summary.title) || undefined,
      assistant,
      brought: position === undefined ? (session?.brought ?? []) : [],
      windowStart: start,
      window: session?.messages.slice(start, position) ?? [],
      summaries,
      reserved,
      summaryReserved,
      limits,
    } as const;
    const copy = place.isFork && session ? copyOf(session, position ?? 0) : undefined;
    this.#start(request, begun, copy, isAmbiguous);
    return begun;
  }

  /** Takes the lease, and keeps what the turn begins with. */
  #start(
    { owner, turnId, askedAt, echo, isEphemeral, idempotency }: BeginRequest,
    begun: Extract<BeginResult, { outcome: 'begun' }>,
    copy: Lease['copy'],
    isAmbiguous: boolean,
  ): void {
    const { sessionId, assistant } = begun;
    const place = `${owner} ${sessionId}`;
    const about = { session_id: sessionId, turn_id: turnId, assistant, asked_at: askedAt, ...(echo && { echo }) };
    const entries: ReplayEntry[] = [{ type: 'turn-started', ...about }];
    this.kept.running.set(place, { turnId, entries }, this.#leaseMs + replayMs(isEphemeral));
    if (idempotency) {
      const record = { fingerprint: idempotency.fingerprint, sessionId, turnId, isStored: false, isAmbiguous };
      this.kept.records.set(`${owner} ${idempotency.key}`, record, this.#leaseMs);
    }
    if (!begun.isFirst) this.kept.sessions.touch(place, this.useMs);
    this.kept.leases.set(place, { turnId, begun, copy, beats: 0, stop: false }, this.#leaseMs);
  }

  async extend(claim: TurnClaim, said: TokenBlocks) {
    const place = `${claim.owner} ${claim.sessionId}`;
    const lease = this.#held(claim);
    if (lease === undefined) return { held: false, stop: false };
    lease.beats += 1;
    this.kept.leases.touch(place, this.#leaseMs);
    this.kept.sessions.touch(place, this.useMs);
    this.limits.renew(claim.owner, claim.turnId);
    if (this.#record(claim)) this.kept.records.touch(`${claim.owner} ${claim.idempotency?.key}`, this.#leaseMs);
    keepBlocks(this.kept.running.get(place)?.entries, said);
    this.kept.running.touch(place, this.#leaseMs + replayMs(claim.isEphemeral));
    return { held: true, stop: lease.stop };
  }

  async commit(claim: TurnClaim, turn: Commit): Promise<'committed' | 'lost'> {
    const { owner, sessionId, turnId, idempotency } = claim;
    const place = `${owner} ${sessionId}`;
    const session = this.kept.sessions.get(place);
    if (session?.turns.has(turnId)) return 'committed';
    const lease = this.#held(claim);
    if (lease === undefined) return 'lost';
    if (session === undefined && !claim.isFirst) return 'lost';

    const { messages, turns } = session ?? lease.copy ?? nothingSaid();
    if (messages.length !== turn.position) return 'lost';

    const { entries = [] } = this.kept.running.get(place) ?? {};
    keepBlocks(entries, turn.unsent);
    messages.push(turn.user, turn.answer);
    turns.set(turnId, { position: turn.position });
    const { title, assistant } = turn;
    // A summary that was late moved it meanwhile: it stands for all before the window, and no other one does.
    const isMoved = session !== undefined && session.windowStart > turn.windowStart;
    const windowStart = isMoved ? session.windowStart : turn.windowStart;
    const windowTokens = isMoved ? session.windowTokens + turn.turnTokens : turn.windowTokens;
    const updated = new Date().toISOString();
    const summary = {
      created: updated,
      ...session?.summary,
      id: sessionId,
      title: session?.summary.title || title,
      assistant: session?.summary.assistant ?? assistant,
      updated,
      turns: turns.size,
      ...(claim.forkedFrom && { forked_from: claim.forkedFrom }),
    };
    const last = { turnId, entries: [...entries, turn.finished] };
    const { metadata = {}, late, pause } = session ?? {};
    const summaries = (isMoved ? undefined : turn.summaries) ?? session?.summaries ?? [];
    const window = { windowStart, windowTokens, summaries, late, pause };
    const stored: Session = { summary, messages, metadata, brought: [], ...window, last, turns };
    if (turn.summary && turn.summary.outcome !== 'none') this.#noteSummary(stored, turn.summary.outcome, turnId);
    this.kept.sessions.set(place, stored, this.sessionMs);
    this.limits.settle(owner, turnId, turn.spent);
    if (turn.summary && turn.summary.outcome !== 'late') this.limits.settleSummary(owner, turnId, turn.summary.spent);
    this.keepInIndex(owner, sessionId);
    if (idempotency && (idempotency.implicit === undefined || this.#record(claim))) {
      const { fingerprint, implicit } = idempotency;
      const isAmbiguous = this.#record(claim)?.isAmbiguous === true;
      const seconds = implicit === undefined ? IDEMPOTENCY_SECONDS : IMPLICIT_SECONDS;
      const record = { fingerprint, sessionId, turnId, isStored: true, isAmbiguous };
      this.kept.records.set(`${owner} ${idempotency.key}`, record, seconds * 1000);
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
    summarySpent = 0,
  ): Promise<void> {
    const place = `${claim.owner} ${claim.sessionId}`;
    if (this.#held(claim) !== undefined) {
      this.kept.leases.delete(place);
      const { entries = [] } = this.kept.running.get(place) ?? {};
      keepBlocks(entries, unsent);
      const told = isFiltered(ending) ? entries.map((each) => (Array.isArray(each) ? each.length : each)) : entries;
      const whole = [...told, ending];
      this.kept.running.set(place, { turnId: claim.turnId, entries: whole }, replayMs(claim.isEphemeral));
    }
    this.limits.settle(claim.owner, claim.turnId, spent);
    this.limits.settleSummary(claim.owner, claim.turnId, summarySpent);
    if (this.#record(claim)?.isStored === false) this.kept.records.delete(`${claim.owner} ${claim.idempotency?.key}`);
  }

  async storeSummary({ owner, sessionId, turnId }: TurnClaim, late: LateSummary): Promise<'stored' | 'lost'> {
    this.limits.settleSummary(owner, turnId, late.spent);
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    if (session?.late?.turnId !== turnId) return 'lost';
    this.#noteSummary(session, late.summaries === undefined ? 'refused' : 'taken', turnId);
    if (late.summaries === undefined || session.windowStart !== late.windowWas) return 'lost';
    session.summaries = late.summaries;
    session.windowStart = late.windowStart;
    session.windowTokens = Math.max(0, session.windowTokens - late.savedTokens);
    return 'stored';
  }

  /** No other one is late, and the pause behind one that failed is over. */
  #mayBeSummarized(session: Session | undefined): boolean {
    if (session === undefined) return true;
    return (session.late?.until ?? 0) <= this.#now() && session.summary.turns >= (session.pause?.until ?? 0);
  }

  /** When the next summary may be asked for. */
  #noteSummary(session: Session, outcome: 'taken' | 'late' | 'refused', turnId: string): void {
    session.late = outcome === 'late' ? { turnId, until: this.#now() + LATE_MS } : undefined;
    if (outcome === 'taken') session.pause = undefined;
    if (outcome !== 'refused') return;
    const turns = Math.min(2 * (session.pause?.turns ?? 1.5), 12);
    session.pause = { until: session.summary.turns + turns, turns };
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

  /** The session is the owner's latest. */
  protected keepInIndex(owner: string, sessionId: string): void {
    const index = this.kept.index.get(owner) ?? new Set();
    index.delete(sessionId);
    this.kept.index.set(owner, index.add(sessionId));
  }

  /** The turn's idempotency record, while it is its own. */
  #record({ owner, turnId, idempotency }: TurnClaim): IdempotencyRecord | undefined {
    const record = idempotency && this.kept.records.get(`${owner} ${idempotency.key}`);
    return record?.turnId === turnId ? record : undefined;
  }

  #held(claim: TurnClaim): Lease | undefined {
    const lease = this.kept.leases.get(`${claim.owner} ${claim.sessionId}`);
    return lease?.turnId === claim.turnId ? lease : undefined;
  }
}

/** For how long it can be learned how a turn ended that is not stored. */
function replayMs(isEphemeral = false): number {
  return (isEphemeral ? EPHEMERAL_REPLAY_SECONDS : FAILED_REPLAY_SECONDS) * 1000;
}

/** What a summary may cost that a prompt is long enough for; else nothing. */
function summaryTokensOf({ fixed_tokens, room, summary_tokens = 0 }: Offer, promptTokens: number): number {
  const isLong = promptTokens > SUMMARY_ABOVE * (fixed_tokens + room);
  return summary_tokens > 0 && isLong ? promptTokens + summary_tokens : 0;
}

function nothingSaid(): Pick<Session, 'messages' | 'turns'> {
  return { messages: [], turns: new Map() };
}

/** The turn's start stands before the blocks. */
function keepBlocks(entries: ReplayEntry[] | undefined, { position, blocks }: TokenBlocks): void {
  for (const [index, block] of blocks.entries()) {
    if (block.length > 0 && entries?.length === position + 1 + index) entries.push(block);
  }
}
