import type { Assistant } from './assistant.ts';
import { Failure } from './failure.ts';
import { Offers, type PromptBounds } from './offers.ts';
import { type Count, PartCounter } from './part-counter.ts';
import type { OfferedTool } from './ports/model.ts';
import type { AssistantMessage, Item, Output } from './ports/stored.ts';
import type { TokenCount, TokenCounter } from './ports/token-counter.ts';
import type { Tool } from './ports/toolbox.ts';
import type { Offer } from './ports/turn-steps.ts';
import { type Asked, type Fit, type Memory, type Parts, type Prompt, promptOf } from './prompt.ts';
import { fitParts, recountFit, refitParts } from './prompt-fit.ts';
import { promptTexts } from './prompt-texts.ts';
import { cutResult, LEAST_RESULT_TOKENS } from './steps/cut-result.ts';
import { shortenLastTurn } from './steps/shorten-last-turn.ts';
import { type AnsweredRound, countAnswer } from './steps/step-messages.ts';
import { longestSummary } from './summaries.ts';
import { costOf, TOKENS_PER_MESSAGE } from './window.ts';

interface Measurable extends Asked {
  /** Of calls that the caller made. */
  outputs?: readonly Output[] | undefined;
}

interface Measured {
  measured: TokenCount;
  tokens: number;
  broughtTokens: number;
  offers: ReadonlyMap<string, Offer>;
}

/** Builds prompts that stay under the budget. Counts are exact, or upper bounds while the tokeniser still loads. */
export class Prompts {
  readonly #counter: TokenCounter;
  readonly #parts: PartCounter;
  readonly #count: Count = (text) => this.#counter.count(text);
  readonly #countWhenLoaded: Count = (text) => this.#counter.countWhenLoaded(text);
  readonly #offers: Offers;
  readonly #bounds: PromptBounds;

  constructor(counter: TokenCounter, assistants: ReadonlyMap<string, Assistant>, bounds: PromptBounds) {
    this.#counter = counter;
    this.#parts = new PartCounter(bounds.maxContextTokens);
    this.#offers = new Offers(this.#parts, assistants, bounds);
    this.#bounds = bounds;
  }

  count(text: string): Promise<TokenCount> {
    return this.#counter.count(text);
  }

  /**
   * The tokens of what a turn asks: of the message, of all that has to be sent, and of what was brought before it; and by
   * assistant what its prompt allows. Bounds only where they suffice.
   */
  async measure(asked: Measurable): Promise<Measured> {
    const bounds = await this.#measure(asked, this.#count);
    const isRoom = [...bounds.offers.values()].every(({ room }) => bounds.tokens <= room);
    return isRoom ? bounds : this.#measure(asked, this.#countWhenLoaded);
  }

