import type { HeldLease } from './held-lease.ts';
import type { SummaryRecord } from './ports/audit-record.ts';
import type { Model } from './ports/model.ts';
import type { RecordKeeper } from './ports/record-keeper.ts';
import { LATE_SUMMARY_SECONDS, type SessionStore } from './ports/session-store.ts';
import type { Summary } from './ports/stored.ts';
import type { TurnObserver } from './ports/turn-observer.ts';
import type { BeginResult, Commit, TurnClaim } from './ports/turn-steps.ts';
import type { Prompt } from './prompt.ts';
import type { Prompts } from './prompts.ts';
import type { SummarizedWindow } from './summaries.ts';
import { SummaryCall, type SummaryEnd } from './summary-call.ts';

/** What a turn that is stored says of summaries, and what it cost by then. */
export interface Remembered extends Pick<Commit, 'summary' | 'summaries'> {
  windowStart: number;
  savedTokens: number;
  spent: number;
}

interface SummaryParts {
  store: SessionStore;
  audit: RecordKeeper;
  telemetry: TurnObserver;
  summarizer: Model;
  prompts: Prompts;
  now: () => number;
}

/** What is told of it. */
interface SummaryAbout {
  requestId: string;
  traceparent: string | undefined;
  assistant: string;
}

/** The summary that a turn may ask for beside its answer. */
export class TurnSummary {
  readonly #parts: SummaryParts;
  readonly #claim: TurnClaim;
  readonly #about: SummaryAbout;
  /** As the turn found them. */
  readonly #known: readonly Summary[];
  #windowStart: number;
  #call: SummaryCall | undefined;
  #isLate = false;

  constructor(
    parts: SummaryParts,
    claim: TurnClaim,
    begun: Extract<BeginResult, { outcome: 'begun' }>,
    about: SummaryAbout,
  ) {
    this.#parts = parts;
    this.#claim = claim;
    this.#about = about;
    this.#known = begun.summaries;
    this.#windowStart = begun.windowStart;
  }

  /** Asks for it, where the store allows it and the prompt is long; it ends with the turn that is ended early. */
  ask(prompt: Prompt, lease: HeldLease, giveUpAt: number): void {
    const isAllowed = this.#claim.summaryReserved && !lease.signal.aborted;
    const plan = isAllowed ? prompt.planSummary() : undefined;
    if (plan === undefined) return;
    const { summarizer, prompts, now } = this.#parts;
    const options = { cacheKey: this.#claim.sessionId, giveUpAt: giveUpAt + LATE_SUMMARY_SECONDS * 1000 };
    const call = new SummaryCall(summarizer, plan, options, (text) => prompts.count(text), now);
    lease.signal.addEventListener('abort', () => call.giveUp());
    this.#call = call;
  }

  /** What there is of it when the answer is to be stored. Nobody waits for it. */
  async remembered(prompt: Prompt, lease: HeldLease): Promise<Remembered> {
    const { windowStart } = prompt;
    this.#windowStart = windowStart;
    const nothing = { summary: undefined, summaries: this.#inherited(), windowStart, savedTokens: 0, spent: 0 };
    const call = this.#call;
    // The store holds tokens back for it, whether or not it was asked for.
    const reserved = this.#claim.summaryReserved;
    if (call === undefined) return { ...nothing, ...(reserved && { summary: { outcome: 'none' as const, spent: 0 } }) };
    const end = lease.signal.aborted ? await call.ended : call.end;
    this.#isLate = end === undefined;
    if (end === undefined) return { ...nothing, summary: { outcome: 'late' }, spent: call.plan.promptTokens };
    const { spent } = end;
    const taken = this.#takenOf(end);
    if (taken === undefined) return { ...nothing, summary: { outcome: 'refused', spent }, spent };
    return { ...taken, summary: { outcome: 'taken', spent }, spent };
  }

  /**
   * Its turn is stored: it is on record, or is stored behind it where it was late.
   *
   * @param tokenFactor of the window's tokens, as they are stored
   */
  async finish(tokenFactor: number): Promise<void> {
    if (this.#call === undefined) return;
    if (this.#call.end !== undefined && !this.#isLate) {
      return this.#record(this.#call.end, this.#takenOf(this.#call.end) === undefined ? 'refused' : 'taken');
    }
    const end = await this.#call.within(LATE_SUMMARY_SECONDS * 1000);
    const taken = this.#takenOf(end);
    const { summaries, windowStart = 0, savedTokens: saved = 0 } = taken ?? {};
    const savedTokens = Math.round(tokenFactor * saved);
    const late = { summaries, windowWas: this.#windowStart, windowStart, savedTokens, spent: end.spent };
    const stored = await this.#parts.store.storeSummary(this.#claim, late).catch(() => 'lost' as const);
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

  /** Nothing where the model found the prompt too long, so that more was cut than was summarised. */
  #takenOf({ taken }: SummaryEnd): SummarizedWindow | undefined {
    return taken !== undefined && taken.windowStart >= this.#windowStart ? taken : undefined;
  }

  /** A session that is made as a copy has the summaries that it was copied with. */
  #inherited(): readonly Summary[] | undefined {
    return this.#claim.isFirst && this.#known.length > 0 ? this.#known : undefined;
  }

  #record({ spent, usage, startedAt, endedAt }: SummaryEnd, outcome: 'taken' | 'refused' | 'lost'): void {
    const { owner, sessionId, turnId } = this.#claim;
    const { requestId, assistant, traceparent } = this.#about;
    const record: SummaryRecord = {
      event: 'summary',
      outcome,
      owner,
      request_id: requestId,
      session_id: sessionId,
      turn_id: turnId,
      assistant,
      model: this.#parts.summarizer.name,
      usage: usage ?? null,
      spent_tokens: spent,
      total_ms: Math.round(endedAt - startedAt),
    };
    this.#parts.audit.note(record);
    this.#parts.telemetry.observeSummary({ record, startedAt, endedAt, traceparent });
  }
}
