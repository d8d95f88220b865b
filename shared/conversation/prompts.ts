import type { Assistant } from './assistant.ts';
import { tokenFactor } from './calibration.ts';
import type { ContextReport } from './events.ts';
import type { PromptMessage } from './ports/model.ts';
import type { Offer, StoredMessage } from './ports/session-store.ts';
import type { TokenCount, TokenCounter } from './ports/token-counter.ts';
import { fitWindow, fixedTokens, halve, TOKENS_PER_MESSAGE, type Window } from './window.ts';

/** What is sent to the model for one turn. */
export interface Prompt {
  messages: PromptMessage[];
  /** The new message, and its tokens. */
  message: string;
  messageCount: TokenCount;
  promptTokens: number;
  /** The part of `promptTokens` that the next prompt has again: the conversation up to the new message. */
  windowTokens: number;
  /** Messages at the window's start that no longer fit. */
  dropped: number;
  /** @param windowStart messages of the session before the window */
  report(windowStart: number): ContextReport;
  /** For a model that finds this one too long: with about half of it, then with the new message alone, then none. */
  shorter(): Prompt | undefined;
}

/** Builds prompts that stay under the budget. Counts are exact, or upper bounds while the tokeniser still loads. */
export class Prompts {
  readonly #counter: TokenCounter;
  readonly #assistants: ReadonlyMap<string, Assistant>;
  readonly #budget: number;
  readonly #maxOutputTokens: number;
  readonly #systemTokens = new Map<string, TokenCount>();

  constructor(
    counter: TokenCounter,
    assistants: ReadonlyMap<string, Assistant>,
    bounds: { maxContextTokens: number; maxOutputTokens: number },
  ) {
    this.#counter = counter;
    this.#assistants = assistants;
    this.#budget = bounds.maxContextTokens;
    this.#maxOutputTokens = bounds.maxOutputTokens;
  }

  count(text: string): Promise<TokenCount> {
    return this.#counter.count(text);
  }

  /** A message's tokens, and by assistant what its prompt allows. Bounds only where they suffice. */
  async measure(message: string): Promise<{ measured: TokenCount; offers: ReadonlyMap<string, Offer> }> {
    const bound = await this.#counter.count(message);
    const offers = await this.#offers((text) => this.#counter.count(text));
    if ([...offers.values()].every(({ room }) => bound.tokens <= room)) return { measured: bound, offers };
    const measured = await this.#counter.countWhenLoaded(message);
    return { measured, offers: await this.#offers((text) => this.#counter.countWhenLoaded(text)) };
  }

  /** The assistant's longest answer. */
  outputTokens(assistant: Assistant): number {
    return assistant.maxOutputTokens ?? this.#maxOutputTokens;
  }

  /** @param measured the message's tokens, which are counted again where that was a bound */
  async build(
    assistant: Assistant,
    window: readonly StoredMessage[],
    message: string,
    measured: TokenCount,
  ): Promise<Prompt> {
    const bounded = await this.#fit(assistant, window, message, measured, (text) => this.#counter.count(text));
    // Nothing is dropped on a mere bound.
    const { fitted, counted, fixed, messageCount, systemCount } =
      bounded.fitted.dropped === 0
        ? bounded
        : await this.#fit(assistant, window, message, measured, (text) => this.#counter.countWhenLoaded(text));
    const alone: Window = { dropped: window.length, promptTokens: fixed };
    const promptOf = ({ dropped, promptTokens }: Window, next: () => Window): Prompt => {
      const kept = window.slice(dropped);
      return {
        messages: [
          { role: 'system', content: assistant.systemPrompt },
          ...kept.map(({ role, content }) => ({ role, content })),
          { role: 'user', content: message },
        ],
        message,
        messageCount,
        promptTokens,
        windowTokens: promptTokens - fixedTokens(systemCount.tokens, 0) + TOKENS_PER_MESSAGE,
        dropped,
        report: (windowStart) => ({
          messages: kept.length + 1,
          dropped_messages: windowStart + dropped,
          prompt_tokens: promptTokens,
          max_prompt_tokens: this.#budget,
        }),
        shorter: () => (kept.length === 0 ? undefined : promptOf(next(), () => alone)),
      };
    };
    return promptOf(fitted, () => halve(fitted, counted, fixed));
  }

  async #fit(
    assistant: Assistant,
    window: readonly StoredMessage[],
    message: string,
    measured: TokenCount,
    count: (text: string) => Promise<TokenCount>,
  ) {
    const [systemCount, messageCount, ...counted] = await Promise.all([
      this.#countSystem(assistant, count),
      measured.exact ? measured : count(message),
      ...window.map(async ({ role, content, tokens }) => ({ role, tokens: tokens ?? (await count(content)).tokens })),
    ]);
    const fixed = fixedTokens(systemCount.tokens, messageCount.tokens);
    const fitted = fitWindow(counted, fixed, this.#budget / tokenFactor(window));
    return { fitted, counted, fixed, messageCount, systemCount };
  }

  async #offers(count: (text: string) => Promise<TokenCount>): Promise<ReadonlyMap<string, Offer>> {
    const offers = [...this.#assistants.values()].map(async (assistant) => {
      const fixed_tokens = fixedTokens((await this.#countSystem(assistant, count)).tokens, 0);
      const output_tokens = this.outputTokens(assistant);
      return [assistant.name, { room: this.#budget - fixed_tokens, fixed_tokens, output_tokens }] as const;
    });
    return new Map(await Promise.all(offers));
  }

  async #countSystem(assistant: Assistant, count: (text: string) => Promise<TokenCount>): Promise<TokenCount> {
    const known = this.#systemTokens.get(assistant.name);
    if (known?.exact) return known;
    const counted = await count(assistant.systemPrompt);
    this.#systemTokens.set(assistant.name, counted);
    return counted;
  }
}
