import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitReasoning } from '../../packages/parley-client/src/react/split-reasoning.ts';

describe('reasoning', () => {
  test.each([
    [
      'stands before the answer',
      '<think>\nHm.\n</think>\n\nSo.',
      { reasoning: 'Hm.', isThinking: false, answer: 'So.' },
    ],
    ['may have lines before it', '\n <think>Hm.</think>So.', { reasoning: 'Hm.', isThinking: false, answer: 'So.' }],
    ['that is nothing is none', '<think>\n\n</think>\n\nSo.', { isThinking: false, answer: 'So.' }],
    ['without an end is all', '<think>Hm. <', { reasoning: 'Hm. <', isThinking: true, answer: '' }],
    ['is text further down', 'So <think>Hm.</think>', { isThinking: false, answer: 'So <think>Hm.</think>' }],
    ['is text in code', '```\n<think>\n```', { isThinking: false, answer: '```\n<think>\n```' }],
    ['is no other element', '<thinking>a', { isThinking: false, answer: '<thinking>a' }],
  ])('%s', (_, text, expected) => {
    expect(splitReasoning(text, false)).toEqual(expected);
  });

  test('is not shown as text while it begins or ends', () => {
    for (const begun of ['<', '<thi', ' <think']) expect(splitReasoning(begun, true).answer).toBe('');
    expect(splitReasoning('<thx', true).answer).toBe('<thx');
    for (const ended of ['<think>Hm.<', '<think>Hm.</', '<think>Hm.</think']) {
      expect(splitReasoning(ended, true)).toEqual({ reasoning: 'Hm.', isThinking: true, answer: '' });
    }
  });

  test('only ever grows, and then the answer does', () => {
    const pieces = fc.constantFrom('<think>', '</think>', '<', '/', 'Hm.', '\n', '`', ' ');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (chosen) => {
        const text = chosen.join('');
        let before = splitReasoning('', true);
        for (let end = 1; end <= text.length; end += 1) {
          const now = splitReasoning(text.slice(0, end), true);
          expect(now.answer.trim().startsWith(before.answer.trim())).toBe(true);
          if (before.reasoning && now.isThinking)
            expect(now.reasoning?.startsWith(before.reasoning.slice(0, -8))).toBe(true);
          before = now;
        }
      }),
    );
  });
});
