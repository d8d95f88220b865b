import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { citationsOf } from '../../../shared/http/v1/citations.ts';

const sources = [{ url: 'https://a.example/', title: 'A' }, { url: 'https://b.example/' }];

/** What is cited where, as the text has it there. */
const cited = (text: string) =>
  citationsOf(text, sources).map(({ start_index, end_index, url }) => [text.slice(start_index, end_index), url]);

const [a, b] = sources.map(({ url }) => url);

test.each<[string, string, unknown[]]>([
  [
    'each mark',
    'One [1], two 【2】.',
    [
      ['[1]', a],
      ['【2】', b],
    ],
  ],
  [
    'a source once, where it is named first',
    '[2] and [2] and [1]',
    [
      ['[2]', b],
      ['[1]', a],
    ],
  ],
  [
    'several in one mark',
    'Both [1, 2]',
    [
      ['[1, 2]', a],
      ['[1, 2]', b],
    ],
  ],
  [
    'at the end what is not named',
    'None of 😀',
    [
      ['', a],
      ['', b],
    ],
  ],
  [
    'nothing by a number that no source has',
    '[0] [3] [1] [2]',
    [
      ['[1]', a],
      ['[2]', b],
    ],
  ],
  [
    'nothing in code, nor what is escaped',
    '`x[1]` ``y`[1]`` \\[1]\n```\nz[1]\n```\n[2]',
    [
      ['[2]', b],
      ['', a],
    ],
  ],
  [
    'what stands behind a backtick that begins no code',
    '`[1] ``[2]',
    [
      ['[1]', a],
      ['[2]', b],
    ],
  ],
])('a text cites %s', (_, text, expected) => {
  expect(cited(text)).toEqual(expected);
});

test('the place of what is not named is the end, and a source without a title has its address for one', () => {
  expect(citationsOf('😀', sources)).toEqual([
    { type: 'url_citation', start_index: 2, end_index: 2, title: 'A', url: a },
    { type: 'url_citation', start_index: 2, end_index: 2, title: b, url: b },
  ]);
  expect(citationsOf('[1]', [])).toEqual([]);
});

test('whatever a text is: every source is there once, in the text, and no mark that is cited is less than a mark', () => {
  const piece = fc.constantFrom('[1]', '[2]', '[1, 2]', '【1】', '`', '``', '```', '\\', '\n', 'a', '[', ']', '😀');
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (text) => {
        const citations = citationsOf(text, sources);
        expect(citations.map(({ url }) => url).sort()).toEqual([a, b]);
        for (const { start_index, end_index } of citations) {
          expect(text.slice(start_index, end_index)).toMatch(/^(\[\d(, \d)?\]|【\d】)?$/);
          expect(end_index).toBeLessThanOrEqual(text.length);
        }
      },
    ),
  );
});
