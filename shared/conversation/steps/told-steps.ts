import type { TurnEvent } from '../events.ts';
import type { ShownStep } from '../ports/stored.ts';

type Called = Pick<ShownStep, 'type' | 'id' | 'name' | 'arguments' | 'at'>;

/** The steps in a turn's events. */
export class ToldSteps {
  /** In the order of their calls. */
  readonly #called = new Map<string, Called>();
  readonly #done = new Map<string, ShownStep>();
  #length = 0;

  hear(event: TurnEvent): void {
    if (event.type === 'token-said') this.#length += event.token.length;
    else if (event.type === 'tool-called') {
      const { id, name, arguments: written } = event;
      this.#called.set(id, { type: 'tool_call', id, name, arguments: written, at: this.#length });
    } else if (event.type === 'tool-returned') {
      const { type: _, ...returned } = event;
      const called = this.#called.get(event.id);
      if (called !== undefined) this.#done.set(event.id, { ...called, ...returned });
    }
  }

  /** None where nothing was done. */
  get told(): { steps?: ShownStep[] } {
    const steps = [...this.#called.keys()].flatMap((id) => this.#done.get(id) ?? []);
    return steps.length > 0 ? { steps } : {};
  }
}
