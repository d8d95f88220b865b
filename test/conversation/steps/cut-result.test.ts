import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { cutResult, MOST_RESULT_BYTES } from '../../../shared/conversation/steps/cut-result.ts';
import { WorkerTokenCounter } from '../../../shared/tokens/worker-token-counter.ts';
import { countTokens } from '../../tokens/o200k.ts';

const count = async (text: string) => countTokens(text);

describe("a tool's result", () => {
  test('is told as it is where it fits', async () => {
    expect(await cutResult('It is noon.', 256, count)).toBe('It is noon.');
    expect(await cutResult('', 256, count)).toBe('');
  });

  test('is well-formed text within its tokens, a beginning of what the tool said, whatever that is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 2000 }),
        fc.integer({ min: 48, max: 600 }),
        async (text, most) => {
          const told = await cutResult(`${text}\ud800${text}`, most, count);
          expect(told.isWellFormed()).toBe(true);
          expect(countTokens(told).tokens).toBeLessThanOrEqual(most);
          const [kept = '', note] = told.split(/\n(?=\[Cut: )/);
          expect(`${text}\ud800${text}`.toWellFormed().startsWith(kept)).toBe(true);
          if (note !== undefined) expect(note).toMatch(/^\[Cut: the first \d+ of \d+ characters\.\]$/);
        },
      ),
      { numRuns: 60 },
    );
  });

  describe('that is long is cut soon', () => {
    const counter = new WorkerTokenCounter();
    afterAll(() => counter.close?.());

    test.each([
      ['1 MB of one letter', 'a'.repeat(1_000_000)],
      ['1 MB of one emoji', '😀'.repeat(250_000)],
      [
        '1 MB without a space',
        Array.from({ length: 100_000 }, (_, n) => n.toString(36))
          .join('')
          .slice(0, 1_000_000),
      ],
      ['10 MB of words', 'some words '.repeat(1_000_000)],
    ])('%s', async (_, text) => {
      await counter.countWhenLoaded('a');
      const startedAt = performance.now();
      const told = await cutResult(text, 1000, (part) => counter.countWhenLoaded(part));
      expect(Buffer.byteLength(told)).toBeLessThan(MOST_RESULT_BYTES + 100);
      expect(told).toContain(`of ${text.length} characters.]`);
      expect(performance.now() - startedAt).toBeLessThan(5000);
    });
  });
});
