import { expect, test } from 'vitest';
import type { CompletionEvent } from '../../shared/conversation/ports/model.ts';
import { Spending } from '../../shared/conversation/spending.ts';

const billed = (total_tokens: number): CompletionEvent => ({
  type: 'billed',
  usage: { prompt_tokens: total_tokens - 1, completion_tokens: 1, total_tokens, cached_tokens: 0 },
});
const asked: CompletionEvent = { type: 'asked' };
const refused: CompletionEvent = { type: 'refused' };
const delta: CompletionEvent = { type: 'delta', text: 'a' };
const end: CompletionEvent = { type: 'end', finishReason: 'stop' };

function spent(...events: CompletionEvent[]): Spending {
  const spending = new Spending();
  for (const event of events) spending.hear(event);
  return spending;
}

test('a turn whose model was not asked costs nothing, and neither does a call that was refused', () => {
  expect(spent().total(100, 10)).toBe(0);
  expect(spent(asked, refused).total(100, 10)).toBe(0);
  expect(spent().usage).toBeUndefined();
});

test('a call costs what the provider bills, also where it said so again', () => {
  const spending = spent(asked, billed(40), delta, billed(50), end);
  expect(spending.total(100, 10)).toBe(50);
  expect(spending.usage).toMatchObject({ total_tokens: 50 });
});

test('a call that the provider says nothing of costs its prompt and what was said', () => {
  const spending = spent(asked, delta, end);
  expect(spending.total(100, 10)).toBe(110);
  expect(spending.usage).toBeUndefined();
});

test('every call that was not refused counts, and what was said in the last one alone', () => {
  expect(spent(asked, asked, refused, asked, billed(50), end).total(100, 10)).toBe(150);
  expect(spent(asked, billed(50), asked, delta, end).total(100, 10)).toBe(160);
});
