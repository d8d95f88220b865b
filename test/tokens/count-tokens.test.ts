import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import cl100kBase from 'js-tiktoken/ranks/cl100k_base';
import o200kBase from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, test } from 'vitest';
import { LONGEST_PIECE } from '../../shared/tokens/count-merged.ts';
import { createCountTokens, LONGEST_TEXT } from '../../shared/tokens/count-tokens.ts';
import { readTables } from '../../shared/tokens/vocabulary.ts';
import { judged } from './judge.ts';
import { countTokens } from './o200k.ts';
import { createReferenceCount } from './reference-count.ts';
import { hostileTexts, ordinaryTexts } from './sample-texts.ts';

// For pieces of some thousand bytes, which cost js-tiktoken seconds.
const judgedByReference = createReferenceCount(o200kBase);

describe('the count is exact, as js-tiktoken judges,', () => {
  test.each(Object.entries(ordinaryTexts))('for %s', (_, text) => {
    expect(countTokens(text)).toEqual({ tokens: judged(text), exact: true });
    expect(judgedByReference(text)).toBe(judged(text));
  });

  test('for ordinary texts cut and joined anywhere', () => {
    const cut = fc
      .tuple(fc.constantFrom(...Object.values(ordinaryTexts)), fc.nat(120), fc.nat(120))
      .map(([text, from, to]) => text.slice(Math.min(from, to), Math.max(from, to)));
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 6 }), (cuts) => {
        const text = cuts.join('');
        expect(countTokens(text)).toEqual({ tokens: judged(text), exact: true });
      }),
      { numRuns: 300 },
    );
  });

  test('for any short text', () => {
    const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: codeUnit }),
      fc.string({ unit: fc.constantFrom(..." \t\r\n\u00a0\u3000/'.-aAsS1é汉\u0301\uFEFF\u0085ſ") }),
    );
    fc.assert(
      fc.property(text, (any) => {
        expect(countTokens(any)).toEqual({ tokens: judged(any), exact: true });
      }),
      { numRuns: 1000 },
    );
  });

  test('for the empty text', () => {
    expect(countTokens('')).toEqual({ tokens: 0, exact: true });
  });
});

describe('a piece', () => {
  test.each(['a', 'A', ' ', '=', 'é', '汉', 'สวัสดี', '😀', '\u0301'])(
    'of %j is exact up to the longest that is merged, then bounded by its bytes',
    (unit) => {
      const fitting = unit.repeat(LONGEST_PIECE / Buffer.byteLength(unit));
      expect(countTokens(fitting)).toEqual({ tokens: judgedByReference(fitting), exact: true });
      const tooLong = fitting + unit;
      expect(countTokens(tooLong)).toEqual({ tokens: Buffer.byteLength(tooLong), exact: false });
    },
  );

  test('that is too long leaves the exact counts of the others', () => {
    const { tokens } = countTokens(`Hello, world.\n${'a'.repeat(5000)}`);
    expect(tokens).toBe(judged('Hello, world.\n') + 5000);
  });
});

describe('the count is never too low', () => {
  test('for runs of any length in any order', () => {
    const run = fc
      .tuple(fc.constantFrom('a', 'Z', ' ', '\n', '-', '1', '汉', '你好', '😀', 'ไทย', '<|endoftext|>'), fc.nat(1500))
      .map(([unit, times]) => unit.repeat(times));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 4 }), (runs) => {
        const text = runs.join('');
        const { tokens, exact } = countTokens(text);
        const judgement = judgedByReference(text);
        expect(tokens).toBeGreaterThanOrEqual(judgement);
        if (exact) expect(tokens).toBe(judgement);
      }),
      { numRuns: 40 },
    );
  });

  test('for a text with more bytes in one piece than are merged, as js-tiktoken judges', () => {
    const text = `${'汉'.repeat(LONGEST_PIECE / 3 + 1)}\nand the rest`;
    expect(countTokens(text).exact).toBe(false);
    expect(countTokens(text).tokens).toBeGreaterThanOrEqual(judged(text));
  });
});

describe('a hostile text', () => {
  test.each(Object.entries(hostileTexts))('of %s has at most as many tokens as bytes', (_, text) => {
    const { tokens, exact } = countTokens(text);
    const bytes = Buffer.byteLength(text);
    expect(tokens).toBeLessThanOrEqual(bytes);
    // No token of o200k_base has more than 128 bytes.
    expect(tokens).toBeGreaterThanOrEqual(bytes / 128);
    if (exact) expect(tokens).toBe(judgedByReference(text));
  });

  test('longer than the longest that is split is bounded by its bytes', () => {
    const text = 'é '.repeat(LONGEST_TEXT / 2);
    expect(countTokens(text).exact).toBe(true);
    expect(countTokens(`${text}é`)).toEqual({ tokens: Buffer.byteLength(text) + 2, exact: false });
  });
});

describe('for older models the count is exact in cl100k_base', () => {
  const judge = new Tiktoken(cl100kBase);
  const countTokens = createCountTokens(readTables(cl100kBase));

  test.each(Object.entries(ordinaryTexts))('for %s', (_, text) => {
    expect(countTokens(text)).toEqual({ tokens: judge.encode(text, [], []).length, exact: true });
  });
});
