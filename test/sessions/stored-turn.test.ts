import { expect, test } from 'vitest';
import { type StoredMessage, storedTurn } from '../../shared/conversation/ports/stored.ts';

const common = { id: 'id', content: 'text', timestamp: '', turn_id: 'turn' };
const asked: StoredMessage = { ...common, role: 'user' };
const answered: StoredMessage = {
  ...{ ...common, role: 'assistant', finish_reason: 'stop' },
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 },
  context: {
    messages: 1,
    dropped_messages: 0,
    summarized_messages: 0,
    summary_tokens: 0,
    prompt_tokens: 1,
    max_prompt_tokens: 3000,
  },
};

test('a question and its answer are a turn', () => {
  expect(storedTurn('poet', [asked, answered])).toEqual({ assistant: 'poet', user: asked, answer: answered });
});

test('half a turn is none', () => {
  expect(storedTurn('poet', [asked])).toBeUndefined();
  expect(storedTurn('poet', [answered])).toBeUndefined();
  expect(storedTurn('poet', [answered, answered])).toBeUndefined();
  expect(storedTurn('poet', [asked, asked])).toBeUndefined();
});
