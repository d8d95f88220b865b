import type { HeldLease } from './held-lease.ts';
import type { Summary } from './ports/stored.ts';
import type { BeginResult, Commit, TurnClaim } from './ports/turn-steps.ts';
import type { Prompt } from './prompt.ts';
import type { SummarizedWindow } from './summaries.ts';
import { type AsideParts, type AsideTurn, TurnAside } from './turn-aside.ts';

/** What a turn that is stored says of summaries, and what it cost by then. */
export interface Remembered extends Pick<Commit, 'summary' | 'summaries'> {
  windowStart: number;
  savedTokens: number;
  spent: number;
}

/** The summary that a turn may ask for beside its answer. */
export class TurnSummary {
  readonly #store: AsideParts['store'];
  readonly #claim: TurnClaim;
  /** As the turn found them. */
  readonly #known: readonly Summary[];
  #windowStart: number;
  readonly #aside: TurnAside<SummarizedWindow>;

  constructor(parts: AsideParts, turn: AsideTurn, begun: Extract<BeginResult, { outcome: 'begun' }>) {
    this.#store = parts.store;
    this.#claim = turn.claim;
    this.#known = begun.summaries;
    this.#windowStart = begun.windowStart;
    // Not where the model found the prompt too long, so that more was cut than was summarised.
    this.#aside = new TurnAside(parts, turn, 'summary', ({ windowStart }) => windowStart >= this.#windowStart);
  }

  /** Asks for it, where the store allows it and the prompt is long. */
  ask(prompt: Prompt, lease: HeldLease, giveUpAt: number): void {
    const isAllowed = this.#claim.summaryReserved && !lease.signal.aborted;
    const plan = isAllowed ? prompt.planSummary() : undefined;
    if (plan !== undefined) this.#aside.ask(plan, lease, giveUpAt);
  }

  /** What there is of it when the answer is to be stored. */
  async remembered({ windowStart }: Prompt, lease: HeldLease): Promise<Remembered> {
    this.#windowStart = windowStart;
    const { outcome, taken, spent } = await this.#aside.standing(lease);
    // The store holds tokens back for it, whether or not it was asked for.
    const summary = this.#claim.summaryReserved ? outcome : undefined;
    return { windowStart, savedTokens: 0, summaries: this.#inherited(), ...taken, summary, spent };
  }

  /**
   * Its turn is stored.
   *
   * @param tokenFactor of the window's tokens, as they are stored
   */
  finish(tokenFactor: number): Promise<void> {
    return this.#aside.finish((taken, spent) => {
      const { summaries, windowStart = 0, savedTokens: saved = 0 } = taken ?? {};
      const savedTokens = Math.round(tokenFactor * saved);
      const late = { summaries, windowWas: this.#windowStart, windowStart, savedTokens, spent };
      return this.#store.storeSummary(this.#claim, late);
    });
  }

  giveUp(): Promise<number> {
    return this.#aside.giveUp();
  }

  /** A session that is made as a copy has the summaries that it was copied with. */
  #inherited(): readonly Summary[] | undefined {
    return this.#claim.isFirst && this.#known.length > 0 ? this.#known : undefined;
  }
}
