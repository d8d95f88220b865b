import type { TurnEvent } from '../events.ts';
import type { ShownStep } from '../ports/stored.ts';

/** The steps in a turn's events. */
export class ToldSteps {
  /** In the order of their calls; open until it is told what came of them. */
  readonly #steps = new Map<string, ShownStep>();
  #length = 0;

  hear(event: TurnEvent): void {
    if (event.type === 'token-said') this.#length += event.token.length;
    else if (event.type === 'tool-called') {
      const { id, name, arguments: written, by_caller } = event;
      const open = { status: 'open', ms: 0, at: this.#length, ...(by_caller && { by_caller }) } as const;
      this.#steps.set(id, { type: 'tool_call', id, name, arguments: written, ...open });
    } else if (event.type === 'tool-returned') {
      const { type: _, ...returned } = event;
      const called = this.#steps.get(event.id);
      if (called !== undefined) this.#steps.set(event.id, { ...called, ...returned });
    }
  }

  /** None where nothing was done. */
  get told(): { steps?: ShownStep[] } {
    return this.#steps.size > 0 ? { steps: [...this.#steps.values()] } : {};
  }
}
