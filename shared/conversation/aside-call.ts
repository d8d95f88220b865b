import { Failure } from './failure.ts';
import type { CompletionOptions, Model, PromptMessage, Usage } from './ports/model.ts';
import type { TokenCount } from './ports/token-counter.ts';
import { Spending } from './spending.ts';

/** What is asked beside an answer. */
export interface AsidePlan<T> {
  purpose: NonNullable<CompletionOptions['purpose']>;
  messages: PromptMessage[];
  /** Of the request, about. */
  promptTokens: number;
  maxOutputTokens: number;
  /**
   * What comes of a text, which the model ended by itself, and which has so many tokens; nothing where it cannot be taken.
   *
   * @param now ISO 8601
   */
  take(text: string, tokens: number, now: string): T | undefined;
}

/** A call that ended: with something that can be taken, or without. What it cost counts either way. */
export interface AsideEnd<T> {
  taken: T | undefined;
  spent: number;
  usage: Usage | undefined;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
}

export const ASIDE_TEMPERATURE = 0.2;

/** Asks a model something beside an answer that nobody lets wait for it. It has one attempt. */
export class AsideCall<T> {
  /** How it ended; undefined while it runs. */
  end: AsideEnd<T> | undefined;
  readonly plan: AsidePlan<T>;
  readonly ended: Promise<AsideEnd<T>>;
  readonly #given = new AbortController();

  /** @param count tokens of what it says */
  constructor(
    model: Model,
    plan: AsidePlan<T>,
    options: { cacheKey: string; giveUpAt: number },
    count: (text: string) => Promise<TokenCount>,
    now: () => number,
  ) {
    this.plan = plan;
    this.ended = this.#ask(model, options, count, now).then((end) => {
      this.end = end;
      return end;
    });
  }

  /** Ends it with nothing. */
  giveUp(): void {
    this.#given.abort(new Failure('turn-lost', 'It is not wanted any more.'));
  }

  /** How it ended, within so many milliseconds. */
  async within(ms: number): Promise<AsideEnd<T>> {
    const timer = setTimeout(() => this.giveUp(), ms);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  async #ask(
    model: Model,
    options: { cacheKey: string; giveUpAt: number },
    count: (text: string) => Promise<TokenCount>,
    now: () => number,
  ): Promise<AsideEnd<T>> {
    const { purpose, messages, promptTokens, maxOutputTokens } = this.plan;
    const startedAt = now();
    const spending = new Spending();
    let hasEnded = false;
    const completion = { ...options, purpose, maxOutputTokens, temperature: ASIDE_TEMPERATURE };
    await model
      .stream(messages, completion, this.#given.signal, (event) => {
        spending.hear(event);
        if (event.type === 'end') hasEnded = event.finishReason === 'stop';
      })
      // Without it all stays as it is.
      .catch(() => {
        hasEnded = false;
      });
    const text = spending.said.trim();
    const { tokens } = await count(text);
    const taken = hasEnded ? this.plan.take(text, tokens, new Date(now()).toISOString()) : undefined;
    const spent = spending.total(promptTokens, tokens);
    return { taken, spent, usage: spending.usage, startedAt, endedAt: now() };
  }
}
