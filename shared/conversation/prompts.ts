import type { Assistant, ContextOverflow } from './assistant.ts';
import { tokenFactor } from './calibration.ts';
import { Failure } from './failure.ts';
import type { Item } from './ports/stored.ts';
import type { TokenCount, TokenCounter } from './ports/token-counter.ts';
import type { Offer } from './ports/turn-steps.ts';
import { type Asked, fitParts, type Memory, type Parts, type Prompt, promptOf, recountFit } from './prompt.ts';
import { promptTexts } from './prompt-texts.ts';
import { longestSummary, summaryTokens } from './summaries.ts';
import { costOf, fixedTokens, TOKENS_PER_MESSAGE } from './window.ts';

interface Measured {
  measured: TokenCount;
  tokens: number;
  broughtTokens: number;
  offers: ReadonlyMap<string, Offer>;
}

/** Builds prompts that stay under the budget. Counts are exact, or upper bounds while the tokeniser still loads. */
export class Prompts {
  readonly #counter: TokenCounter;
  readonly #assistants: ReadonlyMap<string, Assistant>;
  readonly #budget: number;
  readonly #maxOutputTokens: number;
  readonly #overflow: ContextOverflow;
  readonly #systemTokens = new Map<string, TokenCount>();

  constructor(
    counter: TokenCounter,
    assistants: ReadonlyMap<string, Assistant>,
    bounds: { maxContextTokens: number; maxOutputTokens: number; contextOverflow?: ContextOverflow },
  ) {
    this.#counter = counter;
    this.#assistants = assistants;
    this.#budget = bounds.maxContextTokens;
    this.#maxOutputTokens = bounds.maxOutputTokens;
    this.#overflow = bounds.contextOverflow ?? 'summarize';
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

  /** The longest summary in place of an answer. */
  summaryTokens(assistant: Assistant): number {
    return Math.min(longestSummary(this.#budget), this.outputTokens(assistant));
  }

  /** @throws {Failure} `context-too-long` where nothing may be left out, and there is no room for all */
  async build(assistant: Assistant, memory: Memory, asked: Asked): Promise<Prompt> {
    const prompt = await this.#build(assistant, memory, asked);
    return asked.isWhole ? { ...prompt, shorter: () => undefined } : prompt;
  }

  async #build(assistant: Assistant, memory: Memory, asked: Asked): Promise<Prompt> {
    const bounded = await this.#parts(assistant, memory, asked, (text) => this.#counter.count(text));
    const fit = fitParts(bounded);
    if (fit.dropped + fit.droppedSummaries === 0) return promptOf(bounded, fit);
    // Nothing is dropped on a mere bound.
    const parts = await this.#parts(assistant, memory, asked, (text) => this.#counter.countWhenLoaded(text));
    const exact = fitParts(parts);
    if (asked.isWhole && exact.dropped + exact.droppedSummaries > 0) {
      throw new Failure('context-too-long', 'It is more than a prompt can hold.');
    }
    return promptOf(parts, exact);
  }

  /**
   * A prompt that was built on bounds, as the tokeniser counts it that has been loaded meanwhile; as it is where it is
   * not, as nobody waits for it.
   */
  async recounted(prompt: Prompt): Promise<Prompt> {
    if (prompt.isExact) return prompt;
    const { assistant, memory, asked } = prompt.parts;
    const parts = await this.#parts(assistant, memory, asked, (text) => this.#counter.count(text));
    return promptOf(parts, recountFit(parts, prompt.fit));
  }

  /** The tokens of a prompt, as far as they are known by now; 0 where there is none. */
  async sizeOf(prompt: Prompt | undefined): Promise<number> {
    return prompt === undefined ? 0 : (await this.recounted(prompt)).promptTokens;
  }

  async #parts(
    assistant: Assistant,
    memory: Memory,
    asked: Asked,
    count: (text: string) => Promise<TokenCount>,
  ): Promise<Parts> {
    const { message, measured, instructions, brought = [] } = asked;
    const [systemCount, messageCount, extraCount, texts] = await Promise.all([
      this.#countSystem(assistant, count),
      measured?.exact ? measured : count(message),
      instructions === undefined ? undefined : count(instructions),
      promptTexts(memory.window, brought, count),
    ]);
    const fixed = fixedTokens(systemCount.tokens, messageCount.tokens) + (extraCount ? costOf(extraCount) : 0);
    const counts = [systemCount, messageCount, ...(extraCount ? [extraCount] : [])];
    const isExact = counts.every(({ exact }) => exact) && texts.every((text) => text.isExact);
    const budget = this.#budget;
    const ownBudget = budget / tokenFactor(memory.window);
    return { assistant, memory, asked, texts, messageCount, fixed, isExact, budget, ownBudget };
  }

  async #offers(count: (text: string) => Promise<TokenCount>): Promise<ReadonlyMap<string, Offer>> {
    const offers = [...this.#assistants.values()].map(async (assistant) => {
      const fixed_tokens = fixedTokens((await this.#countSystem(assistant, count)).tokens, 0);
      const output_tokens = this.outputTokens(assistant);
      const isSummarized = (assistant.contextOverflow ?? this.#overflow) === 'summarize';
      const summary_tokens = isSummarized ? summaryTokens(this.#budget) : 0;
      const room = this.#budget - fixed_tokens;
      return [assistant.name, { room, fixed_tokens, output_tokens, summary_tokens }] as const;
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
