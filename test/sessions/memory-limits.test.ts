import { expect, test } from 'vitest';
import { MemoryLimits } from '../../shared/sessions/memory/memory-limits.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const offer = { room: 1000, fixed_tokens: 100, output_tokens: 500 };

/** An account on a clock that stands, from the start of a day. */
function account() {
  let time = 100 * DAY_MS;
  const limits = { requests_per_minute: 0, tokens_per_minute: 100_000, tokens_per_day: 100_000 };
  const accounts = new MemoryLimits(limits, 10_000, () => time);
  return {
    begin: (turn: string) => accounts.admit('owner', turn, 105, offer.output_tokens),
    settle: (turn: string, spent: number) => accounts.settle('owner', turn, spent),
    pass: (ms: number) => {
      time += ms;
    },
    /** What is counted of the minute and of the day, reservations too. */
    used: () => {
      const seen = accounts.admit('owner', 'seen', 105, offer.output_tokens);
      accounts.settle('owner', 'seen', 0);
      return seen.limits.map(({ quota, remaining }) => quota - remaining - 605);
    },
  };
}

test('the reservation of a turn whose holder died counts in the minute and the day in which it ended', () => {
  const { begin, pass, used } = account();
  begin('dead');
  pass(MINUTE_MS - 1);
  expect(used()).toEqual([605, 605]);
  pass(1);
  expect(used()).toEqual([0, 605]);
  pass(DAY_MS);
  expect(used()).toEqual([0, 0]);
});

test('a reservation that ends in this very millisecond is counted once', () => {
  const { begin, pass, used } = account();
  begin('ending');
  pass(10_000);
  expect(used()).toEqual([605, 605]);
});

test('a holder that wakes is counted what its turn cost, but in no window in which its reservation did not end', () => {
  const { begin, settle, pass, used } = account();
  begin('late');
  pass(MINUTE_MS);
  for (let n = 0; n < 2; n += 1) settle('late', 30);
  expect(used()).toEqual([0, 30]);
  begin('later');
  pass(DAY_MS);
  settle('later', 30);
  expect(used()).toEqual([0, 0]);
});
