import { expect, test } from 'vitest';
import type { Model, PromptMessage } from '../../shared/conversation/ports/model.ts';
import { describeEachStore } from '../sessions/each-store.ts';
import { Conversation, rules } from './conversation.ts';

const BUDGET = 3000;

/** Every fact that is told in a prompt, however it is told. */
function factsIn(messages: readonly PromptMessage[]): Set<string> {
  return new Set(messages.flatMap(({ content }) => content.match(/\bfact-\d+\b/g) ?? []));
}

/** Knows nothing but its prompt; remembers the prompts of answers, and the calls for summaries. */
class FactModel implements Model {
  readonly name = 'facts';
  readonly prompts: PromptMessage[][] = [];
  readonly summaryPrompts: PromptMessage[][] = [];

  async stream(...[messages, { purpose }, , tell]: Parameters<Model['stream']>): Promise<void> {
    tell({ type: 'asked' });
    tell({ type: 'delta', text: purpose === 'summary' ? this.#summary(messages) : this.#answer(messages) });
    tell({ type: 'end', finishReason: 'stop' });
  }

  #answer(messages: PromptMessage[]): string {
    this.prompts.push(messages);
    return `Noted, with ${'many more words '.repeat(8)}`;
  }

  /** The facts of the messages that it is told to summarise, and nothing else. */
  #summary(messages: PromptMessage[]): string {
    this.summaryPrompts.push(messages);
    const asked = messages.at(-1)?.content ?? '';
    const [, count] = /first (\d+) messages/.exec(asked) ?? [];
    if (count === undefined) return ranges(factsIn([{ role: 'user', content: asked }]));
    const said = messages
      .slice(0, -1)
      .filter(({ role, content }) => role !== 'system' && !content.startsWith('Summaries'));
    return ranges(factsIn(said.slice(0, Number(count))));
  }
}

/** As few tokens as facts can have that are told in a row. */
function ranges(facts: Set<string>): string {
  return [...facts].join(' ');
}

describeEachStore('a long conversation', (open) => {
  test('is known to the model whole, however long it is', async () => {
    const model = new FactModel();
    const conversation = new Conversation(model, {
      store: open(rules),
      maxContextTokens: BUDGET,
      contextOverflow: 'summarize',
    });
    let sessionId: string | undefined;
    const missing: number[] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      const told = await conversation.talk(`Remember fact-${turn}. ${'It is said in some words. '.repeat(5)}`, {
        sessionId,
      });
      sessionId = told.sessionId;
      const known = factsIn(model.prompts.at(-1) ?? []);
      for (let each = 0; each <= turn; each += 1) if (!known.has(`fact-${each}`)) missing.push(each);
      expect(told.finished?.context.prompt_tokens).toBeLessThanOrEqual(BUDGET);
    }
    expect(missing).toEqual([]);
    expect(model.summaryPrompts.length).toBeGreaterThan(0);
  });
});
