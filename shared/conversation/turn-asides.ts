import type { HeldLease } from './held-lease.ts';
import type { AsideCosts, BeginResult, Commit } from './ports/turn-steps.ts';
import type { Prompt } from './prompt.ts';
import type { AsideParts, AsideTurn } from './turn-aside.ts';
import { type Remembered, TurnSummary } from './turn-summary.ts';
import { TurnTitle } from './turn-title.ts';

/** All that a turn may ask of a model beside its answer. No turn waits for any of it, and none fails by it. */
export class TurnAsides {
  readonly #summary: TurnSummary;
  readonly #title: TurnTitle;

  /** @param message that the session would be named after */
  constructor(parts: AsideParts, turn: AsideTurn, begun: Extract<BeginResult, { outcome: 'begun' }>, message: string) {
    this.#summary = new TurnSummary(parts, turn, begun);
    this.#title = new TurnTitle(parts, turn, begun, message);
  }

  /** Asks for what the store allows. */
  ask(prompt: Prompt, lease: HeldLease, giveUpAt: number): void {
    this.#summary.ask(prompt, lease, giveUpAt);
    this.#title.ask(lease, giveUpAt);
  }

  /** What there is of it when the answer is to be stored. */
  async remembered(prompt: Prompt, lease: HeldLease): Promise<Remembered & Pick<Commit, 'title' | 'titled'>> {
    return { ...(await this.#summary.remembered(prompt, lease)), ...(await this.#title.given(lease)) };
  }

  /**
   * Its turn is stored: what was late is stored behind it.
   *
   * @param tokenFactor of the window's tokens, as they are stored
   */
  finish(tokenFactor: number): void {
    void this.#summary.finish(tokenFactor);
    void this.#title.finish();
  }

  /** Ends it, with a turn that stores nothing. */
  async giveUp(): Promise<AsideCosts> {
    const [summary, title] = await Promise.all([this.#summary.giveUp(), this.#title.giveUp()]);
    return { summary, title };
  }
}
