import type { Assistant } from './assistant.ts';
import { tokenFactor } from './calibration.ts';
import type { OfferedTool } from './ports/model.ts';
import type { TokenCount } from './ports/token-counter.ts';
import type { Asked, Memory, Parts } from './prompt.ts';
import { promptTexts } from './prompt-texts.ts';
import { type AnsweredRound, countMessages, roundMessages } from './steps/step-messages.ts';
import { sumOf } from './summaries.ts';
import { costOf, fixedTokens, TOKENS_PER_MESSAGE } from './window.ts';

/** How a text is counted: as it is at hand, or exactly. */
export type Count = (text: string) => Promise<TokenCount>;

/** Counts all that may go into a prompt. What was counted exactly, and may be sent again, is not counted again. */
export class PartCounter {
  readonly #budget: number;
  readonly #systems = new Map<string, TokenCount>();
  readonly #steps = new WeakMap<OfferedTool | AnsweredRound, TokenCount>();

  /** @param budget tokens of a whole prompt, as the provider counts */
  constructor(budget: number) {
    this.#budget = budget;
  }

  async parts(assistant: Assistant, memory: Memory, asked: Asked, count: Count): Promise<Parts> {
    const { message, measured, instructions, brought = [], tools = [], settled, rounds: done = [] } = asked;
    const rounds = [...(settled ? [settled] : []), ...done];
    const [systemCount, messageCount, extraCount, toolCount, texts, last, ...roundCounts] = await Promise.all([
      this.system(assistant, count),
      measured?.exact ? measured : count(message),
      instructions === undefined ? undefined : count(instructions),
      this.tools(tools, count),
      promptTexts(memory.window, brought, count),
      promptTexts([], asked.last ?? [], count),
      ...rounds.map((round) => this.round(round, count)),
    ]);
    const doneTokens = roundCounts.reduce((sum, { tokens }) => sum + tokens, 0);
    const extra = (extraCount ? costOf(extraCount) : 0) + toolCount.tokens + doneTokens + sumOf(last);
    const fixed = fixedTokens(systemCount.tokens, messageCount.tokens) + extra;
    const counts = [systemCount, messageCount, toolCount, ...roundCounts, ...(extraCount ? [extraCount] : [])];
    const isExact = counts.every(({ exact }) => exact) && [...texts, ...last].every((text) => text.isExact);
    const budget = this.#budget;
    const ownBudget = budget / tokenFactor(memory.window);
    return { assistant, memory, asked, texts, last, messageCount, fixed, done: doneTokens, isExact, budget, ownBudget };
  }

  async system(assistant: Assistant, count: Count): Promise<TokenCount> {
    const known = this.#systems.get(assistant.name);
    if (known?.exact) return known;
    const counted = await count(assistant.systemPrompt);
    this.#systems.set(assistant.name, counted);
    return counted;
  }

  /** What the model is told of tools beside the messages. */
  async tools(tools: readonly OfferedTool[], count: Count): Promise<TokenCount> {
    const counts = await Promise.all(tools.map((tool) => this.#once(tool, () => count(JSON.stringify(tool)))));
    return { tokens: counts.reduce((sum, each) => sum + costOf(each), 0), exact: counts.every(({ exact }) => exact) };
  }

  /** What a round costs, its calls and what came of them. */
  round(round: AnsweredRound, count: Count): Promise<TokenCount> {
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

  async #once(what: OfferedTool | AnsweredRound, count: () => Promise<TokenCount>): Promise<TokenCount> {
    const known = this.#steps.get(what);
    if (known !== undefined) return known;
    const counted = await count();
    if (counted.exact) this.#steps.set(what, counted);
    return counted;
  }
}
