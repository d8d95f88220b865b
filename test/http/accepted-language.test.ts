import fc from 'fast-check';
import { expect, test } from 'vitest';
import { languages } from '../../shared/conversation/language.ts';
import { acceptedLanguage } from '../../shared/http/accepted-language.ts';

test.each([
  [null, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['DE', 'de'],
  ['de-CH', 'de'],
  ['de-CH,de;q=0.9,en;q=0.8', 'de'],
  ['ar-EG', 'ar'],
  ['zh-Hant-TW, ja;q=0.5, en;q=0.4', 'ja'],
  ['en;q=0.5, fr;q=0.9', 'fr'],
  ['es , fr', 'es'],
  ['fr ; q=0.2 , ja ; Q=0.20', 'fr'],
  ['zh, ko', 'en'],
  ['*', 'en'],
  ['*;q=0.5, de;q=0.4', 'en'],
  ['en;q=0.1, *', 'de'],
  ['en;q=0, *', 'de'],
  ['de;q=0', 'en'],
  ['de;q=0, fr;q=0.1', 'fr'],
  ['de;q=0.000', 'en'],
  ['de;q=1.000', 'de'],
  ['de;q=2, fr;q=0.1', 'fr'],
  ['de;q=-1', 'en'],
  ['de;q=0.1234, fr;q=0.1', 'fr'],
  ['de;q=', 'en'],
  ['de;level=1', 'en'],
  ['d€', 'en'],
  ['deutsch', 'en'],
  ['de_CH', 'en'],
  [',,;q=1,;;,=', 'en'],
  ['__proto__, constructor, toString', 'en'],
  ['\u0000', 'en'],
  ['"de"', 'en'],
])('who wants %j is spoken to in %s', (header, language) => {
  expect(acceptedLanguage(header, languages)).toBe(language);
});

test('a language that is not offered is not chosen, and the first that is comes where none is wanted', () => {
  expect(acceptedLanguage('en-GB,en', ['ar', 'de'])).toBe('ar');
  expect(acceptedLanguage('en, de;q=0.1', ['ar', 'de'])).toBe('de');
  expect(acceptedLanguage('*', ['de'])).toBe('de');
});

test('of a header of 10 kB the beginning counts', () => {
  expect(acceptedLanguage(`de,${'x-y;q=0.1,'.repeat(1000)}`, languages)).toBe('de');
  expect(acceptedLanguage(`${'x'.repeat(10_000)},de`, languages)).toBe('en');
  expect(acceptedLanguage(`${' '.repeat(10_000)}de`, languages)).toBe('en');
  expect(acceptedLanguage(`de${'-a'.repeat(5000)}`, languages)).toBe('de');
  expect(acceptedLanguage(','.repeat(10_000), languages)).toBe('en');
});

test('whatever stands in the header, it is one of those on offer', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom(...languages, '*', ';q=0', ';q=1', ',', '-CH', ' '));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(languages).toContain(acceptedLanguage(parts.join(''), languages));
    }),
  );
});
