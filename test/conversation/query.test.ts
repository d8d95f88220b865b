import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queryOf, snippetIn } from '../../shared/conversation/query.ts';

/** What is found of a text by words. */
const find = (text: string, words: string) => snippetIn(text, queryOf(words) ?? expect.unreachable());

describe('a text is found', () => {
  test.each([
    ['in capitals and without', 'Redis in AZURE', 'REDIS azure'],
    ['with accents and without', 'Café à la crème', 'cafe CREME'],
    ['without accents by words that have them', 'Cafe', 'Café'],
    ['decomposed', 'Cafe\u0301', 'café'],
    ['in German', 'Straßenbahn über Köln', 'STRASSENBAHN uber koln'],
    ['in Greek, whichever sigma', 'ΟΔΟΣ', 'οδος'],
    ['in Turkish', 'İstanbul', 'istanbul'],
    ['in Cyrillic', 'Ёлка', 'елка'],
    ['in Hebrew with its points', 'שָׁלוֹם', 'שלום'],
    ['in Arabic with its vowels', 'مُحَمَّد', 'محمد'],
    ['in Vietnamese', 'Tiếng Việt', 'tieng viet'],
    ['in Japanese', '東京の天気はどうですか', '天気'],
    ['in Korean', '한국어', '국어'],
    ['in wide letters', 'Ｒｅｄｉｓ', 'redis'],
    ['by a ligature', 'ﬁnance', 'FINANCE'],
    ['by part of a word', 'unbelievable', 'belie'],
    ['by words in any order', 'one two three', 'three one'],
    ['by an emoji', 'a 👩‍👩‍👧 b', '👩‍👩‍👧'],
    ['by marks', 'f(x) = a.b*c', 'a.b*c'],
  ])('%s', (_, text, words) => {
    expect(find(text, words)).toBe(text.trim());
  });

  test.each([
    ['that lacks one of the words', 'one two', 'one three'],
    ['of another letter', 'か', 'が'],
    ['that has another letter', 'がっこう', 'か'],
    ['of another syllable', '한국', '하'],
    ['of another vowel', 'कि', 'का'],
    ['in words that are split there', 'post man', 'postman'],
    ['that is empty', '', 'a'],
  ])('not one %s', (_, text, words) => {
    expect(find(text, words)).toBeUndefined();
  });

  test('by no words there is nothing to find', () => {
    for (const blank of ['', ' ', '\t\n\u3000', '\u0301']) expect(queryOf(blank)).toBeUndefined();
    expect(queryOf('  Two\u00a0words  two ')).toEqual(['two', 'words']);
  });
});

describe('a snippet', () => {
  const long = Array.from({ length: 400 }, (_, n) => `word${n}`).join(' ');

  test('is some 120 characters, from a little before the first of the words on, whole words at its begin', () => {
    const snippet = find(long, 'word250 word200') as string;
    expect(snippet).toMatch(/^…word19\d word19\d word19\d word200 word201 /);
    expect(snippet.length).toBeGreaterThan(115);
    expect(snippet.endsWith('…')).toBe(true);
    expect(find(long, 'word0')).toMatch(/^word0 word1 .{100,110}…$/);
    expect(find(long, 'word399')).toMatch(/^…word396 word397 word398 word399$/);
  });

  test('is one line of text', () => {
    expect(find('  one\n\n\ttwo\u0000\u001b[1m three\u2028 ', 'two')).toBe('one two [1m three');
  });

  test('stands where the words do, however much longer or shorter they are when they are folded', () => {
    const before = ['ﬃ ß İ ', 'e\u0301a\u0308 ', 'Ǆ ㎏ ', 'שָׁלוֹם ', '👩‍👩‍👧 '].join('').repeat(50);
    expect(find(`${before}needle in it`, 'needle')).toMatch(/needle in it$/);
    expect(find(`${before}needle ${before}`, 'NEEDLE')).toMatch(/^….{5,80}needle /u);
  });

  test('cuts no character in two', () => {
    const family = '👩‍👩‍👧';
    const snippet = find(`${family.repeat(100)}x${family.repeat(300)}`, 'x') as string;
    expect(snippet.replaceAll(family, '')).toBe('…x…');
    expect(find(`${'e\u0301'.repeat(200)}x${'e\u0301'.repeat(300)}`, 'x')?.replaceAll('e\u0301', '')).toBe('…x…');
  });

  test('holds what was found, and is short and well-formed, whatever the text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(text, word, text, (before, needle, after) => {
        const query = queryOf(needle);
        if (query === undefined) return;
        const snippet = snippetIn(`${before} ${needle} ${after}`, query);
        expect(snippet?.isWellFormed()).toBe(true);
        expect(Array.from(new Intl.Segmenter().segment(snippet as string)).length).toBeLessThanOrEqual(122);
        expect(snippet).not.toMatch(/[\n\r]/);
      }),
    );
  });
});
