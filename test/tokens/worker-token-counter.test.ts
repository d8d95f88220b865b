import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { MOST_RESULT_BYTES } from '../../shared/conversation/steps/cut-result.ts';
import { LONGEST_COUNTED_HERE, LONGEST_QUEUE, WorkerTokenCounter } from '../../shared/tokens/worker-token-counter.ts';
import { eventually } from '../eventually.ts';
import { countTokens } from './o200k.ts';
import { hostileTexts, ordinaryTexts } from './sample-texts.ts';

const scripted = new URL('./scripted-worker.ts', import.meta.url);
const one = { tokens: 1, exact: true };
const boundOfHello = { tokens: 6, exact: false };

/** So long that a worker is asked. */
const long = (text: string) => text.padEnd(LONGEST_COUNTED_HERE + 1);

const open: WorkerTokenCounter[] = [];
afterEach(() => Promise.all(open.splice(0).map((counter) => counter.close())));

function start(options: ConstructorParameters<typeof WorkerTokenCounter>[0] = {}): WorkerTokenCounter {
  const counter = new WorkerTokenCounter(options);
  open.push(counter);
  return counter;
}

describe('the counter', () => {
  test('answers with the bytes of the text while the tokeniser is not loaded, and exactly from then on', async () => {
    const counter = start();
    expect(await counter.count('héllo')).toEqual(boundOfHello);
    await eventually(async () => (await counter.count('héllo')).exact);
    expect(await counter.count('héllo')).toEqual(countTokens('héllo'));
  });

  test('answers exactly at the first time of asking where it may wait until the tokeniser is loaded', async () => {
    expect(await start().countWhenLoaded('héllo')).toEqual(countTokens('héllo'));
  });

  test('gives every text its own count when many are asked for at once', async () => {
    const counter = start();
    const texts = [...Object.values(ordinaryTexts), ...Object.values(hostileTexts), ''];
    const counts = await Promise.all(texts.map((text) => counter.countWhenLoaded(text)));
    expect(counts).toEqual(texts.map(countTokens));
  });

  test('has no worker once its tables are loaded, until a long text is to be counted', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on('worker', note);
    const counter = start();
    await counter.countWhenLoaded('héllo');
    await eventually(() => workers[0]?.threadId === -1);
    await counter.count('héllo');
    expect(workers).toHaveLength(1);
    await Promise.all([counter.count(long('')), counter.count(long('again'))]);
    expect(workers).toHaveLength(2);
    process.off('worker', note);
  });

  test('leaves the event loop turning while it loads and while it counts', async () => {
    const counter = start();
    let isCounted = false;
    const counted = Promise.all(Object.values(hostileTexts).map((text) => counter.countWhenLoaded(text))).then(() => {
      isCounted = true;
    });
    let turns = 0;
    for (; !isCounted; turns++) await turnOfTheEventLoop();
    await counted;
    expect(turns).toBeGreaterThan(100);
  });

  test('answers exactly however many turns are told of the longest results at once', async () => {
    const counter = start();
    const texts = Array.from({ length: 200 }, (_, n) => `Result ${n}`.padEnd(MOST_RESULT_BYTES, ' so it is'));
    const counts = await Promise.all(texts.map((text) => counter.countWhenLoaded(text)));
    expect(counts.filter(({ exact }) => !exact)).toEqual([]);
  });

  test('answers with the bound when too much is waiting, and exactly again later', async () => {
    const counter = start();
    const waiting = counter.countWhenLoaded('a '.repeat(LONGEST_QUEUE / 4));
    const filling = counter.countWhenLoaded(' '.repeat(LONGEST_QUEUE / 2 - 1));
    // The worker is still loading, or busy with the others.
    expect((await counter.countWhenLoaded('é '.repeat(LONGEST_COUNTED_HERE))).exact).toBe(false);
    await Promise.all([waiting, filling]);
    expect(await counter.count('héllo')).toEqual(countTokens('héllo'));
  });
});

const boundOfLong = { tokens: LONGEST_COUNTED_HERE + 1, exact: false };

describe('a worker that dies', () => {
  test('leaves what was asked of it with bounds, and the next count starts a new one', async () => {
    const deaths: unknown[] = [];
    const counter = start({ workerUrl: scripted, restartPauseMs: 0, onDeath: (cause) => deaths.push(cause) });
    expect(await counter.countWhenLoaded(long('hello'))).toEqual(one);
    const asked = ['wait', 'die', 'hello'].map((text) => counter.count(long(text)));
    expect(await Promise.all(asked)).toEqual([boundOfLong, boundOfLong, boundOfLong]);
    expect(deaths).toEqual([new Error('as asked')]);
    expect(await counter.countWhenLoaded(long('hello'))).toEqual(one);
  });

  test('leaves its tables: short texts are counted as before', async () => {
    const counter = start({ workerUrl: scripted, onDeath: () => {} });
    const five = { tokens: 5, exact: true };
    expect(await counter.countWhenLoaded('hello')).toEqual(five);
    expect(await counter.count(long('die'))).toEqual(boundOfLong);
    expect(await counter.count('hello')).toEqual(five);
  });

  test('is not started again before the pause is over, and counts are bounds until then', async () => {
    let now = 0;
    const deaths: unknown[] = [];
    const counter = start({
      workerUrl: scripted,
      restartPauseMs: 1000,
      now: () => now,
      onDeath: (cause) => deaths.push(cause),
    });
    await counter.countWhenLoaded(long('die'));
    now = 999;
    expect(await counter.countWhenLoaded(long('hello'))).toEqual(boundOfLong);
    now = 1000;
    expect(await counter.countWhenLoaded(long('hello'))).toEqual(one);
    expect(deaths).toHaveLength(1);
  });

  test('because its file is missing makes every count a bound, and says so', async () => {
    const deaths: unknown[] = [];
    const counter = start({
      workerUrl: new URL('./no-such-file.ts', import.meta.url),
      onDeath: (cause) => deaths.push(cause),
    });
    expect(await counter.countWhenLoaded('héllo')).toEqual(boundOfHello);
    expect(deaths).toEqual([expect.objectContaining({ code: 'MODULE_NOT_FOUND' })]);
  });
});

describe('a closed counter', () => {
  test('answers what still waits, and all that is asked later, with bounds', async () => {
    const deaths: unknown[] = [];
    const counter = start({ workerUrl: scripted, onDeath: (cause) => deaths.push(cause) });
    const waiting = counter.countWhenLoaded('wait');
    await counter.close();
    expect(await waiting).toEqual({ tokens: 4, exact: false });
    expect(await counter.count(long('hello'))).toEqual(boundOfLong);
    expect(await counter.countWhenLoaded(long('hello'))).toEqual(boundOfLong);
    expect(deaths).toEqual([]);
  });

  test('need not have counted anything', async () => {
    await start().close();
  });
});
