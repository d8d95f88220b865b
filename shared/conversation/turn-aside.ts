import { AsideCall, type AsideEnd, type AsidePlan } from './aside-call.ts';
import type { HeldLease } from './held-lease.ts';
import type { AsideRecord } from './ports/audit-record.ts';
import type { Model } from './ports/model.ts';
import type { RecordKeeper } from './ports/record-keeper.ts';
import { LATE_ASIDE_SECONDS, type SessionStore } from './ports/session-store.ts';
import type { TurnObserver } from './ports/turn-observer.ts';
import type { AsideOutcome, TurnClaim } from './ports/turn-steps.ts';
import type { Prompts } from './prompts.ts';

export interface AsideParts {
  store: SessionStore;
  audit: RecordKeeper;
  telemetry: TurnObserver;
  summarizer: Model;
  prompts: Prompts;
  now: () => number;
}

/** Beside which turn it is. */
export interface AsideTurn {
  claim: TurnClaim;
  requestId: string;
  traceparent: string | undefined;
  assistant: string;
}

/** How it stands when the turn is to be stored. */
interface Standing<T> {
  outcome: AsideOutcome;
  taken: T | undefined;
  /** What it cost by then, in tokens. */
  spent: number;
}

/** What a turn may ask beside its answer, from when it is asked until it is on record. Nobody waits for it. */
export class TurnAside<T> {
  readonly #parts: AsideParts;
  readonly #turn: AsideTurn;
  readonly #event: AsideRecord['event'];
  readonly #canBeTaken: (taken: T) => boolean;
  #call: AsideCall<T> | undefined;
  #isLate = false;

  /** @param canBeTaken whether the turn has left things so that it still can be */
  constructor(
    parts: AsideParts,
    turn: AsideTurn,
    event: AsideRecord['event'],
    canBeTaken: (taken: T) => boolean = () => true,
  ) {
    this.#parts = parts;
    this.#turn = turn;
    this.#event = event;
    this.#canBeTaken = canBeTaken;
  }

  /** Asks; it ends with the turn that is ended early. */
  ask(plan: AsidePlan<T>, lease: HeldLease, giveUpAt: number): void {
    const { summarizer, prompts, now } = this.#parts;
    const { sessionId: cacheKey } = this.#turn.claim;
    const options = { cacheKey, giveUpAt: giveUpAt + LATE_ASIDE_SECONDS * 1000 };
    const call = new AsideCall(summarizer, plan, options, (text) => prompts.count(text), now);
    lease.signal.addEventListener('abort', () => call.giveUp());
    this.#call = call;
  }

  async standing(lease: HeldLease): Promise<Standing<T>> {
    const call = this.#call;
    if (call === undefined) return { outcome: { outcome: 'none', spent: 0 }, taken: undefined, spent: 0 };
    const end = lease.signal.aborted ? await call.ended : call.end;
    this.#isLate = end === undefined;
    if (end === undefined) return { outcome: { outcome: 'late' }, taken: undefined, spent: call.plan.promptTokens };
    const { spent } = end;
    const taken = this.#takenOf(end);
    return { outcome: { outcome: taken === undefined ? 'refused' : 'taken', spent }, taken, spent };
  }

  /** Its turn is stored: it is on record, or where it was late is stored behind it. */
  async finish(store: (taken: T | undefined, spent: number) => Promise<'stored' | 'lost'>): Promise<void> {
    const call = this.#call;
    if (call === undefined) return;
    if (call.end !== undefined && !this.#isLate) {
      return this.#record(call.end, this.#takenOf(call.end) === undefined ? 'refused' : 'taken');
    }
    const end = await call.within(LATE_ASIDE_SECONDS * 1000);
    const taken = this.#takenOf(end);
    const stored = await store(taken, end.spent).catch(() => 'lost' as const);
    this.#record(end, stored === 'stored' ? 'taken' : taken === undefined ? 'refused' : 'lost');
  }

  /** Ends it, with a turn that stores nothing. Returns what it cost. */
  async giveUp(): Promise<number> {
    if (this.#call === undefined) return 0;
    this.#call.giveUp();
    const end = await this.#call.ended;
    this.#record(end, 'lost');
    return end.spent;
  }

  #takenOf({ taken }: AsideEnd<T>): T | undefined {
    return taken !== undefined && this.#canBeTaken(taken) ? taken : undefined;
  }

  #record({ spent, usage, startedAt, endedAt }: AsideEnd<T>, outcome: AsideRecord['outcome']): void {
    const { claim, requestId, assistant, traceparent } = this.#turn;
    const record: AsideRecord = {
      event: this.#event,
      outcome,
      owner: claim.owner,
      request_id: requestId,
      session_id: claim.sessionId,
      turn_id: claim.turnId,
      assistant,
      model: this.#parts.summarizer.name,
      usage: usage ?? null,
      spent_tokens: spent,
      total_ms: Math.round(endedAt - startedAt),
    };
    this.#parts.audit.note(record);
    this.#parts.telemetry.observeAside({ record, startedAt, endedAt, traceparent });
  }
}
