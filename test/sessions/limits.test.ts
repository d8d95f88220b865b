import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TurnStarted } from '../../shared/conversation/events.ts';
import { Failure } from '../../shared/conversation/failure.ts';
import type { LimitState, Limits } from '../../shared/conversation/limits.ts';
import { fixedTokens } from '../../shared/conversation/window.ts';
import { Conversation } from '../conversation/conversation.ts';
import { deployment } from '../models/deployment.ts';
import { inOneDay, inOneMinute } from '../time-windows.ts';
import { countTokens } from '../tokens/o200k.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { describeEachStore } from './each-store.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start(() => ({
    deltas: ['Hi'],
    usage: { prompt_tokens: 20, completion_tokens: 3 },
  }));
});
afterAll(() => upstream?.stop());

/** What a turn with the message `Hi` may cost: its prompt, and the longest answer. */
const reserved = fixedTokens(countTokens('Be kind.').tokens, countTokens('Hi').tokens) + 500;
/** Seconds until the window of so many seconds is over. */
const secondsLeft = (window: number) => window - ((Date.now() / 1000) % window);
/** What a store told of that, in whole seconds or not, since so many were left; its clock may differ from this one by some ms. */
const since = (atFirst: number, left: number) =>
  expect.toSatisfy((told: number) => told > left - 0.1 && told < atFirst + 1.1);

describeEachStore('the limits', (open) => {
  beforeEach(inOneDay);

  /** Turns of an owner of their own, and how each is admitted or refused. */
  async function limited(limits: Partial<Limits>) {
    const unlimited = { requests_per_minute: 0, tokens_per_minute: 0, tokens_per_day: 0 };
    const store = open({ sessionSeconds: 60, leaseSeconds: 10, limits: { ...unlimited, ...limits } });
    const owner = randomUUID();
    const conversation = new Conversation(deployment('chat', upstream), { store, owner });
    const begin = async () => {
      const turn = conversation.take('Hi');
      return { turn, limits: ((await turn.next()).value as TurnStarted).limits as LimitState[] };
    };
    const refused = () =>
      begin().then(
        () => expect.unreachable(),
        (failure: Failure) => failure,
      );
    return { conversation, begin, refused, [Symbol.asyncDispose]: () => store.close() };
  }

  test('admit a whole minute of requests at once, and then one whenever its share of the minute has passed', async () => {
    await using all = await limited({ requests_per_minute: 120 });
    const startedAt = performance.now();
    const begun = await Promise.all(Array.from({ length: 120 }, () => all.begin()));
    let isDue = false;
    while (performance.now() - startedAt < 1600 || begun.length === 120) {
      const next = await all.begin().catch((failure: Failure) => failure);
      if (next instanceof Failure) {
        const { retryAfterSeconds = 0, limits } = next;
        expect(isDue).toBe(false);
        expect(retryAfterSeconds).toBeGreaterThan(0);
        expect(retryAfterSeconds).toBeLessThanOrEqual(0.5);
        expect(limits).toEqual([{ name: 'requests', quota: 120, window: 60, remaining: 0, reset: 60 }]);
        await sleep(retryAfterSeconds * 1000 + 1);
      } else begun.push(next);
      isDue = next instanceof Failure;
    }
    const shares = (performance.now() - startedAt) / 500;
    expect(begun.length).toBeGreaterThan(120);
    expect(begun.length).toBeLessThanOrEqual(120 + shares);
    for (const { turn } of begun) await turn.return(undefined);
  });

  test('tell of requests how many are left, and in how many seconds all are there again', async () => {
    await using all = await limited({ requests_per_minute: 2 });
    const startedAt = performance.now();
    const left = (seconds: number) => seconds - (performance.now() - startedAt) / 1000;
    const [first, second] = [await all.begin(), await all.begin()];
    expect(first.limits).toEqual([{ name: 'requests', quota: 2, window: 60, remaining: 1, reset: 30 }]);
    const reset = expect.toSatisfy((told: number) => told <= 60 && told >= left(60));
    expect(second.limits).toEqual([{ name: 'requests', quota: 2, window: 60, remaining: 0, reset }]);
    const { retryAfterSeconds, code } = await all.refused();
    expect(retryAfterSeconds).toEqual(expect.toSatisfy((told: number) => told <= 30 && told >= left(30)));
    expect(code).toBe('rate-limited');
    for (const { turn } of [first, second]) await turn.return(undefined);
  });

  test('tell of tokens how many are left, and when the minute and the day are over', async () => {
    await using all = await limited({ tokens_per_minute: 2000, tokens_per_day: 3000 });
    await inOneMinute();
    const [minute, day] = [secondsLeft(60), secondsLeft(86_400)];
    const { turn, limits } = await all.begin();
    expect(limits).toEqual([
      ...[['tokens-per-minute', 2000, 60, minute] as const, ['tokens-per-day', 3000, 86_400, day] as const].map(
        ([name, quota, window, left]) => ({
          ...{ name, quota, window, remaining: quota - reserved },
          reset: since(left, secondsLeft(window)),
        }),
      ),
    ]);
    await turn.return(undefined);
  });

  test('hold only what is set', async () => {
    await using minute = await limited({ tokens_per_minute: 2000 });
    await using day = await limited({ tokens_per_day: 2000 });
    await using none = await limited({});
    for (const [all, names] of [
      [minute, ['tokens-per-minute']],
      [day, ['tokens-per-day']],
      [none, []],
    ] as const) {
      const { turn, limits } = await all.begin();
      expect(limits.map((limit) => limit.name)).toEqual(names);
      await turn.return(undefined);
    }
  });

  test('refuse what would fit without the turns under way for two seconds at most', async () => {
    await using all = await limited({ tokens_per_day: 23 + reserved });
    await all.conversation.talk('Hi');
    const { turn, limits: rest } = await all.begin();
    expect(rest).toMatchObject([{ remaining: 0 }]);
    const { code, retryAfterSeconds, limits } = await all.refused();
    expect(code).toBe('token-limit-exceeded');
    expect(retryAfterSeconds).toBe(2);
    expect(limits).toMatchObject([{ remaining: 0 }]);
    await Array.fromAsync(turn);
  });

  test('refuse what does not fit beside what was used until the window is over', async () => {
    await using all = await limited({ tokens_per_day: reserved + 10 });
    await all.conversation.talk('Hi');
    const left = secondsLeft(86_400);
    const { retryAfterSeconds, limits } = await all.refused();
    expect(retryAfterSeconds).toEqual(since(left, secondsLeft(86_400)));
    expect(limits).toMatchObject([{ remaining: reserved + 10 - 23 }]);
  });

  test('refuse no turn that takes the very last token', async () => {
    await using all = await limited({ tokens_per_day: 2 * reserved });
    const [one, two] = [await all.begin(), await all.begin()];
    expect(two.limits).toMatchObject([{ remaining: 0 }]);
    for (const { turn } of [one, two]) await turn.return(undefined);
  });

  test('of requests come first where several are reached, and every one is told', async () => {
    await using all = await limited({ requests_per_minute: 1, tokens_per_minute: reserved, tokens_per_day: reserved });
    const { turn } = await all.begin();
    const { code, limits } = await all.refused();
    expect(code).toBe('rate-limited');
    expect(limits).toMatchObject([{ name: 'requests' }, { name: 'tokens-per-minute' }, { name: 'tokens-per-day' }]);
    await turn.return(undefined);
  });
});
