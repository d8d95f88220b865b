import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { fileTool } from '../../shared/tools/file-tool.ts';
import { type ToolDefinition, tool } from '../../shared/tools/tool.ts';
import { eventually } from '../eventually.ts';
import { ownClock, ownMs } from '../own-clock.ts';
import { contextOf } from './connected.ts';

ownClock();

/** A tool whose file does what is given. */
function made(run: ToolDefinition['run'], more: Partial<ToolDefinition> = {}) {
  return fileTool('act', tool({ description: 'Acts.', input: z.object({}), run, ...more }));
}

describe('a tool of a file', () => {
  test('is offered by its name, its description and the JSON schema of its input', () => {
    const input = z.object({
      time_zone: z.string().default('UTC').describe('IANA name'),
      at: z.optional(z.number()),
      city: z.string(),
    });
    const clock = fileTool('clock', tool({ description: 'Tells the time.', input, run: () => '' }));
    expect(clock.name).toBe('clock');
    expect(clock.offered).toEqual({
      name: 'clock',
      description: 'Tells the time.',
      parameters: {
        type: 'object',
        properties: {
          time_zone: { type: 'string', default: 'UTC', description: 'IANA name' },
          at: { type: 'number' },
          city: { type: 'string' },
        },
        required: ['city'],
      },
    });
  });

  test('gets its arguments checked and filled in, and says to the model what is wrong', () => {
    const input = z.object({ time_zone: z.string().default('UTC'), hours: z.int().optional() });
    const { check } = made(() => '', { input: input as never });
    expect(check('')).toEqual({ input: { time_zone: 'UTC' } });
    expect(check('{"hours":1}')).toEqual({ input: { time_zone: 'UTC', hours: 1 } });
    expect(check('{"hours":"one"}').problem).toMatch(/expected number.*hours/s);
    for (const written of ['{', 'null', '7', '[]', '"{}"']) expect(check(written).problem).toMatch(/JSON/);
  });

  test.each<[string, unknown, string]>([
    ['a text', 'Noon.', 'Noon.'],
    ['an empty text', '', ''],
    ['a value', { hours: [12, null] }, '{"hours":[12,null]}'],
    ['nothing', undefined, 'null'],
    ['an object that has a text and more', { text: 'Noon.', at: 12 }, '{"text":"Noon.","at":12}'],
  ])('may return %s', async (_, returned, text) => {
    expect(await made(() => returned).call({}, contextOf())).toEqual({ status: 'ok', text });
    expect(await made(async () => returned).call({}, contextOf())).toEqual({ status: 'ok', text });
  });

  test('may say where it found what it tells: addresses that can be followed are sources', async () => {
    const sources = [
      { url: 'https://example.com/a', title: 'A' },
      { url: 'http://example.com/b' },
      { url: 'javascript:alert(1)', title: 'trap' },
      { url: 'https://', title: 'nowhere' },
    ];
    expect(await made(() => ({ text: 'Found.', sources })).call({}, contextOf())).toEqual({
      status: 'ok',
      text: 'Found.',
      sources: sources.slice(0, 2),
    });
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('There is no order 7.');
      },
      'There is no order 7.',
    ],
    ['rejects', () => Promise.reject(new TypeError('not now')), 'not now'],
    ['throws something that is no error', () => Promise.reject('secret'), 'The tool failed.'],
    ['returns what no JSON can say', () => ({ much: 1n }), 'BigInt'],
  ])('that %s has failed, and says so in one line without a stack', async (_, run, text) => {
    const failed = await made(run).call({}, contextOf());
    expect(failed).toEqual({ status: 'error', text: expect.stringContaining(text) });
    expect(failed.text).not.toMatch(/\n|at /);
  });

  test('is told the key, the caller, and by the signal that its time is up; nobody knows then what it did', async () => {
    let told: Parameters<ToolDefinition['run']>[1] | undefined;
    const slow = made(
      (_, context) => {
        told = context;
        return new Promise(() => {});
      },
      { timeoutSeconds: 1 },
    );
    const called = () => slow.call({}, contextOf({ idempotencyKey: 'k' }));
    const waited = await ownMs(() => expect(called()).rejects.toThrow('no answer within 1000 ms'));
    expect(waited).toBeLessThan(1500);
    expect(told).toMatchObject({ idempotencyKey: 'k', caller: { id: expect.any(String) } });
    expect(told?.signal.aborted).toBe(true);
  });

  test('that heeds the signal leaves open as well what it did: its error is no result', async () => {
    const stop = new AbortController();
    let isCalled = false;
    const heeding = made((_, { signal }) => {
      isCalled = true;
      return new Promise((__, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));
    });
    const called = heeding.call({}, contextOf({ signal: stop.signal }));
    await eventually(() => isCalled);
    stop.abort(new Error('stopped'));
    await expect(called).rejects.toThrow('stopped');
  });

  test('that returns soon after it was told to stop is heard', async () => {
    const stop = new AbortController();
    const heeding = made((_, { signal }) => {
      queueMicrotask(() => stop.abort());
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve('half of it')));
    });
    expect(await heeding.call({}, contextOf({ signal: stop.signal }))).toEqual({ status: 'ok', text: 'half of it' });
  });

  test('is not called where nobody wants it any more', async () => {
    let calls = 0;
    const act = made(() => {
      calls += 1;
    });
    const result = await act.call({}, contextOf({ signal: AbortSignal.abort() }));
    expect([result, calls]).toEqual([{ status: 'error', text: 'Nothing was done.' }, 0]);
  });

  test.each<[Partial<ToolDefinition>, object]>([
    [{}, { isRepeatable: false, needsApproval: false, showsResults: false }],
    [{ readOnly: true }, { isRepeatable: true }],
    [{ idempotent: true }, { isRepeatable: true }],
    [
      { approve: true, showResults: true },
      { needsApproval: true, showsResults: true },
    ],
  ])('of %j is %j', (more, expected) => {
    expect(made(() => '', more)).toMatchObject(expected);
  });

  test.each<[string, string, unknown, string]>([
    ['a name that a model might not take', 'Clock_1', {}, 'lower-case'],
    ['no default export', 'act', undefined, 'default export'],
    ['a default export of its own make', 'act', { description: '', input: {}, run() {} }, 'tool({ ... })'],
    ['no description', 'act', tool({ description: ' ', input: z.object({}), run: () => '' }), 'description'],
    ['no run', 'act', tool({ description: 'A', input: z.object({}), run: undefined as never }), 'function run'],
    ['an input that is no schema', 'act', tool({ description: 'A', input: {} as never, run: () => '' }), 'zod schema'],
    ['an input that is no object', 'act', tool({ description: 'A', input: z.string(), run: () => '' }), 'an object'],
    [
      'an input that JSON cannot say',
      'act',
      tool({ description: 'A', input: z.object({ day: z.date() }), run: () => '' }),
      'no JSON schema',
    ],
    [
      'a time that no turn has',
      'act',
      tool({ description: 'A', input: z.object({}), run: () => '', timeoutSeconds: 221 }),
      'timeoutSeconds',
    ],
  ])('with %s is refused', (_, name, exported, reason) => {
    expect(() => fileTool(name, exported)).toThrow(reason);
  });
});
