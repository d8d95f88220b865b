import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modelTitleOf, titleOf } from '../../shared/conversation/title.ts';

test('a short message is its own title, on one line', () => {
  expect(titleOf('  What is\n\tRedis? ')).toBe('What is Redis?');
});

test('a long message is cut at a word', () => {
  const title = titleOf('Which of our machines reported no temperature at all since Monday, and since when exactly?');
  expect(title).toBe('Which of our machines reported no temperature at all since…');
});

test('a message of 60 characters is its own title still, and one of 61 is not', () => {
  const sixty = `${'abcde '.repeat(9)}abcdef`;
  expect(titleOf(sixty)).toBe(sixty);
  expect(titleOf(`${sixty}!`)).toBe(`${'abcde '.repeat(9).trim()}…`);
});

test('a word is cut where the title would lose more than half to keep it whole', () => {
  expect(titleOf(`${'a'.repeat(30)} ${'b'.repeat(60)}`)).toBe(`${'a'.repeat(30)} ${'b'.repeat(29)}…`);
  expect(titleOf(`${'a'.repeat(31)} ${'b'.repeat(60)}`)).toBe(`${'a'.repeat(31)}…`);
});

test('any message gives a well-formed title of at most 61 characters, on one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (message) => {
      const title = titleOf(message);
      expect(title.isWellFormed()).toBe(true);
      expect(Array.from(title).length).toBeLessThanOrEqual(61);
      expect(title).not.toMatch(/[\n\r]/);
    }),
  );
});

test.each([
  ['Redis in Azure', 'Redis in Azure'],
  ['  Redis\tin  Azure \n', 'Redis in Azure'],
  ['"Redis in Azure"', 'Redis in Azure'],
  ['**Redis in Azure**', 'Redis in Azure'],
  ['# **“Redis in Azure”**', 'Redis in Azure'],
  ['> `Redis`', 'Redis'],
  ['_*"Redis"*_', 'Redis'],
  ['„Züge nach Köln“', 'Züge nach Köln'],
  ['« Trains »', 'Trains'],
  ['「東京の天気」', '東京の天気'],
  ['"Hamlet" and "Lear"', '"Hamlet" and "Lear"'],
  ['**Redis** or *Valkey*', '**Redis** or *Valkey*'],
  ['What is "Redis"?', 'What is "Redis"?'],
  ["'Tis the season", "'Tis the season"],
  ['snake_case', 'snake_case'],
  ['\n\nRedis in Azure\nA second line', 'Redis in Azure'],
  ['Redis\u2028in Azure', 'Redis'],
  ['Re\u0000dis \u001b[31min\u0007 Azure', 'Redis [31min Azure'],
  ['\u202eRedis\u2066 in Azure\ufeff', 'Redis in Azure'],
  ['Ein Titel 👩‍👩‍👧', 'Ein Titel 👩‍👩‍👧'],
  ['"', '"'],
  ['""', '""'],
  ['', ''],
  [' \n\u0007\n ', ''],
  ['# ', ''],
])('of what a model wrote, %j, the title is %j', (text, title) => {
  expect(modelTitleOf(text)).toBe(title);
});

test('a title that a model wrote has at most 80 characters, and is cut at a word', () => {
  const eighty = `${'abcdefg '.repeat(9)}abcdefgh`;
  expect(modelTitleOf(eighty)).toBe(eighty);
  expect(modelTitleOf(`${eighty}!`)).toBe(`${'abcdefg '.repeat(9).trim()}…`);
});

test('whatever a model writes gives a well-formed title on one line, without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      const title = modelTitleOf(text);
      expect(title.isWellFormed()).toBe(true);
      expect(Array.from(title).length).toBeLessThanOrEqual(81);
      expect(title).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect(title.trim()).toBe(title);
    }),
  );
});
