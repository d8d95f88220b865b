import { afterEach, describe, expect, test, vi } from 'vitest';
import { sayIn } from '../../packages/parley-client/src/react/texts.ts';

afterEach(() => vi.unstubAllGlobals());

/** A browser of a user who wants these. */
const browserIn = (...languages: string[]) => vi.stubGlobal('navigator', { languages });

const letters = {
  one: '{count} letter',
  other: '{count} letters',
};
const rasail = {
  zero: 'لا رسائل',
  one: 'رسالة واحدة',
  two: 'رسالتان',
  few: '{count} رسائل',
  many: '{count} رسالة',
  other: '{count} رسالة',
};

test.each([
  ['en', letters, 0, '0 letters'],
  ['en', letters, 1, '1 letter'],
  ['en', letters, 1000, '1,000 letters'],
  // Nothing and one and a half are one in French.
  ['fr', { one: '{count} lettre', other: '{count} lettres' }, 0, '0 lettre'],
  ['fr', { one: '{count} lettre', other: '{count} lettres' }, 1.5, '1,5 lettre'],
  ['fr', { one: '{count} lettre', other: '{count} lettres' }, 2, '2 lettres'],
  // Of a form that the table does not have, the last one is said.
  ['fr', { one: '{count} lettre', other: '{count} lettres' }, 1_000_000, '1\u202f000\u202f000 lettres'],
  ['de', letters, 12_345, '12.345 letters'],
  ['ja', '手紙 {count} 通', 3, '手紙 3 通'],
  ['ar', rasail, 0, 'لا رسائل'],
  ['ar', rasail, 1, 'رسالة واحدة'],
  ['ar', rasail, 2, 'رسالتان'],
  ['ar', rasail, 3, '3 رسائل'],
  ['ar', rasail, 11, '11 رسالة'],
  ['ar', rasail, 100, '100 رسالة'],
])('in %s, of %j and %d, is said what its plural is', (language, text, count, said) => {
  browserIn();
  expect(sayIn({ language, text })('text', { count })).toBe(said);
});

describe('the region of the user', () => {
  test.each([
    ['en', ['de-DE', 'en-GB', 'en-US'], 'en-GB'],
    ['ar', ['ar-EG'], 'ar-EG'],
    ['de', ['en-US'], 'de'],
    // Not one of Filipino.
    ['fi', ['fil-PH', 'fi-FI'], 'fi-FI'],
  ])('of %s, where a browser wants %j, is that of %s', (language, wanted, locale) => {
    browserIn(...wanted);
    expect(sayIn({ language }).locale).toBe(locale);
  });

  test('says how numbers are written', () => {
    browserIn('ar-EG');
    expect(sayIn({ language: 'ar', text: '{limit}' })('text', { limit: 8192 })).toBe('٨٬١٩٢');
    browserIn('en-IN');
    expect(sayIn({ language: 'en', text: '{limit}' })('text', { limit: 123_456 })).toBe('1,23,456');
  });
});

test('what is put into a text from right to left keeps its own direction, and the text its order', () => {
  expect(sayIn({ language: 'ar', text: 'الخدمة على {address}.' })('text', { address: 'https://a.example' })).toBe(
    'الخدمة على \u2068https://a.example\u2069.',
  );
});

test('a value that is not given leaves its name', () => {
  expect(sayIn({ language: 'en', text: 'At {address}' })('text')).toBe('At {address}');
});

test.each([
  ['ar-EG', 'rtl'],
  ['he', 'rtl'],
  ['en', 'ltr'],
  // Mapudungun and Faroese, whose tags begin as those of Arabic and Persian.
  ['arn', 'ltr'],
  ['fao', 'ltr'],
])('%s runs %s', (language, direction) => {
  expect(sayIn({ language }).direction).toBe(direction);
});
