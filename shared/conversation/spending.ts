import type { CompletionEvent, Usage } from './ports/model.ts';

/** What a round's calls of the model cost: by the provider's own count, or else by what was sent and said. */
export class Spending {
  /** Of each call that was not refused what the provider bills, where it said so. */
  readonly #calls: (Usage | undefined)[] = [];
  readonly #deltas: string[] = [];

  hear(event: CompletionEvent): void {
    if (event.type === 'asked') this.#calls.push(undefined);
    else if (event.type === 'refused') this.#calls.pop();
    else if (event.type === 'billed') this.#calls[this.#calls.length - 1] = event.usage;
    else if (event.type === 'delta') this.#deltas.push(event.text);
  }

  /** What the model said; that was the last call, as none is repeated that has said something. */
  get said(): string {
    return this.#deltas.join('');
  }

  /** Whether a call went out that was not refused. */
  get isAsked(): boolean {
    return this.#calls.length > 0;
  }

  /** What the provider bills for the call that answered, where it said so. */
  get usage(): Usage | undefined {
    return this.#calls.at(-1);
  }

  /**
   * Tokens of all calls.
   *
   * @param promptTokens stand for a call of which the provider did not say what it bills,
   * @param saidTokens and beside them what was said
   */
  total(promptTokens: number, saidTokens: number): number {
    const billed = this.#calls.map((usage) => usage?.total_tokens ?? promptTokens);
    const isSilent = this.#calls.length > 0 && this.usage === undefined;
    return billed.reduce((sum, tokens) => sum + tokens, isSilent ? saidTokens : 0);
  }
}
