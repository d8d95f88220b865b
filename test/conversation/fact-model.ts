import type {
  CompletionEvent,
  CompletionOptions,
  Model,
  PromptMessage,
  Usage,
} from '../../shared/conversation/ports/model.ts';
import { PREFACE } from '../../shared/conversation/summaries.ts';
import { TOKENS_PER_MESSAGE, TOKENS_PER_PROMPT } from '../../shared/conversation/window.ts';
import { countTokens } from '../tokens/o200k.ts';

/** What is told in a turn that is to be remembered. */
export function fact(number: number, words = 30): string {
  return `Remember fact-${number}. ${'It is said in words. '.repeat(words / 5)}`.trim();
}

/** The numbers of all facts that are told in a text, one by one or as a range. */
export function factsIn(text: string): Set<number> {
  const facts = new Set<number>();
  for (const [, first, last = first] of text.matchAll(/\bfact-(\d+)(?:\.\.(\d+))?/g)) {
    for (let each = Number(first); each <= Number(last); each += 1) facts.add(each);
  }
  return facts;
}

/** Facts in few words, however many there are in a row. */
function ranges(facts: Set<number>): string {
  const starts = [...facts].filter((each) => !facts.has(each - 1)).sort((one, other) => one - other);
  return starts.map((first) => `fact-${first}..${lastInRow(facts, first)}`).join(' ');
}

function lastInRow(facts: Set<number>, first: number): number {
  let last = first;
  while (facts.has(last + 1)) last += 1;
  return last;
}

/** All that is said in a prompt. */
export function textOf(messages: readonly PromptMessage[]): string {
  return messages.map(({ content }) => content).join('\n');
}

/** A prompt's tokens as the service counts them. */
export function tokensOf(messages: readonly PromptMessage[]): number {
  const each = messages.map(({ content }) => countTokens(content).tokens + TOKENS_PER_MESSAGE);
  return each.reduce((sum, tokens) => sum + tokens, TOKENS_PER_PROMPT);
}

/** Says something else in place of a summary, whenever it wants to. */
export type Summarize = (
  text: string,
  tell: (event: CompletionEvent) => void,
  signal: AbortSignal,
) => void | Promise<void>;

/** As a good model does. */
export const atOnce: Summarize = (text, tell) => {
  tell({ type: 'delta', text });
  tell({ type: 'end', finishReason: 'stop' });
};

/** A model that knows nothing but its prompt, and keeps all facts of what it is told to summarise. */
export class FactModel implements Model {
  readonly name = 'facts';
  /** Of answers, and of summaries. */
  readonly prompts: PromptMessage[][] = [];
  readonly summaryPrompts: PromptMessage[][] = [];
  readonly summaryOptions: CompletionOptions[] = [];
  /** May be changed from summary to summary. */
  summarize: Summarize = atOnce;
  answer = `with ${'many more words '.repeat(8)}`;
  /** So many tokens for one of Parley's; 0: it does not say. */
  countsMore = 0;
  /** Behind each answer's first word. */
  answering: () => Promise<void> = async () => {};

  async stream(...[messages, options, signal, tell]: Parameters<Model['stream']>): Promise<void> {
    signal.throwIfAborted();
    tell({ type: 'asked' });
    if (options.purpose === 'summary') {
      this.summaryPrompts.push(messages);
      this.summaryOptions.push(options);
      return this.summarize(summaryOf(messages), tell, signal);
    }
    this.prompts.push(messages);
    tell({ type: 'delta', text: 'Noted, ' });
    await this.answering();
    signal.throwIfAborted();
    tell({ type: 'delta', text: this.answer });
    if (this.countsMore > 0) tell({ type: 'billed', usage: this.#usage(messages) });
    tell({ type: 'end', finishReason: 'stop' });
  }

  #usage(messages: readonly PromptMessage[]): Usage {
    const prompt_tokens = Math.round(tokensOf(messages) * this.countsMore);
    return { prompt_tokens, completion_tokens: 40, total_tokens: prompt_tokens + 40, cached_tokens: 0 };
  }
}

/** The facts of what it is told to summarise, and of nothing else. */
export function summaryOf(messages: readonly PromptMessage[]): string {
  const asked = messages.at(-1)?.content ?? '';
  const [, count] = /first (\d+) messages/.exec(asked) ?? [];
  if (count === undefined) return ranges(factsIn(asked));
  const said = messages.slice(0, -1).filter(({ role, content }) => role !== 'system' && !content.startsWith(PREFACE));
  return ranges(factsIn(textOf(said.slice(0, Number(count)))));
}
