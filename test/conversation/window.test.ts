import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitWindow, fixedTokens, halve, TOKENS_PER_MESSAGE } from '../../shared/conversation/window.ts';

const messagesOf = (turns: [number, number][]) =>
  turns.flatMap(([asked, answered]) => [
    { role: 'user' as const, tokens: asked },
    { role: 'assistant' as const, tokens: answered },
  ]);

const turns = fc.array(fc.tuple(fc.nat(800), fc.nat(500)), { maxLength: 40 });
const fixed = fc.integer({ min: 10, max: 3000 });
const cost = (messages: { tokens: number }[]) =>
  messages.reduce((sum, { tokens }) => sum + tokens + TOKENS_PER_MESSAGE, 0);

describe('the window', () => {
  test('never makes a prompt over the budget, where system prompt and message fit at all', () => {
    fc.assert(
      fc.property(turns, fixed, (all, fixedPart) => {
        expect(fitWindow(messagesOf(all), fixedPart, 3000).promptTokens).toBeLessThanOrEqual(3000);
      }),
    );
  });

  test('drops nothing while everything fits', () => {
    fc.assert(
      fc.property(turns, fixed, (all, fixedPart) => {
        const messages = messagesOf(all);
        const total = fixedPart + cost(messages);
        fc.pre(total <= 3000);
        expect(fitWindow(messages, fixedPart, 3000)).toEqual({ dropped: 0, promptTokens: total });
      }),
    );
  });

  test('drops whole turns, and counts what is left', () => {
    fc.assert(
      fc.property(turns, fixed, (all, fixedPart) => {
        const messages = messagesOf(all);
        const { dropped, promptTokens } = fitWindow(messages, fixedPart, 3000);
        expect(dropped % 2).toBe(0);
        expect(promptTokens).toBe(fixedPart + cost(messages.slice(dropped)));
      }),
    );
  });

  test('is cut to half the budget when it overflows, no further than it must be', () => {
    fc.assert(
      fc.property(turns, fixed, (all, fixedPart) => {
        const messages = messagesOf(all);
        const { dropped } = fitWindow(messages, fixedPart, 3000);
        fc.pre(dropped > 0 && dropped < messages.length);
        const kept = messages.slice(dropped);
        const isLastTurn = kept.length === 2;
        expect(fixedPart + cost(kept) <= 1500 || isLastTurn).toBe(true);
        expect(fixedPart + cost(messages.slice(dropped - 2))).toBeGreaterThan(1500);
      }),
    );
  });

  test('keeps the last turn wherever it fits', () => {
    fc.assert(
      fc.property(turns, fixed, (all, fixedPart) => {
        const messages = messagesOf(all);
        fc.pre(messages.length > 0 && fixedPart + cost(messages.slice(-2)) <= 3000);
        expect(fitWindow(messages, fixedPart, 3000).dropped).toBeLessThanOrEqual(messages.length - 2);
      }),
    );
  });

  test('may fill the budget, half of it, and the last turn all of it, to the very token', () => {
    const turn: [number, number] = [100 - TOKENS_PER_MESSAGE, 100 - TOKENS_PER_MESSAGE];
    const messages = messagesOf([turn, turn]);
    expect(fitWindow(messages, 100, 500)).toEqual({ dropped: 0, promptTokens: 500 });
    expect(fitWindow(messages, 100, 499)).toEqual({ dropped: 2, promptTokens: 300 });
    expect(fitWindow(messages, 100, 300)).toEqual({ dropped: 2, promptTokens: 300 });
    expect(fitWindow(messages, 100, 299)).toEqual({ dropped: 4, promptTokens: 100 });
    expect(fitWindow(messagesOf([turn, turn, turn]), 100, 600)).toEqual({ dropped: 4, promptTokens: 300 });
    expect(fitWindow(messagesOf([turn, turn, turn, turn, turn]), 100, 1000)).toEqual({ dropped: 6, promptTokens: 500 });
    expect(fitWindow(messagesOf([turn, turn, turn]), 100, 598)).toEqual({ dropped: 4, promptTokens: 300 });
  });

  test('that is halved loses whole turns, at least one, and no more than it must', () => {
    fc.assert(
      fc.property(turns, fixed, (all, fixedPart) => {
        const messages = messagesOf(all);
        const whole = fitWindow(messages, fixedPart, 3000);
        fc.pre(whole.dropped < messages.length);
        const { dropped, promptTokens } = halve(whole, messages, fixedPart);
        const kept = messages.slice(dropped);
        expect(dropped).toBeGreaterThan(whole.dropped);
        expect(dropped % 2).toBe(0);
        expect(promptTokens).toBe(fixedPart + cost(kept));
        expect(promptTokens <= whole.promptTokens / 2 || kept.length <= 2).toBe(true);
        const isFirstThatFits = fixedPart + cost(messages.slice(dropped - 2)) > (whole.promptTokens - 1) / 2;
        expect(isFirstThatFits).toBe(true);
      }),
    );
  });

  test('moves seldom: between two cuts the prompt only grows at its end', () => {
    const messages = messagesOf([]);
    let start = 0;
    let cuts = 0;
    for (let turn = 0; turn < 200; turn += 1) {
      const { dropped } = fitWindow(messages.slice(start), fixedTokens(100, 50), 3000);
      if (dropped > 0) cuts += 1;
      start += dropped;
      messages.push({ role: 'user', tokens: 50 }, { role: 'assistant', tokens: 100 });
    }
    // 158 tokens a turn against 1500 tokens between the marks: a cut every 9 to 10 turns.
    expect(cuts).toBeGreaterThan(15);
    expect(cuts).toBeLessThan(25);
  });
});
