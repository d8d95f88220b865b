import { expect, test } from 'vitest';
import { tokenFactor } from '../../shared/conversation/calibration.ts';
import type { StoredMessage } from '../../shared/conversation/ports/stored.ts';

const common = { id: 'id', content: 'text', timestamp: '', turn_id: 'turn' };
const asked: StoredMessage = { ...common, role: 'user' };
/** An answer whose prompt had so many tokens by the provider's count, and by ours. */
const answered = (theirs: number, ours: number): StoredMessage => ({
  ...{ ...common, role: 'assistant', finish_reason: 'stop' },
  usage: { prompt_tokens: theirs, completion_tokens: 1, total_tokens: theirs + 1, cached_tokens: 0 },
  context: {
    messages: 1,
    dropped_messages: 0,
    summarized_messages: 0,
    summary_tokens: 0,
    prompt_tokens: ours,
    max_prompt_tokens: 3000,
  },
});

test('a conversation is counted as its provider counted its last prompt', () => {
  expect(tokenFactor([asked, answered(300, 100), asked, answered(150, 100)])).toBe(1.5);
  expect(tokenFactor([asked, answered(150, 100), asked])).toBe(1.5);
});

test('a conversation without an answer is counted as it is here', () => {
  expect(tokenFactor([])).toBe(1);
  expect(tokenFactor([asked])).toBe(1);
});

test('no count makes the budget larger, or less than a quarter of itself', () => {
  expect(tokenFactor([answered(50, 100)])).toBe(1);
  expect(tokenFactor([answered(399, 100)])).toBe(3.99);
  expect(tokenFactor([answered(900, 100)])).toBe(4);
});
