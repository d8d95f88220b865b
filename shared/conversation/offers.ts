import type { Assistant, ContextOverflow } from './assistant.ts';
import type { Count, PartCounter } from './part-counter.ts';
import type { OfferedTool } from './ports/model.ts';
import type { Offer } from './ports/turn-steps.ts';
import { LEAST_RESULT_TOKENS } from './steps/cut-result.ts';
import { summaryTokens } from './summaries.ts';
import { fixedTokens } from './window.ts';

export interface PromptBounds {
  maxContextTokens: number;
  maxOutputTokens: number;
  contextOverflow?: ContextOverflow;
  /** Is told what whoever runs the service has to know, in one line. */
  complain?: (complaint: string) => void;
}

/** What the prompts of assistants allow. */
export class Offers {
  readonly #parts: PartCounter;
  readonly #assistants: ReadonlyMap<string, Assistant>;
  readonly #bounds: Required<PromptBounds>;
  /** Of the tools that each assistant had last; 0 where there was no room for them. */
  readonly #toolTokens = new Map<string, number>();

  constructor(parts: PartCounter, assistants: ReadonlyMap<string, Assistant>, bounds: PromptBounds) {
    this.#parts = parts;
    this.#assistants = assistants;
    this.#bounds = { contextOverflow: 'summarize', complain: console.error, ...bounds };
  }

  /** By assistant. */
  async all(count: Count): Promise<ReadonlyMap<string, Offer>> {
    const { maxContextTokens: budget, contextOverflow } = this.#bounds;
    const offers = [...this.#assistants.values()].map(async (assistant) => {
      const toolTokens = this.#toolTokens.get(assistant.name) ?? 0;
      const fixed_tokens = fixedTokens((await this.#parts.system(assistant, count)).tokens, 0) + toolTokens;
      const output_tokens = this.outputTokens(assistant);
      const isSummarized = (assistant.contextOverflow ?? contextOverflow) === 'summarize';
      const summary_tokens = isSummarized ? summaryTokens(budget) : 0;
      const room = budget - fixed_tokens;
      return [assistant.name, { room, fixed_tokens, output_tokens, summary_tokens }] as const;
    });
    return new Map(await Promise.all(offers));
  }

  /** The assistant's longest answer. */
  outputTokens(assistant: Assistant): number {
    return assistant.maxOutputTokens ?? this.#bounds.maxOutputTokens;
  }

  /**
   * Whether there is room for what the model is told of an assistant's tools, beside its system prompt, a message and a
   * result. From then on there is, beside each message.
   */
  async admitTools(assistant: Assistant, offered: readonly OfferedTool[], count: Count): Promise<boolean> {
    const { name } = assistant;
    const { maxContextTokens: budget, complain } = this.#bounds;
    const [system, tools] = await Promise.all([
      this.#parts.system(assistant, count),
      this.#parts.tools(offered, count),
    ]);
    const hasRoom = fixedTokens(system.tokens, LEAST_RESULT_TOKENS) + tools.tokens + LEAST_RESULT_TOKENS <= budget;
    if (!hasRoom && this.#toolTokens.get(name) !== 0) {
      const why = `they take ${tools.tokens} tokens of each prompt, and MAX_CONTEXT_TOKENS is ${budget}`;
      complain(`The tools of the assistant ${name} are not offered: ${why}.`);
    }
    this.#toolTokens.set(name, hasRoom ? tools.tokens : 0);
    return hasRoom;
  }
}
