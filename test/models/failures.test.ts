import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasonOf } from '../../shared/conversation/reason.ts';
import { AZURE_ROLE } from '../../shared/models/upstream-failure.ts';
import { eventually } from '../eventually.ts';
import { ownClock } from '../own-clock.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apis, deployment } from './deployment.ts';
import { ask, failureOf, hear } from './hear.ts';

ownClock();

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(() => upstream.stop());

/** As Azure answers it. */
const filteredInput = {
  error: {
    message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    type: null,
    param: 'prompt',
    code: 'content_filter',
    status: 400,
    innererror: {
      code: 'ResponsibleAIPolicyViolation',
      content_filter_result: { violence: { filtered: true, severity: 'high' } },
    },
  },
};

const tooLong = {
  error: {
    message: "This model's maximum context length is 8192 tokens, however you requested 9000 tokens.",
    type: 'invalid_request_error',
    param: 'messages',
    code: 'context_length_exceeded',
  },
};

describe.each(apis)('a failure of %s', (api) => {
  test('is content-filtered where the filter refused the input', async () => {
    upstream.enqueue({ status: 400, body: filteredInput });
    expect((await failureOf(deployment(api, upstream))).code).toBe('content-filtered');
  });

  test('is content-filtered where the filter cut the output', async () => {
    upstream.enqueue({ deltas: ['Well, '], finishReason: 'content_filter' });
    const { ends, thrown } = await hear(deployment(api, upstream));
    expect(thrown).toMatchObject({ code: 'content-filtered' });
    expect(ends).toEqual([]);
  });

  test('is context-too-long, as a status and inside a stream', async () => {
    upstream.enqueue({ status: 400, body: tooLong }, { ending: tooLong });
    const model = deployment(api, upstream);
    expect((await failureOf(model)).code).toBe('context-too-long');
    expect((await failureOf(model)).code).toBe('context-too-long');
  });

  test.each([
    ['retry-after-ms', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1.5],
    ['retry-after in seconds', { 'retry-after': '7' }, 7],
    ['a date that is past', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    ['no time', {}, undefined],
    ['a time that is none', { 'retry-after': 'soon' }, undefined],
    ['for ever', { 'retry-after-ms': 'Infinity', 'retry-after': 'Infinity' }, undefined],
  ])('is model-busy for a 429 with %s', async (_, headers, seconds) => {
    upstream.enqueue({ status: 429, headers, body: { error: { code: '429', message: 'Too many requests' } } });
    expect(await failureOf(deployment(api, upstream))).toMatchObject({
      code: 'model-busy',
      retryAfterSeconds: seconds,
    });
  });

  test('is model-busy for a 429 with an HTTP date, in the seconds until then', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    upstream.enqueue({ status: 429, headers: { 'retry-after': inAnHour } });
    const { retryAfterSeconds } = await failureOf(deployment(api, upstream));
    expect(retryAfterSeconds).toBeGreaterThan(3500);
    expect(retryAfterSeconds).toBeLessThanOrEqual(3600);
  });

  test('is model-failed for a 5xx, whatever its body is, and model-busy for a 503 that says for how long', async () => {
    const model = deployment(api, upstream);
    upstream.enqueue({ status: 500 }, { status: 502, body: '<html>Bad Gateway</html>' }, { status: 503 });
    for (let call = 1; call <= 3; call += 1) expect((await failureOf(model)).code).toBe('model-failed');
    upstream.enqueue({ status: 503, headers: { 'retry-after': '2' } });
    expect(await failureOf(model)).toMatchObject({ code: 'model-busy', retryAfterSeconds: 2 });
  });

  test.each([401, 403, 404])(
    'is internal for a %i, and what the log has of the upstream are its codes',
    async (status) => {
      const headers = { 'x-request-id': 'req_1234' };
      upstream.enqueue({
        status,
        headers,
        body: { error: { code: 'no_role', message: 'Principal of tenant Contoso' } },
      });
      const failure = await failureOf(deployment(api, upstream));
      expect(failure.code).toBe('internal');
      expect(failure.message).toBe('The model cannot be used.');
      expect(reasonOf(failure)).toContain(`status ${status}, code no_role, request req_1234`);
      expect(reasonOf(failure)).toContain(status === 404 ? 'deployment' : AZURE_ROLE);
      expect(inspect(failure)).not.toMatch(/Contoso|the-key/);
    },
  );

  test('is model-failed where nobody listens', async () => {
    const gone = await ScriptedUpstream.start();
    const { origin } = gone;
    await gone.stop();
    expect((await failureOf(deployment(api, { origin }))).code).toBe('model-failed');
  });

  test('is model-failed where the connection breaks, before the first token and after it', async () => {
    upstream.enqueue({ ending: 'cut' }, { deltas: ['Half'], ending: 'cut' });
    const model = deployment(api, upstream);
    expect(await hear(model)).toMatchObject({ text: '', ends: [], thrown: { code: 'model-failed' } });
    expect(await hear(model)).toMatchObject({ text: 'Half', ends: [], thrown: { code: 'model-failed' } });
  });

  test('inside a stream is model-busy for a rate limit, and model-failed for all else', async () => {
    upstream.enqueue(
      { ending: { error: { code: 'rate_limit_exceeded', message: 'Slow down' } } },
      { deltas: ['Half'], ending: { error: { type: 'server_error', message: 'Secret internals' } } },
    );
    const model = deployment(api, upstream);
    expect((await failureOf(model)).code).toBe('model-busy');
    const failure = await failureOf(model);
    expect(failure.code).toBe('model-failed');
    expect(reasonOf(failure)).toContain('type server_error');
    expect(inspect(failure)).not.toContain('Secret');
  });

  test('is model-failed where the stream ends before the answer does', async () => {
    upstream.enqueue({ deltas: ['Half'], finishReason: null, ending: 'end' });
    expect(await hear(deployment(api, upstream))).toMatchObject({ text: 'Half', thrown: { code: 'model-failed' } });
  });

  test.each([
    ['no stream', { status: 200, body: { choices: [] } }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['nothing', { raw: [] }],
    ['broken JSON', { raw: ['data: {"choices": [\n\n'] }],
    ['JSON that is no object', { raw: ['data: 7\n\n'] }],
    ['null', { raw: ['data: null\n\n'] }],
  ])('is model-failed where the upstream sends %s', async (_, script) => {
    upstream.enqueue(script);
    expect((await failureOf(deployment(api, upstream))).code).toBe('model-failed');
  });

  test('is model-timeout where the model is silent, and the connection is closed', async () => {
    upstream.enqueue({ deltas: [], ending: 'silence' }, { deltas: ['Half'], ending: 'silence' });
    const model = deployment(api, upstream, { timeoutMs: 100 });
    const before = upstream.requests.length;
    expect(await hear(model)).toMatchObject({ text: '', thrown: { code: 'model-timeout' } });
    expect(await hear(model)).toMatchObject({ text: 'Half', thrown: { code: 'model-timeout' } });
    await eventually(() => upstream.requests.slice(before).every(({ cut }) => cut));
  });

  test('is model-timeout where nothing but comments comes', async () => {
    upstream.enqueue({ raw: comments(), delayMs: 5 });
    expect((await failureOf(deployment(api, upstream, { timeoutMs: 50 }))).code).toBe('model-timeout');
  });

  test('is the caller’s own reason once it aborts, and the upstream sees the connection closed', async () => {
    for (const deltas of [[], ['Half']]) {
      upstream.enqueue({ deltas, ending: 'silence' });
      const controller = new AbortController();
      const asked = upstream.requests.length;
      const heard = hear(deployment(api, upstream), { signal: controller.signal });
      await eventually(() => upstream.requests.length > asked);
      const reason = new Error('the reader left');
      controller.abort(reason);
      expect((await heard).thrown).toBe(reason);
      await eventually(() => upstream.requests[asked]?.cut);
    }
  });

  test('by an abort before the call makes no call', async () => {
    const reason = { any: 'value' };
    const asked = upstream.requests.length;
    expect((await hear(deployment(api, upstream), { signal: AbortSignal.abort(reason) })).thrown).toBe(reason);
    expect(upstream.requests.length).toBe(asked);
  });

  test('is none where the reader takes longer than the model may', async () => {
    const model = deployment(api, upstream, { timeoutMs: 100 });
    upstream.enqueue({ deltas: ['One', ' two'] }, { ending: 'silence' });
    const deltas: string[] = [];
    for await (const event of ask(model)) {
      if (event.type !== 'delta') continue;
      deltas.push(event.text);
      // A second call that begins now, and times out, is what takes that long.
      if (deltas.length === 1) expect((await failureOf(model)).code).toBe('model-timeout');
    }
    expect(deltas).toEqual(['One', ' two']);
  });

  test('is none where the reader leaves early, and the upstream sees the connection closed', async () => {
    upstream.enqueue({ deltas: ['One', upstream.gate()] });
    const asked = upstream.requests.length;
    for await (const event of ask(deployment(api, upstream))) if (event.type === 'delta') break;
    await eventually(() => upstream.requests[asked]?.cut);
  });
});

function* comments() {
  for (;;) yield ': still here\n\n';
}

test('responses says in events of its own that it failed', async () => {
  const model = deployment('responses', upstream);
  const busy = { code: 'rate_limit_exceeded', message: 'Slow down' };
  const events = [
    { type: 'response.failed', response: { error: busy } },
    { type: 'error', ...busy },
    { type: 'error', error: busy },
  ];
  for (const event of events) {
    upstream.enqueue({ raw: [`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`] });
    expect((await failureOf(model)).code).toBe('model-busy');
  }
  upstream.enqueue({ raw: ['data: {"type":"response.failed","response":{"error":{"code":"server_error"}}}\n\n'] });
  expect((await failureOf(model)).code).toBe('model-failed');
});

test('an answer that is nothing but a tool call, which nobody offered, is model-failed', async () => {
  upstream.enqueue({ deltas: [], finishReason: 'tool_calls' });
  expect((await failureOf(deployment('chat', upstream))).code).toBe('model-failed');
});
