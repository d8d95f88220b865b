import type { TurnFailed, TurnFinished } from '../../conversation/events.ts';
import { decidedSteps, type JournalPart } from '../../conversation/ports/journal.ts';
import { hasEnding, isFiltered, type Replay, type ReplayEntry, withheld } from '../../conversation/ports/replay.ts';
import { type SessionRules, TEMPORARY_SECONDS } from '../../conversation/ports/session-store.ts';
import type {
  AsideCosts,
  BeginRequest,
  BeginResult,
  Commit,
  TokenBlocks,
  TurnClaim,
} from '../../conversation/ports/turn-steps.ts';
import { beginTurn, replayMs } from './begin-turn.ts';
import { dropJournal, keptMsOf, takenOver, writeJournal } from './journals.ts';
import { type IdempotencyRecord, type Kept, type Lease, nothingKept, type Session } from './kept.ts';
import { MemoryLimits } from './memory-limits.ts';
import { storedSession } from './stored-session.ts';
import { noteSummary } from './summary-state.ts';

/** The steps of turns in this process's memory, of which a `SessionStore` consists beside what it keeps. */
export class MemoryTurns {
  protected readonly kept: Kept;
  protected readonly limits: MemoryLimits;
  protected readonly now: () => number;
  readonly #leaseMs: number;
  protected readonly sessionMs: number;

