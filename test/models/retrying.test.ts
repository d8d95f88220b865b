import { once } from 'node:events';
import { setImmediate as laterOn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../shared/conversation/failure.ts';
import type { CompletionOptions, Model } from '../../shared/conversation/ports/model.ts';
import { retrying } from '../../shared/models/retrying.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { deployment } from './deployment.ts';
import { ask, failureOf, hear } from './hear.ts';

/** What a scripted model does with one call. */
type Turn = 'answer' | 'speak, then fail' | 'wait' | Failure;

/** A model that does as it is told, call by call, and then answers; it records its calls in `asked`. */
function scripted(name: string, ...turns: Turn[]): Model {
  return {
    name,
    async stream(_messages, _options, signal, tell) {
      asked.push(name);
      const turn = turns.shift() ?? 'answer';
      if (turn instanceof Failure) throw turn;
      if (turn === 'wait') await once(signal, 'abort');
      // No model answers within the call that asks it.
      await laterOn();
      signal.throwIfAborted();
      tell({ type: 'delta', text: name });
      if (turn === 'speak, then fail') throw failed;
      tell({ type: 'end', finishReason: 'stop' });
    },
  };
}

function honouring(name: string): Model {
  return {
    name,
    async stream(_messages, _options, signal, tell) {
      asked.push(name);
      signal.throwIfAborted();
      tell({ type: 'end', finishReason: 'stop' });
    },
  };
}

const failed = new Failure('model-failed', 'It failed.');
const busyFor = (retryAfterSeconds: number) => new Failure('model-busy', 'It is busy.', { retryAfterSeconds });

let asked: string[];
let clock: number;
/** A random number of -1 makes each wait without a Retry-After nothing. */
const seams = { now: () => clock, random: () => -1 };
beforeEach(() => {
  asked = [];
  clock = 0;
});

describe('one deployment', () => {
  test('is asked again until it answers', async () => {
    const model = retrying([scripted('A', failed, new Failure('model-timeout', 'It was silent.'))], seams);
    expect(await hear(model)).toMatchObject({ text: 'A', ends: [{ finishReason: 'stop' }] });
    expect(asked).toEqual(['A', 'A', 'A']);
  });

  test('is asked three times at most, and what it said last is what fails', async () => {
    const last = new Failure('model-busy', 'It is busy.', { retryAfterSeconds: 9 });
    expect((await hear(retrying([scripted('A', failed, failed, last)], seams))).thrown).toBe(last);
    expect(asked).toEqual(['A', 'A', 'A']);
  });

  test('is not asked again after its first token', async () => {
    const model = retrying([scripted('A', 'speak, then fail'), scripted('B')], seams);
    expect(await hear(model)).toMatchObject({ deltas: ['A'], ends: [], thrown: failed });
    expect(asked).toEqual(['A']);
  });

  test.each(['content-filtered', 'context-too-long', 'internal'] as const)(
    'is not asked again for %s',
    async (code) => {
      const model = retrying([scripted('A', new Failure(code, 'No.')), scripted('B')], seams);
      expect((await failureOf(model)).code).toBe(code);
      expect(asked).toEqual(['A']);
    },
  );

  test('is not asked again for an error that nobody expected', async () => {
    const bug = new TypeError('undefined is not a function');
    const model: Model = {
      name: 'A',
      async stream() {
        asked.push('A');
        throw bug;
      },
    };
    expect((await hear(retrying([model, scripted('B')], seams))).thrown).toBe(bug);
    expect(asked).toEqual(['A']);
  });

  test('is not waited for where the wait does not fit into the turn: its failure is passed on', async () => {
    const busy = busyFor(30);
    clock = 1000;
    expect((await hear(retrying([scripted('A', busy)], seams), { giveUpAt: 31_000 })).thrown).toBe(busy);
    expect(asked).toEqual(['A']);
  });

  test('is waited for where its time fits', async () => {
    const model = retrying([scripted('A', busyFor(0.001))], seams);
    expect((await hear(model, { giveUpAt: 1000 })).text).toBe('A');
  });

  test('is not waited for where it says to be busy for more than 5 s: that is passed on at once', async () => {
    const busy = busyFor(5.001);
    expect((await hear(retrying([scripted('A', busy)], seams))).thrown).toBe(busy);
    expect(asked).toEqual(['A']);
  });

  test('is not asked again where it was alive and went silent', async () => {
    const silent = new Failure('model-timeout', 'It was silent.', { wasAlive: true });
    expect((await hear(retrying([scripted('A', silent), scripted('B')], seams))).thrown).toBe(silent);
    expect(asked).toEqual(['A']);
  });

  test('is not waited for by a caller that aborts', async () => {
    const controller = new AbortController();
    const reason = new Error('the reader left');
    const model: Model = {
      name: 'A',
      async stream() {
        setImmediate(() => controller.abort(reason));
        throw busyFor(5);
      },
    };
    expect((await hear(retrying([model], seams), { signal: controller.signal })).thrown).toBe(reason);
  });

  test('is not blamed for a caller that aborts, whatever its reason', async () => {
    const reason = new Failure('model-timeout', 'The turn took too long.');
    const model = retrying([honouring('A'), scripted('B')], seams);
    for (let turn = 1; turn <= 4; turn += 1) {
      expect((await hear(model, { signal: AbortSignal.abort(reason) })).thrown).toBe(reason);
    }
    expect(asked).toEqual(['A', 'A', 'A', 'A']);
  });

  test.each([
    { failures: 1, random: 0, wait: 250 },
    { failures: 1, random: 1, wait: 500 },
    { failures: 2, random: 0, wait: 500 },
    { failures: 2, random: 1, wait: 1000 },
  ])('that says no time is waited for: %o', async ({ failures, random, wait }) => {
    const isBegun = async (giveUpAt: number) => {
      const controller = new AbortController();
      const reason = new Error('a wait was begun');
      const some = {
        now: () => 0,
        random: () => {
          if (asked.length < failures) return -1;
          controller.abort(reason);
          return random;
        },
      };
      asked = [];
      const model = retrying([scripted('A', failed, failed)], some);
      return (await hear(model, { giveUpAt, signal: controller.signal })).thrown === reason;
    };
    expect(await isBegun(wait)).toBe(false);
    expect(await isBegun(wait + 1)).toBe(true);
  });
});

describe('several deployments', () => {
  test('are asked one after the other, at once, in their order', async () => {
    // A wait would not fit, so there is none.
    const model = retrying([scripted('A', busyFor(60)), scripted('B', failed), scripted('C')], seams);
    expect((await hear(model, { giveUpAt: 0 })).text).toBe('C');
    expect(asked).toEqual(['A', 'B', 'C']);
    expect(model.name).toBe('A');
  });

  test('are asked three times in all', async () => {
    const model = retrying([scripted('A', failed, failed), scripted('B', failed, failed)], seams);
    expect((await hear(model)).thrown).toBe(failed);
    expect(asked).toEqual(['A', 'B', 'A']);
  });

  test('are waited for only until the first of them has said to be back', async () => {
    const model = retrying([scripted('A', busyFor(0.001)), scripted('B', busyFor(60))], seams);
    expect((await hear(model, { giveUpAt: 1000 })).text).toBe('A');
  });

  test.each([
    [9, 60],
    [60, 9],
  ])('that are busy for %i and %i s are all asked, and what is passed on is when the first is back', async (a, b) => {
    const model = retrying([scripted('A', busyFor(a)), scripted('B', busyFor(b))], seams);
    expect((await hear(model)).thrown).toMatchObject({ code: 'model-busy', retryAfterSeconds: 9 });
    expect(asked).toEqual(['A', 'B']);
  });

  test('pass over one that is busy for as long as it said', async () => {
    const model = retrying([scripted('A', busyFor(60)), scripted('B')], seams);
    await hear(model);
    clock = 59_999;
    await hear(model);
    clock = 60_000;
    await hear(model);
    expect(asked).toEqual(['A', 'B', 'B', 'A']);
  });

  test('pass over one that failed three times in a row, and try it again later', async () => {
    const model = retrying([scripted('A', failed, failed, failed, failed), scripted('B')], seams);
    for (let turn = 1; turn <= 4; turn += 1) expect((await hear(model)).text).toBe('B');
    expect(asked).toEqual(['A', 'B', 'A', 'B', 'A', 'B', 'B']);

    asked = [];
    clock = 30_000;
    // One more failure is enough to pass over it again.
    await hear(model);
    await hear(model);
    clock = 60_000;
    await hear(model);
    expect(asked).toEqual(['A', 'B', 'B', 'A']);
  });

  test('forget failures that an answer followed, also where the reader leaves at its end', async () => {
    const model = retrying([scripted('A', failed, failed, 'answer', failed, failed), scripted('B')], seams);
    await hear(model);
    await hear(model);
    for await (const event of ask(model)) if (event.type === 'end') break;
    await hear(model);
    await hear(model);
    await hear(model);
    expect(asked).toEqual(['A', 'B', 'A', 'B', 'A', 'A', 'B', 'A', 'B', 'A']);
  });

  /** Deployments of which the first was dead for a while, and is tried again by the next call, to which it does `then`. */
  async function tryAgain(...then: Turn[]): Promise<Model> {
    const model = retrying([scripted('A', failed, failed, failed, ...then), scripted('B')], seams);
    for (let turn = 1; turn <= 3; turn += 1) await hear(model);
    clock = 30_000;
    asked = [];
    return model;
  }

  test('come back to one from its first token on, also where its reader stops it then', async () => {
    const model = await tryAgain('answer');
    for await (const event of ask(model)) if (event.type === 'delta') break;
    await hear(model);
    expect(asked).toEqual(['A', 'A']);
  });

  test('come back to one from its first token on, while it still speaks', async () => {
    const model = await tryAgain('answer');
    for await (const event of ask(model)) if (event.type === 'delta') await hear(model);
    expect(asked[1]).toBe('A');
  });

  test.each(['content-filtered', 'context-too-long'] as const)('come back to one that answers %s', async (code) => {
    const model = await tryAgain(new Failure(code, 'No.'));
    expect((await failureOf(model)).code).toBe(code);
    await hear(model);
    expect(asked).toEqual(['A', 'A']);
  });

  test('try one again at once where a caller stopped the call that was to show whether it lives', async () => {
    const model = await tryAgain('wait');
    const controller = new AbortController();
    setImmediate(() => controller.abort('stopped'));
    expect((await hear(model, { signal: controller.signal })).thrown).toBe('stopped');
    const [first, second] = await Promise.all([hear(model), hear(model)]);
    expect([first.text, second.text]).toEqual(['A', 'B']);
    expect(asked).toEqual(['A', 'A', 'B']);
  });

  test('are still asked where all of them are known to be dead', async () => {
    const model = retrying([scripted('A', busyFor(60)), scripted('B', busyFor(60))], seams);
    await hear(model, { giveUpAt: 0 });
    expect((await hear(model)).text).toBe('A');
  });

  test('get the same question, options and signal', async () => {
    const calls: unknown[][] = [];
    const recording = (name: string, turn: Turn): Model => ({
      name,
      stream(...call) {
        calls.push(call);
        return scripted(name, turn).stream(...call);
      },
    });
    const options: CompletionOptions = { maxOutputTokens: 9, temperature: 1, cacheKey: 'k', giveUpAt: 5 };
    const { signal } = new AbortController();
    await hear(retrying([recording('A', failed), recording('B', 'answer')], seams), { ...options, signal });
    expect(calls).toEqual([
      [expect.anything(), options, signal, expect.any(Function)],
      [expect.anything(), options, signal, expect.any(Function)],
    ]);
    expect(calls[0]?.[0]).toBe(calls[1]?.[0]);
  });
});

describe('deployments over HTTP', () => {
  let upstream: ScriptedUpstream;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterAll(() => upstream.stop());

  test('are asked again as soon as the upstream’s Retry-After allows', async () => {
    upstream.enqueue({ status: 429, headers: { 'retry-after-ms': '1' } }, { deltas: ['Here I am'] });
    const model = retrying([deployment('chat', upstream)], { random: () => -1 });
    expect((await hear(model)).text).toBe('Here I am');
    expect(upstream.requests.length).toBe(2);
  });

  test('fall back to the next one, by its name', async () => {
    upstream.requests.length = 0;
    upstream.enqueue({ ending: { error: { code: 'rate_limit_exceeded' } } }, { deltas: ['Here I am'] });
    const model = retrying([deployment('chat', upstream), deployment('chat', upstream, { model: 'spare' })]);
    expect((await hear(model)).text).toBe('Here I am');
    expect(upstream.requests.map(({ body }) => body['model'])).toEqual(['gpt-4.1-mini', 'spare']);
  });
});