  async #measure(
    { message, instructions, brought = [], outputs = [], tools = [] }: Measurable,
    count: Count,
  ): Promise<Measured> {
    const measured = await count(message);
    const extra = instructions === undefined ? 0 : (await count(instructions)).tokens + TOKENS_PER_MESSAGE;
    const texts = await promptTexts([], brought, count);
    const counts = await Promise.all(outputs.map(({ output }) => count(output)));
    const broughtTokens = [...texts, ...counts].reduce((sum, text) => sum + costOf(text), 0);
    const tokens = measured.tokens + extra + (await this.#parts.tools(tools, count)).tokens;
    return { measured, tokens, broughtTokens, offers: await this.#offers.all(count) };
  }

  /** Items with their tokens, where these are known exactly. */
  async counted(items: readonly Item[]): Promise<Item[]> {
    const texts = await promptTexts([], items, this.#count);
    return items.map((item, at) => {
      const { isExact = false, tokens = 0 } = texts[at] ?? {};
      return isExact ? { ...item, tokens } : item;
    });
  }

  /**
   * What each of so many results may have that a prompt is asked with, as one within a turn: half of what is left, a little
   * at least.
   */
  resultTokens({ budget, fixedTokens }: Prompt, results: number): number {
    return Math.max(Math.floor((budget - fixedTokens) / 2 / Math.max(results, 1)), LEAST_RESULT_TOKENS);
  }

  /** The assistant's longest answer. */
  outputTokens(assistant: Assistant): number {
    return this.#offers.outputTokens(assistant);
  }

  /** The longest summary in place of an answer. */
  summaryTokens(assistant: Assistant): number {
    return Math.min(longestSummary(this.#bounds.maxContextTokens), this.outputTokens(assistant));
  }

  /** @throws {Failure} `context-too-long` where nothing may be left out, and there is no room for all */
  async build(assistant: Assistant, memory: Memory, asked: Asked): Promise<Prompt> {
    const prompt = await this.#build(assistant, memory, asked);
    return asked.isWhole ? { ...prompt, shorter: () => undefined } : prompt;
  }

  /**
   * The prompt of an assistant with tools, beside those that are asked for; without its own where there is no room for what
   * the model is told of them.
   */
  async buildWith(
    assistant: Assistant,
    memory: Memory,
    asked: Asked,
    tools: ReadonlyMap<string, Tool>,
  ): Promise<{ built: Prompt; tools: ReadonlyMap<string, Tool> }> {
    const offered = [...tools.values()].map((tool) => tool.offered);
    if (offered.length > 0 && (await this.#offers.admitTools(assistant, offered, this.#countWhenLoaded))) {
      const built = await this.build(assistant, memory, { ...asked, tools: [...offered, ...(asked.tools ?? [])] });
      if (built.fixedTokens <= built.budget) return { built, tools };
    }
    return { built: await this.build(assistant, memory, asked), tools: new Map() };
  }

  async #build(assistant: Assistant, memory: Memory, asked: Asked): Promise<Prompt> {
    const bounded = await this.#parts.parts(assistant, memory, asked, this.#count);
    const fit = fitParts(bounded);
    if (fit.dropped + fit.droppedSummaries === 0) return promptOf(bounded, fit);
    // Nothing is dropped on a mere bound.
    const parts = await this.#parts.parts(assistant, memory, asked, this.#countWhenLoaded);
    const exact = fitParts(parts);
    if (asked.isWhole && exact.dropped + exact.droppedSummaries > 0) {
      throw new Failure('context-too-long', 'It is more than a prompt can hold.');
    }
    return (await this.#withLastTurn(parts, exact)) ?? promptOf(parts, exact);
  }

  /** Where even the last turn does not fit, with its results cut. */
  async #withLastTurn(parts: Parts, fit: Fit): Promise<Prompt | undefined> {
    const cut = await shortenLastTurn(parts, fit, this.#countWhenLoaded);
    if (cut === undefined) return undefined;
    const smaller = await this.#parts.parts(parts.assistant, cut.shortened, parts.asked, this.#countWhenLoaded);
    const whole = recountFit(smaller, { ...fit, dropped: cut.start });
    return whole.promptTokens <= parts.ownBudget ? promptOf(smaller, whole) : undefined;
  }

  /** The prompt of the turn's next round: as the last one was, and what the turn has done since. */
  async next({ parts: { assistant, memory, asked }, fit }: Prompt, rounds: readonly AnsweredRound[]): Promise<Prompt> {
    const grown = { ...asked, rounds };
    const bounded = await this.#parts.parts(assistant, memory, grown, this.#count);
    const same = recountFit(bounded, fit);
    if (same.promptTokens <= bounded.ownBudget) return promptOf(bounded, same);
    // Nothing is dropped on a mere bound.
    const parts = await this.#parts.parts(assistant, memory, grown, this.#countWhenLoaded);
    return promptOf(parts, refitParts(parts, fit));
  }

  /** The prompt with other tools. */
  async withTools(
    { parts: { assistant, memory, asked }, fit }: Prompt,
    tools: readonly OfferedTool[],
  ): Promise<Prompt> {
    const parts = await this.#parts.parts(assistant, memory, { ...asked, tools }, this.#count);
    return promptOf(parts, recountFit(parts, fit));
  }

  /** What a round costs a prompt, of calls that are not answered yet. */
  async costOfRound(round: AnsweredRound): Promise<number> {
    return (await this.#parts.round(round, this.#count)).tokens;
  }

  /** A tool's result, as the model is told it. */
  cut(text: string, mostTokens: number): Promise<string> {
    return cutResult(text, mostTokens, async (part) => {
      const bound = await this.#counter.count(part);
      return bound.exact || bound.tokens <= mostTokens ? bound : this.#counter.countWhenLoaded(part);
    });
  }

  /**
   * A prompt that was built on bounds, as the tokeniser counts it that has been loaded meanwhile; as it is where it is
   * not, as nobody waits for it.
   */
  async recounted(prompt: Prompt): Promise<Prompt> {
    if (prompt.isExact) return prompt;
    const { assistant, memory, asked } = prompt.parts;
    const parts = await this.#parts.parts(assistant, memory, asked, this.#count);
    return promptOf(parts, recountFit(parts, prompt.fit));
  }

  /** The tokens of an answer, as it is sent in later prompts. */
  countAnswer(answer: Pick<AssistantMessage, 'content' | 'steps'>): Promise<TokenCount> {
    return countAnswer(answer, this.#count);
  }

  /** The tokens of a prompt, as far as they are known by now; 0 where there is none. */
  async sizeOf(prompt: Prompt | undefined): Promise<number> {
    return prompt === undefined ? 0 : (await this.recounted(prompt)).promptTokens;
  }
}
