import { expect, test } from 'vitest';
import type { AssistantMessage, UserMessage } from '../../../shared/conversation/ports/stored.ts';
import { itemsOf } from '../../../shared/http/v1/items.ts';

const sessionId = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const turnId = '11111111-1111-4111-8111-111111111111';
const blockId = '22222222-2222-4222-8222-222222222222';
const timestamp = '2026-01-01T00:00:00.000Z';

const answer: AssistantMessage = {
  id: `${turnId}-1`,
  role: 'assistant',
  content: 'Yes.',
  timestamp,
  turn_id: turnId,
  finish_reason: 'length',
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cached_tokens: 0 },
  context: {
    messages: 1,
    dropped_messages: 0,
    summarized_messages: 0,
    summary_tokens: 0,
    prompt_tokens: 1,
    max_prompt_tokens: 9,
  },
};

function askedWith(items: UserMessage['items']): UserMessage {
  return { id: `${turnId}-0`, role: 'user', content: 'Well?', timestamp, turn_id: turnId, ...(items && { items }) };
}

test('a turn that /chat took is two items', () => {
  expect(itemsOf(sessionId, [askedWith(undefined), answer])).toEqual([
    {
      id: `msg_${sessionId}${turnId}0`.replaceAll('-', ''),
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_text', text: 'Well?' }],
    },
    {
      id: `msg_${sessionId}${turnId}1`.replaceAll('-', ''),
      type: 'message',
      status: 'incomplete',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Yes.', annotations: [], logprobs: [] }],
    },
  ]);
});

test('what came with a turn stands before its message; what was brought earlier keeps its own ids', () => {
  const items = itemsOf(sessionId, [
    askedWith([
      { id: `${blockId}-0`, role: 'user', content: 'a' },
      { id: `${blockId}-1`, role: 'assistant', content: 'b' },
      { id: `${turnId}-0`, role: 'system', content: 'c' },
    ]),
    answer,
  ]);
  expect(items.map(({ id }) => id.slice(36))).toEqual([
    `${blockId}0`.replaceAll('-', ''),
    `${blockId}1`.replaceAll('-', ''),
    `${turnId}0`.replaceAll('-', ''),
    `${turnId}1`.replaceAll('-', ''),
    `${turnId}2`.replaceAll('-', ''),
  ]);
  expect(items.map(({ content }) => content[0]?.type)).toEqual([
    'input_text',
    'output_text',
    'input_text',
    'input_text',
    'output_text',
  ]);
});
