import type { Assistant } from '../assistants/assistant.ts';
import type { PromptMessage } from '../models/model.ts';
import type { StoredMessage } from '../sessions/session-store.ts';
import type { TokenCount, TokenCounter } from '../tokens/token-counter.ts';
import type { ContextReport } from './events.ts';
import { fitWindow, fixedTokens } from './window.ts';

/** What is sent to the model for one turn. */
export interface Prompt {
  messages: PromptMessage[];
  /** The new message, and its tokens. */
  message: string;
  messageCount: TokenCount;
  promptTokens: number;
  /** Messages at the window's start that no longer fit. */
  dropped: number;
  /** @param windowStart messages of the session before the window */
  report(windowStart: number): ContextReport;
}

/** Builds prompts that stay under the budget. Counts are exact, or upper bounds while the tokeniser still loads. */
export class Prompts {
  readonly #counter: TokenCounter;
  readonly #assistants: ReadonlyMap<string, Assistant>;
  readonly #budget: number;
  readonly #systemTokens = new Map<string, TokenCount>();

  constructor(counter: TokenCounter, assistants: ReadonlyMap<string, Assistant>, budget: number) {
    this.#counter = counter;
    this.#assistants = assistants;
    this.#budget = budget;
  }

  count(text: string): Promise<TokenCount> {
    return this.#counter.count(text);
  }

  /** A message's tokens, and by assistant how many fit beside its system prompt. Bounds only where they suffice. */
  async measure(message: string): Promise<{ tokens: number; room: Record<string, number> }> {
    const bound = await this.#counter.count(message);
    const room = await this.#room((text) => this.#counter.count(text));
    if (bound.tokens <= Math.min(...Object.values(room))) return { tokens: bound.tokens, room };
    const { tokens } = await this.#counter.countWhenLoaded(message);
    return { tokens, room: await this.#room((text) => this.#counter.countWhenLoaded(text)) };
  }

  async build(assistant: Assistant, window: readonly StoredMessage[], message: string): Promise<Prompt> {
    const bounded = await this.#fit(assistant, window, message, (text) => this.#counter.count(text));
    // Nothing is dropped on a mere bound.
    const { fitted, messageCount } =
      bounded.fitted.dropped === 0
        ? bounded
        : await this.#fit(assistant, window, message, (text) => this.#counter.countWhenLoaded(text));
    const { dropped, promptTokens } = fitted;
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
      dropped,
      report: (windowStart) => ({
        messages: kept.length + 1,
        dropped_messages: windowStart + dropped,
        prompt_tokens: promptTokens,
        max_prompt_tokens: this.#budget,
      }),
    };
  }

  async #fit(
    assistant: Assistant,
    window: readonly StoredMessage[],
    message: string,
    count: (text: string) => Promise<TokenCount>,
  ) {
    const [systemCount, messageCount, ...counted] = await Promise.all([
      this.#countSystem(assistant, count),
      count(message),
      ...window.map(async ({ role, content, tokens }) => ({ role, tokens: tokens ?? (await count(content)).tokens })),
    ]);
    return {
      fitted: fitWindow(counted, fixedTokens(systemCount.tokens, messageCount.tokens), this.#budget),
      messageCount,
    };
  }

  async #room(count: (text: string) => Promise<TokenCount>): Promise<Record<string, number>> {
    const rooms = [...this.#assistants.values()].map(async (assistant) => {
      const { tokens } = await this.#countSystem(assistant, count);
      return [assistant.name, this.#budget - fixedTokens(tokens, 0)] as const;
    });
    return Object.fromEntries(await Promise.all(rooms));
  }

  async #countSystem(assistant: Assistant, count: (text: string) => Promise<TokenCount>): Promise<TokenCount> {
    const known = this.#systemTokens.get(assistant.name);
    if (known?.exact) return known;
    const counted = await count(assistant.systemPrompt);
    this.#systemTokens.set(assistant.name, counted);
    return counted;
  }
}
