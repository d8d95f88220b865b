import { expect, test } from 'vitest';
import { findTurn, type StoredMessage } from '../../shared/conversation/ports/session-store.ts';

const common = { id: 'id', content: 'text', timestamp: '', turn_id: 'turn' };
const asked: StoredMessage = { ...common, role: 'user' };
const answered: StoredMessage = {
  ...{ ...common, role: 'assistant', finish_reason: 'stop' },
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 },
  context: { messages: 1, dropped_messages: 0, prompt_tokens: 1, max_prompt_tokens: 3000 },
};
const others = [asked, answered].map((message) => ({ ...message, turn_id: 'other' }));

test('a turn is found between others, by its id', () => {
  expect(findTurn('poet', [...others, asked, answered, ...others], 'turn')).toEqual({
    assistant: 'poet',
    user: asked,
    answer: answered,
  });
  expect(findTurn('poet', others, 'turn')).toBeUndefined();
});

test('half a turn is none', () => {
  expect(findTurn('poet', [asked], 'turn')).toBeUndefined();
  expect(findTurn('poet', [answered], 'turn')).toBeUndefined();
  expect(findTurn('poet', [answered, answered], 'turn')).toBeUndefined();
  expect(findTurn('poet', [asked, asked], 'turn')).toBeUndefined();
});
