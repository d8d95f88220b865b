import type { HeldLease } from './held-lease.ts';
import type { BeginResult, Commit, TurnClaim } from './ports/turn-steps.ts';
import { titleOf } from './title.ts';
import { planTitle } from './title-plan.ts';
import { type AsideParts, type AsideTurn, TurnAside } from './turn-aside.ts';

/** The title of a turn's session, which the first one may ask the model for beside its answer. */
export class TurnTitle {
  readonly #store: AsideParts['store'];
  readonly #claim: TurnClaim;
  /** As the turn found it. */
  readonly #known: string | undefined;
  readonly #message: string;
  readonly #aside: TurnAside<string>;

  constructor(parts: AsideParts, turn: AsideTurn, begun: Extract<BeginResult, { outcome: 'begun' }>, message: string) {
    this.#store = parts.store;
    this.#claim = turn.claim;
    this.#known = begun.title;
    this.#message = message;
    this.#aside = new TurnAside(parts, turn, 'title');
  }

  /** Asks for it, where the store allows it. */
  ask(lease: HeldLease, giveUpAt: number): void {
    const { titleReserved = 0 } = this.#claim;
    if (titleReserved > 0 && !lease.signal.aborted) {
      this.#aside.ask(planTitle(this.#message, titleReserved), lease, giveUpAt);
    }
  }

  /** What there is of it when the answer is to be stored; the message's first words where there is nothing. */
  async given(lease: HeldLease): Promise<Pick<Commit, 'title' | 'titled'>> {
    const { outcome, taken } = await this.#aside.standing(lease);
    const titled = this.#claim.titleReserved ? outcome : undefined;
    return { title: this.#known ?? taken ?? titleOf(this.#message), titled };
  }

  finish(): Promise<void> {
    return this.#aside.finish((title, spent) => this.#store.storeTitle(this.#claim, { title, spent }));
  }

  giveUp(): Promise<number> {
    return this.#aside.giveUp();
  }
}
