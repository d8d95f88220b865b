import { describe, expect, test } from 'vitest';
import type { ShownStep } from '../../packages/parley-client/src/react/index.ts';
import { english, exportedMarkdown } from '../../packages/parley-client/src/react/index.ts';
import { german } from '../../packages/parley-client/src/react/languages/index.ts';
import { markdownOf } from '../../packages/parley-client/src/react/markdown-of.ts';
import { answerParts } from '../../packages/parley-client/src/react/steps/answer-parts.ts';
import { shownData } from '../../packages/parley-client/src/react/steps/shown-data.ts';
import { cpuMs } from '../cpu-ms.ts';

const step = (id: string, at: number, status: ShownStep['status'] = 'ok') =>
  ({ type: 'tool_call', id, name: `orders/${id}`, arguments: '{}', status, ms: 3, at }) as const;

describe('an answer', () => {
  const shape = (content: string, ...steps: ShownStep[]) =>
    answerParts(content, steps).map((part) => ('text' in part ? part.text : part.steps.map(({ id }) => id)));

  test('is one text where nothing was called', () => expect(shape('So.')).toEqual(['So.']));

  test('has its calls where they happened, and those of one place together', () => {
    const told = shape('Let me look. It is there.', step('a', 13), step('b', 13), step('c', 25));
    expect(told).toEqual(['Let me look. ', ['a', 'b'], 'It is there.', ['c'], '']);
  });

  test('keeps calls together between which nothing was said', () => {
    expect(shape('\n\nSo.', step('a', 0), step('b', 2))).toEqual([['a', 'b'], 'So.']);
    expect(shape('', step('a', 0))).toEqual([['a'], '']);
  });

  test('loses no word, and says none twice, where a place lies beyond its text or before another', () => {
    const told = shape('Let me look.', step('a', 7), step('b', 3), step('c', 99));
    expect(told).toEqual(['Let me ', ['a', 'b'], 'look.', ['c'], '']);
  });
});

describe('what a tool was given or has returned', () => {
  test('is shown with its structure where it is JSON, and each value as it was written', () => {
    const text = '{"id":12345678901234567890, "s":"a, {b}: \\"[c]\\" \\u00e4","e":{},"l":[1.50,[],null]}';
    expect(shownData(text)).toEqual({
      isJson: true,
      text: [
        ...['{', '  "id": 12345678901234567890,', '  "s": "a, {b}: \\"[c]\\" \\u00e4",', '  "e": {},', '  "l": ['],
        ...['    1.50,', '    [],', '    null', '  ]', '}'],
      ].join('\n'),
    });
  });

  test.each([
    '{"a":',
    'Thursday',
    '42',
    '"text"',
    '',
    '</script><b>',
    '{a: 1}',
    `${'['.repeat(999)}${']'.repeat(999)}`,
  ])('is shown as it is where it is %j', (text) => expect(shownData(text)).toEqual({ text, isJson: false }));

  test('shows what would turn its direction or not be seen, as JSON may write it', () => {
    const { text } = shownData('{"amount":"\u202e001\u202c","to\u200b":"\ufeffme\u2066"}');
    expect(text).toBe('{\n  "amount": "\\u202e001\\u202c",\n  "to\\u200b": "\\ufeffme\\u2066"\n}');
    expect(JSON.parse(text)).toEqual({ amount: '\u202e001\u202c', 'to\u200b': '\ufeffme\u2066' });
  });

  test('of 32 KiB costs some milliseconds, however it is made', async () => {
    for (const text of [
      `[${Array(16_000).fill(1).join()}]`,
      `{"a":"${'a'.repeat(32_000)}"}`,
      `"${'\\'.repeat(32_000)}`,
      `[${'"'.repeat(32_000)}`,
      '['.repeat(32_000),
    ]) {
      expect(await cpuMs(() => shownData(text))).toBeLessThan(200);
    }
  });
});

describe('as Markdown', () => {
  const content = '<think>Hm.</think>Let me look.It was sent[1].';
  const at = content.indexOf('It was');
  const steps = [step('search', at), step('track', at, 'error')];
  const sources = [{ url: 'https://shop.example/4711' }];

  test('an answer is copied without what was called: what was said before and after are paragraphs', () => {
    const copied = markdownOf({ key: 'a', role: 'assistant', content, steps, sources });
    expect(copied).toBe('Let me look.\n\nIt was sent[1].\n\n[1]: <https://shop.example/4711>');
  });

  test('a conversation is exported with each call in a line, with decisions, and with sources', () => {
    const messages = [
      { content: 'Do' },
      { content: 'May I?', steps: [step('refund', 6, 'open'), step('cancel', 6, 'open')] },
      { content: '', approve: [{ id: 'refund', decision: 'yes' as const }] },
      { content: content.slice(18), steps: [step('refund', 0), step('cancel', 0, 'rejected')], sources },
    ];
    const exported = messages.map((_, place) => exportedMarkdown(messages, place, english));
    expect(exported).toEqual([
      'Do',
      'May I?\n\n- Asked to use `orders/refund`\n- Asked to use `orders/cancel`',
      'You allowed orders/refund. You did not allow orders/cancel.',
      '- Used `orders/refund`\n- Not allowed: `orders/cancel`\n\nLet me look.It was sent[1].\n\n[1]: <https://shop.example/4711>',
    ]);
    expect(exportedMarkdown(messages, 2, german)).toBe(
      'Sie haben orders/refund erlaubt. Sie haben orders/cancel nicht erlaubt.',
    );
    // The answer before it was not read.
    expect(exportedMarkdown(messages.slice(2), 0, english)).toBe('You allowed orders/refund.');
  });
});
