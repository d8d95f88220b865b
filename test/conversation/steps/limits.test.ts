import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf } from '../../../shared/conversation/failure.ts';
import { MemorySessionStore } from '../../../shared/sessions/memory/memory-session-store.ts';
import { Conversation, rules } from '../conversation.ts';
import { WatchedStore } from '../watched-store.ts';
import { type Act, ActingModel } from './acting-model.ts';
import { ok, testTool } from './test-tools.ts';

/** The largest turn has 1000 of prompt and 500 of answer. */
const maxContextTokens = 1000;

const round: fc.Arbitrary<Act> = fc.record({
  says: fc.constantFrom('', 'Let me look that up for you. '.repeat(3)),
  calls: fc.array(fc.tuple(fc.constantFrom('read', 'read', 'nothing'), fc.record({ words: fc.nat(2000) })), {
    minLength: 1,
    maxLength: 6,
  }),
});

test('no limit is ever exceeded, however many rounds call for however much', { timeout: 60_000 }, async () => {
  let refused = 0;
  let last = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1500, max: 20_000 }),
      fc.array(round, { maxLength: 12 }),
      async (quota, acts) => {
        const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: quota };
        const store = new MemorySessionStore({ ...rules, limits });
        const tool = testTool('read', { isRepeatable: true, run: ({ words }) => ok('word '.repeat(Number(words))) });
        const model = new ActingModel(...acts);
        const owner = randomUUID();
        const conversation = new Conversation(model, { store, owner, tools: [tool], maxContextTokens });
        const standing = async () => {
          const [usage] = await store.usage(owner);
          if (usage?.name !== 'tokens-per-day') throw new Error('there is no such limit');
          expect(usage.used + usage.reserved).toBeLessThanOrEqual(quota);
          return usage;
        };
        model.before = standing;
        for (let turns = 0; turns < 30; turns += 1) {
          const code = await conversation.talk('Read').then(
            () => undefined,
            (error) => codeOf(error),
          );
          if (code === 'token-limit-exceeded') {
            refused += 1;
            break;
          }
          expect(code).toBeUndefined();
        }
        // What was used is what the model billed, and nothing is held back any more.
        const spent = model.billed.reduce((sum, { total_tokens }) => sum + total_tokens, 0);
        expect(await standing()).toMatchObject({ used: spent, reserved: 0 });
        last += model.asked.filter(({ options }) => options.tools?.isLast).length;
        for (const { prompt_tokens } of model.billed) expect(prompt_tokens).toBeLessThanOrEqual(maxContextTokens + 500);
      },
    ),
    { numRuns: 60 },
  );
  expect(refused).toBeGreaterThan(0);
  expect(last).toBeGreaterThan(0);
});

test('where the limit has no room for a call, the model is offered no tool, or may call none any more', async () => {
  for (const [quota, expected] of [
    [1600, [undefined]],
    [2300, [false, true]],
  ] as const) {
    const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: quota };
    const store = new WatchedStore({ ...rules, limits });
    const model = new ActingModel({ calls: [['read', {}]] }, { calls: [['read', {}]] });
    const tool = testTool('read', { run: () => ok('word '.repeat(300)) });
    await new Conversation(model, { store, tools: [tool], maxContextTokens }).talk('Read');
    expect(model.asked.map(({ options }) => options.tools?.isLast)).toEqual(expected);
  }
});
