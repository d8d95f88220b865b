import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerParts } from '../../packages/parley-client/src/assistant-ui/answer-parts.ts';
import { DecidedCalls } from '../../packages/parley-client/src/assistant-ui/decided-calls.ts';
import { ThreadMessages } from '../../packages/parley-client/src/assistant-ui/thread-messages.ts';
import type { Step } from '../../packages/parley-client/src/client/steps.ts';
import type { Message } from '../../packages/parley-client/src/conversation/conversation-state.ts';

const stepOf = (id: string, status: Step['status'], at = 0): Step => ({
  ...{ type: 'tool_call', id, name: 'orders/search', arguments: '{}', status, ms: 1, at },
});
const none = () => false;

test('an answer’s text is all there, each call where it happened', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.nat({ max: 20 })), (content, places) => {
      const ats = places.map((place) => Math.min(place, content.length)).sort((a, b) => a - b);
      const steps = ats.map((at, place) => stepOf(`turn.${place}`, 'ok', at));
      const message: Message = { key: 'one', role: 'assistant', content, steps };
      let said = '';
      const calledAt: number[] = [];
      for (const part of answerParts(message, new Map(), none)) {
        if (part.type === 'text') said += part.text;
        else calledAt.push(said.length);
      }
      expect(said).toBe(content);
      expect(calledAt).toEqual(ats);
    }),
  );
});

test('sources are parts behind the answer, with ids that stay', () => {
  const sources = [{ url: 'https://one.example' }, { url: 'https://two.example', title: 'Two' }];
  const message: Message = { key: 'one', role: 'assistant', content: 'So [1].', turnId: 'turn', sources };
  expect(answerParts(message, new Map(), none)).toEqual([
    { type: 'text', text: 'So [1].' },
    { type: 'source', sourceType: 'url', id: 'turn-source-1', url: 'https://one.example' },
    { type: 'source', sourceType: 'url', id: 'turn-source-2', url: 'https://two.example', title: 'Two' },
  ]);
});

test('an answer that left a call open is the same object until something becomes of the call, also while the next is said', () => {
  const messages = new ThreadMessages();
  const asking: Message = {
    key: 'a',
    role: 'assistant',
    content: '',
    steps: [stepOf('call', 'open')],
    finishReason: 'approval',
  };
  const decision: Message = { key: 'b', role: 'user', content: '', approve: [{ id: 'call', decision: 'yes' }] };
  const seen = (steps: Step[], content: string) => {
    const answer: Message = { key: 'c', role: 'assistant', content, steps, isUnderWay: true };
    const path = [asking, decision, answer].map((message, place, all) => {
      return { id: message.key, parentId: all[place - 1]?.key ?? null, message, begun: 0 };
    });
    return messages.of(path[0] as (typeof path)[0], 'session', new DecidedCalls(path, path, []));
  };
  const running = seen([], '');
  expect(seen([], '')).toBe(running);
  const done = [stepOf('call', 'ok')];
  const told = seen(done, '');
  expect(told).not.toBe(running);
  expect(seen(done, 'Well')).toBe(told);
  expect(seen(done, 'Well, then.')).toBe(told);
});
