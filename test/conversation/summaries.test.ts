import { expect, test } from 'vitest';
import type { PromptMessage } from '../../shared/conversation/ports/model.ts';
import { describeEachStore } from '../sessions/each-store.ts';
import { Conversation, rules } from './conversation.ts';
import { FactModel, fact, factsIn, textOf, tokensOf } from './fact-model.ts';

const BUDGET = 3000;
const TURNS = 500;

/** Whether a prompt only grew behind the one before. */
function isGrown(prompt: readonly PromptMessage[], before: readonly PromptMessage[]): boolean {
  return before.every(({ role, content }, at) => prompt[at]?.role === role && prompt[at]?.content === content);
}

describeEachStore('a long conversation', (open) => {
  test('is known to the model whole, within its budget, and its prompts mostly only grow', async () => {
    const model = new FactModel();
    const store = open(rules);
    const conversation = new Conversation(model, { store, maxContextTokens: BUDGET, contextOverflow: 'summarize' });
    let sessionId: string | undefined;
    const forgetful: number[] = [];
    let summaryTokens = 0;
    for (let turn = 0; turn < TURNS; turn += 1) {
      const told = await conversation.talk(fact(turn), { sessionId });
      sessionId = told.sessionId;
      if (factsIn(textOf(model.prompts.at(-1) ?? [])).size !== turn + 1) forgetful.push(turn);
      const { context } = told.finished ?? {};
      expect(context?.prompt_tokens).toBeLessThanOrEqual(BUDGET);
      expect(context).toMatchObject({ dropped_messages: 0, summary_tokens: expect.any(Number) });
      expect((context?.messages ?? 0) + (context?.summarized_messages ?? 0)).toBe(
        2 * turn + 1 + (context?.summarized_messages ? 1 : 0),
      );
      summaryTokens += context?.summary_tokens ?? 0;
    }
    expect(forgetful).toEqual([]);

    const late = model.prompts.slice(TURNS / 2);
    const grown = late.filter((prompt, at) => at > 0 && isGrown(prompt, late[at - 1] as PromptMessage[]));
    expect(grown.length / (late.length - 1)).toBeGreaterThanOrEqual(0.85);
    for (const prompt of [...model.prompts, ...model.summaryPrompts]) {
      expect(tokensOf(prompt)).toBeLessThanOrEqual(BUDGET);
    }
    expect(model.summaryPrompts.length).toBeGreaterThan(0);
    expect(summaryTokens).toBeGreaterThan(0);
  });
});
