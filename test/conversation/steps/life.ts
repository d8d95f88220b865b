import type { Model } from '../../../shared/conversation/ports/model.ts';
import type { SessionStore } from '../../../shared/conversation/ports/session-store.ts';
import type { Tool } from '../../../shared/conversation/ports/toolbox.ts';

/** How the life of a holder is disturbed: it dies, or stands still until others are done, at its so many-th moment. */
export interface Fate {
  moment: number;
  kind: 'dies' | 'pauses';
}

/**
 * The life of one holder of turns: a moment passes before and behind each thing that it asks of a store, a model or a
 * tool. Whoever is dead asks for nothing more, and hears of nothing.
 */
export class Life {
  /** What happened, moment by moment. */
  readonly moments: string[] = [];
  readonly #fate: Fate | undefined;
  readonly #reached = Promise.withResolvers<void>();
  readonly #goesOn = Promise.withResolvers<void>();

  constructor(fate?: Fate) {
    this.#fate = fate;
  }

  /** Resolves when its fate has come. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  /** Ends a pause. */
  goOn(): void {
    this.#goesOn.resolve();
  }

  store(store: SessionStore): SessionStore {
    const steps = new Set(['begin', 'extend', 'reserve', 'commit', 'abandon']);
    return new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const ask = value.bind(target);
        if (!steps.has(String(name))) return ask;
        return (...asked: unknown[]) =>
          this.#live(
            () => String(name),
            () => ask(...asked),
          );
      },
    });
  }

  model(model: Model): Model {
    return {
      name: model.name,
      stream: (...asked) =>
        this.#live(
          () => 'model',
          () => model.stream(...asked),
        ),
    };
  }

  tool(tool: Tool): Tool {
    return {
      ...tool,
      call: (...asked) =>
        this.#live(
          () => `tool ${JSON.stringify(asked[0])}`,
          () => tool.call(...asked),
        ),
    };
  }

  async #live<T>(name: () => string, ask: () => Promise<T>): Promise<T> {
    await this.#pass(`before ${name()}`);
    const answer = await ask();
    await this.#pass(`behind ${name()}`);
    return answer;
  }

  async #pass(moment: string): Promise<void> {
    const { length } = this.moments;
    this.moments.push(moment);
    if (this.#fate === undefined || length < this.#fate.moment) return;
    this.#reached.resolve();
    if (this.#fate.kind === 'dies') await new Promise(() => {});
    await this.#goesOn.promise;
  }
}
