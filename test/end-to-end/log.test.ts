import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import type { Script } from '../upstream/script.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, framesOf, readStream } from './client.ts';

let upstream: ScriptedUpstream;
let host: LocalHost;
let client: Client;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  host = await startHost({
    env: { OPENAI_API_KEY: 'sk-secret', OPENAI_MODEL: 'm', OPENAI_BASE_URL: upstream.baseUrl },
  });
  client = new Client(host.url);
});
afterAll(async () => {
  await host.stop();
  await upstream.stop();
});

/** The lines of the log that are a request's. */
const lines = () => [...host.logs().matchAll(/\{"request":.*\}/g)].map(([line]) => JSON.parse(line));
/** Those of one request, once there is one. */
const linesOf = (response: Response) =>
  eventually(() => {
    const found = lines().filter(({ request }) => request === response.headers.get('x-request-id'));
    return found.length > 0 && found;
  });

test('every request has one line in the log, with its id, its turn, its code and its time, and no text or secret', async () => {
  const fine = await client.get('/chat/sessions');
  const missing = await client.get('/chat/history/none-of-ours');
  upstream.enqueue({ ending: 'cut' }, { ending: 'cut' }, { ending: 'cut' });
  const failed = await client.post('/chat', { message: 'a text of mine\n{"request":"forged"}' });
  expect(failed.status).toBe(502);
  const answered = await client.post('/chat', { message: 'a text of mine' });
  expect(await linesOf(fine)).toEqual([
    { request: expect.any(String), endpoint: 'sessions', status: 200, ms: expect.any(Number) },
  ]);
  expect(await linesOf(missing)).toMatchObject([{ endpoint: 'history', status: 404, code: 'session-not-found' }]);
  expect(await linesOf(failed)).toMatchObject([
    { endpoint: 'chat', status: 502, code: 'model-failed', turn: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  ]);
  expect(await linesOf(answered)).toEqual([
    {
      request: expect.any(String),
      endpoint: 'chat',
      status: 200,
      turn: ((await answered.json()) as { turn_id: string }).turn_id,
      finish_reason: 'stop',
      ms: expect.any(Number),
    },
  ]);
  expect(lines()).toHaveLength(4);
  expect(host.logs()).not.toMatch(/text of mine|sk-secret|forged/);
});

describe('a stream has its one line at its end', () => {
  /** The platform says so of what the app logs when its answer has begun. */
  const complaint = 'Unexpected call to';

  test('with the turn, how that ended, and the whole time', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    const askedAt = performance.now();
    const response = await client.post('/chat/stream', { message: 'Slowly' });
    const frames = framesOf(response);
    const { turn_id } = JSON.parse((await frames.next()).value?.data ?? '{}');
    await frames.next();
    await sleep(120);
    expect(host.logs()).not.toContain(response.headers.get('x-request-id'));
    gate.open();
    for await (const _ of frames);
    expect(await linesOf(response)).toEqual([
      {
        request: response.headers.get('x-request-id'),
        endpoint: 'chat-stream',
        status: 200,
        turn: turn_id,
        finish_reason: 'stop',
        ms: expect.any(Number),
      },
    ]);
    expect((await linesOf(response))[0].ms).toBeGreaterThan(100);
    expect((await linesOf(response))[0].ms).toBeLessThanOrEqual(Math.ceil(performance.now() - askedAt));
    expect(host.logs()).not.toContain(complaint);
  });

  test.each<[string, string, Script, ((session: string) => Promise<unknown>) | undefined]>([
    ['a break', 'model-failed', { deltas: ['one '], ending: 'cut' }, undefined],
    ['silence, which hides no other failure', 'model-failed', { deltas: [] }, undefined],
    ['a filter', 'content-filtered', { deltas: ['one '], finishReason: 'content_filter' }, undefined],
    ['a session that was deleted', 'turn-lost', { deltas: ['one '] }, (id) => client.delete(`/chat/history/${id}`)],
  ])('with the code of what ended it: %s', async (_, code, script, meanwhile) => {
    const gate = upstream.gate();
    upstream.enqueue({ ...script, deltas: [...(script.deltas ?? []), gate] });
    const asked = upstream.requests.length;
    const response = await client.post('/chat/stream', { message: 'Fail' });
    await eventually(() => upstream.requests.length > asked);
    const opening = await framesOf(response.clone()).next();
    const first = JSON.parse(opening.value?.data ?? '{}');
    await meanwhile?.(first.session_id);
    gate.open();
    expect((await readStream(response)).last).toMatchObject({ error: { code } });
    const found = await linesOf(response);
    expect(found).toMatchObject([{ endpoint: 'chat-stream', status: 200, turn: first.turn_id, code }]);
    expect(found[0]).not.toHaveProperty('finish_reason');
    expect(host.logs()).not.toContain(complaint);
  });

  test('also one that is joined, and an export', async () => {
    const { session_id, turn_id } = await client.chat({ message: 'Once' });
    const joined = await client.get(`/chat/stream/${session_id}`);
    expect((await readStream(joined)).done).toBe(true);
    expect(await linesOf(joined)).toMatchObject([{ endpoint: 'resume', turn: turn_id, finish_reason: 'stop' }]);
    const exported = await client.get('/chat/export');
    await exported.text();
    expect(await linesOf(exported)).toMatchObject([{ endpoint: 'export', status: 200 }]);
    expect(host.logs()).not.toContain(complaint);
  });

  test('and a refusal is none', async () => {
    const refused = await client.post('/chat/stream', { message: ' ' });
    expect(await linesOf(refused)).toMatchObject([{ endpoint: 'chat-stream', status: 422, code: 'invalid-request' }]);
  });
});
