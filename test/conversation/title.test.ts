import fc from 'fast-check';
import { expect, test } from 'vitest';
import { titleOf } from '../../shared/conversation/title.ts';

test('a short message is its own title, on one line', () => {
  expect(titleOf('  What is\n\tRedis? ')).toBe('What is Redis?');
});

test('a long message is cut at a word', () => {
  const title = titleOf('What is the best way to store time-series data in Azure when there is a lot of it?');
  expect(title).toBe('What is the best way to store time-series data in Azure…');
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
