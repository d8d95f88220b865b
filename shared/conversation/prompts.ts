import type { Assistant, ContextOverflow } from './assistant.ts';
import { tokenFactor } from './calibration.ts';
import { Failure } from './failure.ts';
import type { OfferedTool } from './ports/model.ts';
import type { AssistantMessage, Item, StoredMessage } from './ports/stored.ts';
import type { TokenCount, TokenCounter } from './ports/token-counter.ts';
import type { Tool } from './ports/toolbox.ts';
import type { Offer } from './ports/turn-steps.ts';
import {
  type Asked,
  type Fit,
  fitParts,
  type Memory,
  type Parts,
  type Prompt,
  promptOf,
  recountFit,
  refitParts,
} from './prompt.ts';
import { promptTexts } from './prompt-texts.ts';
import { cutAnswer } from './steps/cut-answer.ts';
import { cutResult } from './steps/cut-result.ts';
import { type AnsweredRound, countAnswer, countMessages, roundMessages } from './steps/step-messages.ts';
import { longestSummary, summaryTokens, sumOf } from './summaries.ts';
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
  /** Of the tools that each assistant had last. */
  readonly #toolTokens = new Map<string, number>();
  readonly #known = new WeakMap<OfferedTool | AnsweredRound, TokenCount>();

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

  /** The prompt of an assistant with tools; without them where there is no room for what the model is told of them. */
  async buildWith(
    assistant: Assistant,
    memory: Memory,
    asked: Asked,
    tools: ReadonlyMap<string, Tool>,
  ): Promise<{ built: Prompt; tools: ReadonlyMap<string, Tool> }> {
    const offered = [...tools.values()].map((tool) => tool.offered);
    if (offered.length > 0) {
      const { tokens } = await this.#countTools(offered, (text) => this.#counter.count(text));
      this.#toolTokens.set(assistant.name, tokens);
      const built = await this.build(assistant, memory, { ...asked, tools: offered });
      if (built.fixedTokens <= built.budget) return { built, tools };
    }
    return { built: await this.build(assistant, memory, asked), tools: new Map() };
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
    return (await this.#withLastTurn(parts, exact)) ?? promptOf(parts, exact);
  }

  /** Where even the last turn does not fit, with its results cut. */
  async #withLastTurn(parts: Parts, { dropped, droppedSummaries }: Fit): Promise<Prompt | undefined> {
    const { assistant, memory, asked, texts, fixed, ownBudget } = parts;
    const last = memory.window.at(-1);
    const start = texts.findIndex(({ place }) => place >= memory.window.length - 2);
    if (last?.role !== 'assistant' || last.steps === undefined || start < 0 || dropped <= start) return undefined;
    const others = sumOf(texts.slice(start).filter(({ place }) => place !== memory.window.length - 1));
    const count = (text: string) => this.#counter.countWhenLoaded(text);
    const cut = await cutAnswer(last, ownBudget - fixed - others - TOKENS_PER_MESSAGE, count);
    if (cut === undefined) return undefined;
    const window: StoredMessage[] = [...memory.window.slice(0, -1), cut];
    const smaller = await this.#parts(assistant, { ...memory, window }, asked, count);
    const fit = recountFit(smaller, { dropped: start, droppedSummaries });
    return fit.promptTokens <= ownBudget ? promptOf(smaller, fit) : undefined;
  }

  /** The prompt of the turn's next round: as the last one was, and what the turn has done since. */
  async next({ parts: { assistant, memory, asked }, fit }: Prompt, rounds: readonly AnsweredRound[]): Promise<Prompt> {
    const grown = { ...asked, rounds };
    const bounded = await this.#parts(assistant, memory, grown, (text) => this.#counter.count(text));
    const same = recountFit(bounded, fit);
    if (same.promptTokens <= bounded.ownBudget) return promptOf(bounded, same);
    // Nothing is dropped on a mere bound.
    const parts = await this.#parts(assistant, memory, grown, (text) => this.#counter.countWhenLoaded(text));
    return promptOf(parts, refitParts(parts, fit));
  }

  /** The prompt without a word of tools. */
  async withoutTools({ parts: { assistant, memory, asked }, fit }: Prompt): Promise<Prompt> {
    const count = (text: string) => this.#counter.count(text);
    const parts = await this.#parts(assistant, memory, { ...asked, tools: undefined }, count);
    return promptOf(parts, recountFit(parts, fit));
  }

  /** What a round costs a prompt, of calls that are not answered yet. */
  async costOfRound(round: AnsweredRound): Promise<number> {
    return (await this.#countRound(round, (text) => this.#counter.count(text))).tokens;
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
    const parts = await this.#parts(assistant, memory, asked, (text) => this.#counter.count(text));
    return promptOf(parts, recountFit(parts, prompt.fit));
  }

  /** The tokens of an answer, as it is sent in later prompts. */
  countAnswer(answer: Pick<AssistantMessage, 'content' | 'steps'>): Promise<TokenCount> {
    return countAnswer(answer, (text) => this.#counter.count(text));
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
    const { message, measured, instructions, brought = [], tools = [], rejected, rounds: done = [] } = asked;
    const rounds = [...(rejected ? [rejected] : []), ...done];
    const [systemCount, messageCount, extraCount, toolCount, texts, ...roundCounts] = await Promise.all([
      this.#countSystem(assistant, count),
      measured?.exact ? measured : count(message),
      instructions === undefined ? undefined : count(instructions),
      this.#countTools(tools, count),
      promptTexts(memory.window, brought, count),
      ...rounds.map((round) => this.#countRound(round, count)),
    ]);
    const doneTokens = roundCounts.reduce((sum, { tokens }) => sum + tokens, 0);
    const extra = (extraCount ? costOf(extraCount) : 0) + toolCount.tokens + doneTokens;
    const fixed = fixedTokens(systemCount.tokens, messageCount.tokens) + extra;
    const counts = [systemCount, messageCount, toolCount, ...roundCounts, ...(extraCount ? [extraCount] : [])];
    const isExact = counts.every(({ exact }) => exact) && texts.every((text) => text.isExact);
    const budget = this.#budget;
    const ownBudget = budget / tokenFactor(memory.window);
    return { assistant, memory, asked, texts, messageCount, fixed, done: doneTokens, isExact, budget, ownBudget };
  }

  async #offers(count: (text: string) => Promise<TokenCount>): Promise<ReadonlyMap<string, Offer>> {
    const offers = [...this.#assistants.values()].map(async (assistant) => {
      const toolTokens = this.#toolTokens.get(assistant.name) ?? 0;
      const fixed_tokens = fixedTokens((await this.#countSystem(assistant, count)).tokens, 0) + toolTokens;
      const output_tokens = this.outputTokens(assistant);
      const isSummarized = (assistant.contextOverflow ?? this.#overflow) === 'summarize';
      const summary_tokens = isSummarized ? summaryTokens(this.#budget) : 0;
      const room = this.#budget - fixed_tokens;
      return [assistant.name, { room, fixed_tokens, output_tokens, summary_tokens }] as const;
    });
    return new Map(await Promise.all(offers));
  }

  async #countTools(tools: readonly OfferedTool[], count: (text: string) => Promise<TokenCount>): Promise<TokenCount> {
    const counts = await Promise.all(tools.map((tool) => this.#once(tool, () => count(JSON.stringify(tool)))));
    return { tokens: counts.reduce((sum, each) => sum + costOf(each), 0), exact: counts.every(({ exact }) => exact) };
  }

  #countRound(round: AnsweredRound, count: (text: string) => Promise<TokenCount>): Promise<TokenCount> {
    return this.#once(round, async () => {
      const [written, ...results] = roundMessages(round);
      const counted = await countMessages(written === undefined ? [] : [written], count);
      const answers = await countMessages(results, count);
      // What the model thought is readable to its provider alone.
      const least = (round.thoughts && round.writtenTokens) || 0;
      const tokens = Math.max(counted.tokens, least) + TOKENS_PER_MESSAGE;
      const answered = results.length > 0 ? answers.tokens + TOKENS_PER_MESSAGE : 0;
      return { tokens: tokens + answered, exact: counted.exact && answers.exact };
    });
  }

  /** What was counted exactly is not counted again. */
  async #once(what: OfferedTool | AnsweredRound, count: () => Promise<TokenCount>): Promise<TokenCount> {
    const known = this.#known.get(what);
    if (known !== undefined) return known;
    const counted = await count();
    if (counted.exact) this.#known.set(what, counted);
    return counted;
  }

  async #countSystem(assistant: Assistant, count: (text: string) => Promise<TokenCount>): Promise<TokenCount> {
    const known = this.#systemTokens.get(assistant.name);
    if (known?.exact) return known;
    const counted = await count(assistant.systemPrompt);
    this.#systemTokens.set(assistant.name, counted);
    return counted;
  }
}
