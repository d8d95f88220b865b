import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasonOf } from '../../shared/conversation/reason.ts';
import { readEvents } from '../../shared/models/read-events.ts';
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
  const response = new Response('\ufeffdata: {"a":1}\n\nunknown: field\ndata: [DONE]\n\ndata: {"b":2}\n\n', {
    headers,
  });
  expect(await Array.fromAsync(readEvents(response))).toEqual([{ a: 1 }]);
});
