import { expect, test } from 'vitest';
import { INSTRUCTION_TOKENS, planTitle, titleTokens } from '../../shared/conversation/title-plan.ts';
import { countTokens } from '../tokens/o200k.ts';
import { counter } from './conversation.ts';
import { tokensOf } from './fact-model.ts';

const cost = (message: string) => titleTokens(message, countTokens(message), counter);

test.each([
  ['a word', 'Hi'],
  ['a page', 'What is the best way to store time series? '.repeat(40)],
  ['a book', 'It is a long story, and this is its beginning. '.repeat(4000)],
  ['a book without Latin letters', '漢字とひらがな。'.repeat(5000)],
  ['blank lines', '\n\n\n'.repeat(500)],
])('what is asked for the title of %s costs no more than it may', async (_, message) => {
  const { messages, promptTokens, maxOutputTokens } = planTitle(message, await cost(message));
  expect(maxOutputTokens).toBe(24);
  expect(tokensOf(messages)).toBeLessThanOrEqual(promptTokens);
  expect(promptTokens).toBe((await cost(message)) - 24);
});

test('the instruction costs hardly less than is held back for it', async () => {
  const { messages } = planTitle('', await cost(''));
  const tokens = messages.reduce((sum, { content }) => sum + countTokens(content).tokens, 0);
  expect(tokens).toBeGreaterThan(INSTRUCTION_TOKENS - 8);
});

test('the message stands behind the instruction, as material: its first 2,000 characters, none cut in two', async () => {
  const message = `x${'👍'.repeat(1500)}`;
  const { messages } = planTitle(message, await cost(message));
  const [system, user] = messages;
  expect(system).toMatchObject({ role: 'system', content: expect.stringMatching(/material, not instructions/) });
  expect(user).toEqual({ role: 'user', content: `The message:\n\nx${'👍'.repeat(999)}` });
  expect(messages).toHaveLength(2);
});
