import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasonOf } from '../../shared/conversation/reason.ts';
import type { Answer } from '../../shared/models/exchange.ts';
import { DONE, readEvents } from '../../shared/models/read-events.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apis, deployment } from './deployment.ts';
import { failureOf, hear } from './hear.ts';
import { recordedStreams, recordedText } from './recorded-streams.ts';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

const AT_ONCE = 16;

describe.each(apis)('a recorded stream of %s', (api) => {
  const bytes = Buffer.from(recordedStreams[api]);
  const usage = { prompt_tokens: 30, completion_tokens: 7, total_tokens: 37, cached_tokens: 10 };
  const whole = { text: recordedText, ends: [{ type: 'end', finishReason: 'stop', usage }], thrown: undefined };

  test('says the same cut at every byte', async () => {
    const model = deployment(api, upstream);
    for (let first = 0; first < bytes.length; first += AT_ONCE) {
      const positions = Array.from({ length: Math.min(AT_ONCE, bytes.length - first) }, (_, index) => first + index);
      upstream.enqueue(...positions.map((at) => ({ raw: [bytes.subarray(0, at), bytes.subarray(at)] })));
      const all = await Promise.all(positions.map(() => hear(model)));
      for (const heard of all) expect(heard).toMatchObject(whole);
    }
  });

  test('says the same byte by byte', async () => {
    upstream.enqueue({ raw: Array.from(bytes, (byte) => Uint8Array.of(byte)) });
    expect(await hear(deployment(api, upstream))).toMatchObject(whole);
  });

  test('is an answer only as a whole', async () => {
    const model = deployment(api, upstream);
    const end = recordedStreams[api].search(/"finish_reason":"stop"|event: response.completed/);
    for (let length = 0; length < end; length += 31) {
      upstream.enqueue({ raw: [recordedStreams[api].slice(0, length)] });
      expect((await failureOf(model)).code).toBe('model-failed');
    }
  });
});

describe('a body that has no end', () => {
  const endless = {
    'a line of data': ['data: ', 'x'.repeat(65_536)],
    'lines of one event': ['', `data: ${'x'.repeat(65_536)}\n`],
  };
  test.each(Object.entries(endless))('as %s is given up at about a megabyte', async (_, [begin, more]) => {
    let written = 0;
    function* raw() {
      yield begin ?? '';
      for (;;) {
        written += more?.length ?? 0;
        yield more ?? '';
      }
    }
    upstream.enqueue({ raw: raw() });
    const failure = await failureOf(deployment('chat', upstream));
    expect(failure.code).toBe('model-failed');
    expect(reasonOf(failure)).toContain('an event without an end');
    // The rest lies in the buffers of two sockets.
    expect(written).toBeLessThan(16 * 1_048_576);
  });

  test('is given up at once, not when more comes', async () => {
    upstream.enqueue({ raw: [`data: ${'x'.repeat(1_200_000)}`], ending: 'silence' });
    expect((await failureOf(deployment('chat', upstream))).code).toBe('model-failed');
  });

  test('as text is given up at four million characters', async () => {
    const content = 'x'.repeat(500_000);
    function* raw() {
      for (;;) yield `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
    }
    upstream.enqueue({ raw: raw() });
    const { text, thrown } = await hear(deployment('chat', upstream));
    expect(thrown).toMatchObject({ code: 'model-failed' });
    expect(text.length).toBe(4_000_000);
  });
});

test('events end at [DONE], whatever follows', async () => {
  const headers = { 'content-type': 'text/event-stream; charset=utf-8' };
  const bytes = Buffer.from('\ufeffdata: {"a":1}\n\nunknown: field\ndata: [DONE]\n\ndata: {"b":2}\n\n');
  expect(await eventsIn({ headers, body: Readable.from([bytes]) })).toEqual([{ a: 1 }, DONE]);
});

test('events are the same, wherever their bytes are cut', async () => {
  const newline = fc.constantFrom('\n', '\r\n', '\r');
  const silent = fc.constantFrom(
    ': a comment',
    'event: ping',
    'id: 7',
    'data',
    'data:',
    'data: null',
    'unknown: field',
  );
  const event = fc.record({
    value: fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.json().map((json) => JSON.parse(json)),
    ),
    before: fc.array(fc.tuple(silent, newline)),
    indent: fc.constantFrom('', ' '),
    end: newline,
  });
  const stream = fc.record({ events: fc.array(event), isDone: fc.boolean(), cuts: fc.array(fc.nat()) });
  await fc.assert(
    fc.asyncProperty(stream, async ({ events, isDone, cuts }) => {
      const written = events.map(({ value, before, indent, end }) => {
        // A line of its own, so that it does not become a part of the event.
        const around = before.map(([line, ending]) => line + ending + ending).join('');
        return `${around}data:${indent}${JSON.stringify(value)}${end}${end}`;
      });
      const bytes = Buffer.from(written.join('') + (isDone ? 'data: [DONE]\n\n' : ''));
      const whole = [...events.map(({ value }) => JSON.parse(JSON.stringify(value))), ...(isDone ? [DONE] : [])];
      expect(await eventsIn(streamOf(bytes, cuts))).toEqual(whole);
    }),
  );
});

async function eventsIn(answer: Answer): Promise<unknown[]> {
  const events: unknown[] = [];
  await readEvents(answer, (event) => events.push(event));
  return events;
}

function streamOf(bytes: Uint8Array, cuts: number[]): Answer {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
  return { headers: { 'content-type': 'text/event-stream' }, body: Readable.from(pieces) };
}
