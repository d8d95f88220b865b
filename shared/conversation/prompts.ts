import type { Assistant } from './assistant.ts';
import { tokenFactor } from './calibration.ts';
import type { ContextReport } from './events.ts';
import type { PromptMessage } from './ports/model.ts';
import type { Offer } from './ports/session-store.ts';
import type { Item, StoredMessage } from './ports/stored.ts';
import type { TokenCount, TokenCounter } from './ports/token-counter.ts';
import { promptTexts, windowMessage } from './prompt-texts.ts';
import { fitWindow, fixedTokens, halve, TOKENS_PER_MESSAGE, type Window } from './window.ts';

/** What a turn asks. */
export interface Asked {
  message: string;
  /** Its tokens, where they are known; a bound is counted again. */
  measured?: TokenCount;
  /** Stands behind the assistant's own prompt. */
  instructions?: string | undefined;
  /** What the caller brought before the message, oldest first: sent as far as there is room. */
  brought?: readonly Pick<Item, 'role' | 'content' | 'tokens'>[] | undefined;
}

interface Measured {
  measured: TokenCount;
  tokens: number;
  broughtTokens: number;
  offers: ReadonlyMap<string, Offer>;
}

/** What is sent to the model for one turn. */
export interface Prompt {
  messages: PromptMessage[];
  /** The new message, and its tokens. */
  message: string;
  messageCount: TokenCount;
  promptTokens: number;
  /** What the next prompt has again of this turn and those before it: the conversation up to the new message. */
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

  /**
   * The tokens of what a turn asks: of the message, of all that has to be sent, and of what was brought before it; and by
   * assistant what its prompt allows. Bounds only where they suffice.
   */
  async measure(asked: Asked): Promise<Measured> {
    const bounds = await this.#measure(asked, (text) => this.#counter.count(text));
    const isRoom = [...bounds.offers.values()].every(({ room }) => bounds.tokens <= room);
    return isRoom ? bounds : this.#measure(asked, (text) => this.#counter.countWhenLoaded(text));
  }

  async #measure(
    { message, instructions, brought = [] }: Asked,
    count: (text: string) => Promise<TokenCount>,
  ): Promise<Measured> {
    const measured = await count(message);
    const extra = instructions === undefined ? 0 : (await count(instructions)).tokens + TOKENS_PER_MESSAGE;
    const texts = await promptTexts([], brought, count);
    const broughtTokens = texts.reduce((sum, text) => sum + costOf(text), 0);
    return { measured, tokens: measured.tokens + extra, broughtTokens, offers: await this.#offers(count) };
  }

  /** Items with their tokens, where these are known exactly. */
  counted(items: readonly Item[]): Promise<Item[]> {
    return Promise.all(
      items.map(async (item) => {
        const { tokens, exact } = await this.#counter.count(item.content);
        return exact ? { ...item, tokens } : item;
      }),
    );
  }

  /** The assistant's longest answer. */
  outputTokens(assistant: Assistant): number {
    return assistant.maxOutputTokens ?? this.#maxOutputTokens;
  }

  async build(assistant: Assistant, window: readonly StoredMessage[], asked: Asked): Promise<Prompt> {
    const bounded = await this.#fit(assistant, window, asked, (text) => this.#counter.count(text));
    // Nothing is dropped on a mere bound.
    const { fitted, texts, fixed, messageCount } =
      bounded.fitted.dropped === 0
        ? bounded
        : await this.#fit(assistant, window, asked, (text) => this.#counter.countWhenLoaded(text));
    const { message, instructions } = asked;
    const system = instructions === undefined ? [] : [{ role: 'system' as const, content: instructions }];
    const alone: Window = { dropped: texts.length, promptTokens: fixed };
    const promptOf = (fit: Window, next: () => Window): Prompt => {
      const sent = texts.slice(fit.dropped);
      // Only whole turns leave the window: of one that is cut within what was brought to it, all is stored.
      const dropped = sent[0]?.place ?? window.length;
      const kept = texts.filter(({ place }) => place >= dropped);
      return {
        messages: [
          { role: 'system', content: assistant.systemPrompt },
          ...system,
          ...sent.map(({ role, content }) => ({ role, content })),
          { role: 'user', content: message },
        ],
        message,
        messageCount,
        promptTokens: fit.promptTokens,
        windowTokens: kept.reduce((sum, each) => sum + costOf(each), costOf(messageCount)),
        dropped,
        report: (windowStart) => ({
          messages: sent.length + 1,
          dropped_messages: windowStart + fit.dropped,
          prompt_tokens: fit.promptTokens,
          max_prompt_tokens: this.#budget,
        }),
        shorter: () => (fit.dropped === texts.length ? undefined : promptOf(next(), () => alone)),
      };
    };
    return promptOf(fitted, () => halve(fitted, texts.map(windowMessage), fixed));
  }

  async #fit(
    assistant: Assistant,
    window: readonly StoredMessage[],
    { message, measured, instructions, brought = [] }: Asked,
    count: (text: string) => Promise<TokenCount>,
  ) {
    const [systemCount, messageCount, extraCount, texts] = await Promise.all([
      this.#countSystem(assistant, count),
      measured?.exact ? measured : count(message),
      instructions === undefined ? undefined : count(instructions),
      promptTexts(window, brought, count),
    ]);
    const fixed = fixedTokens(systemCount.tokens, messageCount.tokens) + (extraCount ? costOf(extraCount) : 0);
    const fitted = fitWindow(texts.map(windowMessage), fixed, this.#budget / tokenFactor(window));
    return { fitted, texts, fixed, messageCount };
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

function costOf({ tokens }: { tokens: number }): number {
  return tokens + TOKENS_PER_MESSAGE;
}
