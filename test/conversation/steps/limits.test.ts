import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolCalled } from '../../../shared/conversation/events.ts';
import { codeOf } from '../../../shared/conversation/failure.ts';
import type { TurnRequest } from '../../../shared/conversation/turn-request.ts';
import { MemorySessionStore } from '../../../shared/sessions/memory/memory-session-store.ts';
import { Conversation, rules } from '../conversation.ts';
import { WatchedStore } from '../watched-store.ts';
import { type Act, ActingModel } from './acting-model.ts';
import { ok, testTool } from './test-tools.ts';

/** The largest turn has 1000 of prompt and 500 of answer. */
const maxContextTokens = 1000;

const round: fc.Arbitrary<Act> = fc.record({
  says: fc.constantFrom('', 'Let me look that up for you. '.repeat(3)),
  calls: fc.array(fc.tuple(fc.constantFrom('read', 'read', 'nothing', 'where'), fc.record({ words: fc.nat(2000) })), {
    minLength: 1,
    maxLength: 6,
  }),
});

const functions = [{ name: 'where', description: 'Says where.', parameters: { type: 'object' } }];

/** What goes on where a turn left calls of functions open: with as long an output as that of a tool. */
function answerTo({ events, sessionId, turnId }: Awaited<ReturnType<Conversation['talk']>>): Partial<TurnRequest> {
  const open = events.filter((event) => event.type === 'tool-called' && event.by_caller && event.id.startsWith(turnId));
  const outputs = (open as ToolCalled[]).map(({ id, arguments: written }) => ({
    ...{ id, output: 'word '.repeat(JSON.parse(written).words) },
  }));
  return outputs.length === 0 ? {} : { message: '', sessionId, mustExist: true, outputs };
}

test('no limit is ever exceeded, however many rounds call for however much', { timeout: 60_000 }, async () => {
  let refused = 0;
  let last = 0;
  let called = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1500, max: 20_000 }),
      fc.array(round, { maxLength: 12 }),
      fc.boolean(),
      async (quota, acts, hasFunctions) => {
        const limits = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: quota };
        // On a clock whose day does not end meanwhile.
        const store = new MemorySessionStore({ ...rules, limits }, () => performance.now());
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
        let next: Partial<TurnRequest> = {};
        for (let turns = 0; turns < 30; turns += 1) {
          const { message = 'Read', ...asked } = { ...(hasFunctions && { functions, outputs: [] }), ...next };
          const code = await conversation.talk(message, asked).then(
            (turn) => {
              next = answerTo(turn);
              called += next.outputs?.length ?? 0;
            },
            (error) => codeOf(error),
          );
          // With no tokens for another round, whoever called nothing that is there has said nothing.
          if (code === 'model-failed' && hasFunctions) continue;
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
  expect(called).toBeGreaterThan(0);
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
