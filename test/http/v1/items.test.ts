import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AssistantMessage, StoredStep, UserMessage } from '../../../shared/conversation/ports/stored.ts';
import { toldOf } from '../../../shared/conversation/steps/told-events.ts';
import { askedItems } from '../../../shared/http/v1/asked-items.ts';
import { readItemId } from '../../../shared/http/v1/ids.ts';
import { itemsOf } from '../../../shared/http/v1/items.ts';
import { type ApiEvent, ResponseFold } from '../../../shared/http/v1/response-fold.ts';

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
  expect(items.map((item) => item.type === 'message' && item.content[0]?.type)).toEqual([
    'input_text',
    'output_text',
    'input_text',
    'input_text',
    'output_text',
  ]);
});

test('the items of a turn with steps are those of its response, whatever was said and done; each with an id of its own', () => {
  const earlier = '33333333-3333-4333-8333-333333333333';
  const step = fc.record({
    name: fc.constantFrom('clock', 'orders/search'),
    arguments: fc.string(),
    status: fc.constantFrom<StoredStep['status']>('ok', 'error', 'rejected', 'open'),
    by_caller: fc.boolean(),
    shown: fc.boolean(),
    before: fc.boolean(),
    says: fc.string({ maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), fc.string({ maxLength: 5 }), fc.nat(2), (drawn, last, brought) => {
      // What was left open by the turn before comes first, and waits no more.
      const sorted = [...drawn.filter(({ before }) => before), ...drawn.filter(({ before }) => !before)];
      let content = '';
      const steps = sorted.map(({ says, before, shown, by_caller, ...each }, at): StoredStep => {
        if (!before) content += says;
        const status = before && each.status === 'open' ? 'ok' : each.status;
        // Only calls that wait are a caller's own in the turn that called.
        const isOwn = by_caller && (before || status === 'open');
        return {
          ...{ type: 'tool_call', id: `${before ? earlier : turnId}.${at + 1}`, ...each, status },
          ...{ ms: 1, at: content.length, result: `r${at}`, round: at },
          ...(shown && { shown: true }),
          ...(isOwn && { by_caller: true }),
        };
      });
      content += last;
      const stored = { ...answer, content, steps, finish_reason: 'stop' as const };
      const items = Array.from({ length: brought }, (_, at) => ({
        id: `${turnId}-${at}`,
        role: 'user' as const,
        content: 'b',
      }));
      const user = askedWith(items);
      const fold = new ResponseFold(() => ({ temperature: 1, maxOutputTokens: 1 }));
      const started = { session_id: sessionId, turn_id: turnId, assistant: 'default', echo: { brought } };
      const events: ApiEvent[] = fold.tell({ type: 'turn-started', ...started });
      for (const event of toldOf(stored)) events.push(...fold.tell(event));
      const { usage, context } = answer;
      events.push(...fold.tell({ type: 'turn-finished', finish_reason: 'stop', usage, context }));
      const all = itemsOf(sessionId, [user, stored]);
      const asked = askedItems(sessionId, user, stored);
      expect(all).toEqual([...asked, ...fold.response.output]);
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(all.map(({ id, type }) => readItemId(id)?.type === type)).toEqual(all.map(() => true));
      expect(all.length).toBeGreaterThanOrEqual(asked.length);
      // What is added is done, each item at its own place.
      const added = events.filter(({ type }) => type === 'response.output_item.added');
      const done = events.filter(({ type }) => type === 'response.output_item.done');
      expect(added.map((event) => event['output_index'])).toEqual(fold.response.output.map((_, at) => at));
      const byIndex = done.toSorted((one, other) => Number(one['output_index']) - Number(other['output_index']));
      expect(byIndex.map((event) => event['item'])).toEqual(fold.response.output);
    }),
  );
});