  /** @param now milliseconds since 1970, never going back */
  constructor(rules: SessionRules, now = () => performance.timeOrigin + performance.now()) {
    this.now = now;
    this.#leaseMs = rules.leaseSeconds * 1000;
    this.sessionMs = rules.sessionSeconds * 1000;
    this.limits = new MemoryLimits(rules.limits, this.#leaseMs, now);
    this.kept = nothingKept(now);
  }

  async begin(request: BeginRequest): Promise<BeginResult> {
    const { kept, limits } = this;
    const inUseMs = (claim: Pick<TurnClaim, 'isTemporary'>) => this.inUseMs(claim);
    return beginTurn({ kept, limits, inUseMs, leaseMs: this.#leaseMs, now: this.now() }, request);
  }

  async extend(claim: TurnClaim, said: TokenBlocks, done?: JournalPart) {
    const place = `${claim.owner} ${claim.sessionId}`;
    const lease = this.#held(claim);
    if (lease === undefined) return { held: false, stop: false };
    lease.beats += 1;
    this.kept.leases.touch(place, this.#leaseMs);
    this.kept.sessions.touch(place, this.inUseMs(claim));
    this.limits.renew(claim.owner, claim.turnId);
    const record = this.#record(claim);
    const touch = (ms: number) => this.kept.records.touch(`${claim.owner} ${claim.idempotency?.key}`, ms);
    // The record of a turn that has called a tool is kept for its whole time, whatever becomes of the turn.
    if (record && record.journal === undefined) touch(this.#leaseMs);
    if (done && done.entries.length > 0) {
      const decided = decidedSteps(done.entries);
      const session = this.kept.sessions.get(place);
      if (session?.open) session.open = session.open.filter(({ id }) => !decided.includes(id));
      const name = writeJournal(this.kept, claim, done, this.inUseMs(claim));
      if (record && record.journal === undefined) {
        record.journal = name;
        touch(keptMsOf(claim.idempotency?.implicit));
      }
    }
    keepBlocks(this.kept.running.get(place)?.entries, said);
    this.kept.running.touch(place, this.#leaseMs + replayMs(claim.isEphemeral));
    return { held: true, stop: lease.stop };
  }

  async reserve({ owner, sessionId, turnId }: TurnClaim, tokens: number): Promise<'reserved' | 'refused'> {
    const isHeld = this.kept.leases.get(`${owner} ${sessionId}`)?.turnId === turnId;
    return isHeld && this.limits.reserve(owner, turnId, tokens) ? 'reserved' : 'refused';
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
    const last = { turnId, entries: [...entries, turn.finished] };
    const stored = storedSession(claim, turn, session, { messages, turns, last });
    if (turn.summary && turn.summary.outcome !== 'none') noteSummary(stored, turn.summary.outcome, turnId, this.now());
    this.kept.sessions.set(place, stored, this.#keptMs(claim));
    this.limits.settle(owner, turnId, turn.spent);
    for (const [aside, outcome] of [['summary', turn.summary] as const, ['title', turn.titled] as const]) {
      if (outcome && outcome.outcome !== 'late') this.limits.settleAside(owner, turnId, aside, outcome.spent);
    }
    if (!claim.isTemporary) this.keepInIndex(owner, sessionId);
    if (idempotency && (idempotency.implicit === undefined || this.#record(claim))) {
      const { fingerprint, implicit } = idempotency;
      const isAmbiguous = this.#record(claim)?.isAmbiguous === true;
      const record = { fingerprint, sessionId, turnId, isStored: true, isAmbiguous };
      this.kept.records.set(`${owner} ${idempotency.key}`, record, keptMsOf(implicit));
    }
    this.kept.running.delete(place);
    // What was done is in the answer.
    dropJournal(this.kept, claim);
    this.kept.leases.delete(place);
    return 'committed';
  }

  async abandon(
    claim: TurnClaim,
    ending: TurnFailed | TurnFinished,
    unsent: TokenBlocks,
    spent: number,
    { summary = 0, title = 0 }: AsideCosts = {},
  ): Promise<void> {
    const place = `${claim.owner} ${claim.sessionId}`;
    if (this.#held(claim) !== undefined) {
      this.kept.leases.delete(place);
      const { entries = [] } = this.kept.running.get(place) ?? {};
      keepBlocks(entries, unsent);
      const told = isFiltered(ending) ? entries.map(withheld) : entries;
      const whole = [...told, ending];
      this.kept.running.set(place, { turnId: claim.turnId, entries: whole }, replayMs(claim.isEphemeral));
    }
    this.limits.settle(claim.owner, claim.turnId, spent);
    this.limits.settleAside(claim.owner, claim.turnId, 'summary', summary);
    this.limits.settleAside(claim.owner, claim.turnId, 'title', title);
    const record = this.#record(claim);
    const isInDoubt = ending.type === 'turn-failed' && ending.code === 'tool-in-doubt';
    const hasCalled = record?.journal !== undefined;
    if (record?.isStored === false && !hasCalled) this.kept.records.delete(`${claim.owner} ${claim.idempotency?.key}`);
    if (hasCalled && isInDoubt) record.doubt = ending;
    // Nobody goes on with it: it has no key of its own, or its outcome is fixed.
    if (claim.idempotency === undefined || (hasCalled && isInDoubt)) dropJournal(this.kept, claim);
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
    const isTakenOver = told.some((each) => each && turnId !== undefined && takenOver(each.entries).includes(turnId));
    if (turnId !== undefined && isTakenOver) return { turnId, state: 'lost', beats: 0, entries: [] };
    const turn = told.find((each) => each !== undefined && (turnId === undefined || each.turnId === turnId));
    if (turn === undefined) return undefined;
    const lease = this.kept.leases.get(place);
    const state = lease?.turnId === turn.turnId ? 'running' : hasEnding(turn.entries) ? 'ended' : 'lost';
    return { turnId: turn.turnId, state, beats: lease?.beats ?? 0, entries: turn.entries.slice(from) };
  }

  /** For how long a session is kept with a turn on it. */
  protected inUseMs(claim: Pick<TurnClaim, 'isTemporary'>): number {
    return Math.max(this.#keptMs(claim), this.#leaseMs);
  }

  #keptMs({ isTemporary }: Pick<TurnClaim, 'isTemporary'>): number {
    return isTemporary ? Math.min(this.sessionMs, TEMPORARY_SECONDS * 1000) : this.sessionMs;
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

function nothingSaid(): Pick<Session, 'messages' | 'turns'> {
  return { messages: [], turns: new Map() };
}

/** The turn's start stands before the blocks. */
function keepBlocks(entries: ReplayEntry[] | undefined, { position, blocks }: TokenBlocks): void {
  for (const [index, block] of blocks.entries()) {
    const isEmpty = Array.isArray(block) && block.length === 0;
    if (!isEmpty && entries?.length === position + 1 + index) entries.push(block);
  }
}
