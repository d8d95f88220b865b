import fc from 'fast-check';
import { expect, test } from 'vitest';
import { titleOf } from '../../shared/conversation/title.ts';

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
