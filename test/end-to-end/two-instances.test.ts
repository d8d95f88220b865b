import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, type Frame, framesOf, readStream } from './client.ts';

let redis: RedisServer;
let upstream: ScriptedUpstream;
let hosts: LocalHost[];
let here: Client;
let there: Client;

const start = (env: Record<string, string> = {}) =>
  startHost({
    env: {
      REDIS_URL: redis.url,
      OPENAI_BASE_URL: upstream.baseUrl,
      OPENAI_MODEL: 'scripted',
      ...env,
    },
  });

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  hosts = await Promise.all([start(), start()]);
  [here, there] = hosts.map((host) => new Client(host.url)) as [Client, Client];
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await Promise.all([redis.stop(), upstream.stop()]);
});

/** Begins a stream, and reads it until the model's first words have come. */
async function begin(client: Client, message: string, headers: Record<string, string> = {}) {
  const response = await client.post('/chat/stream', { message }, headers);
  const frames = framesOf(response);
  const first = (await frames.next()).value as Frame;
  const second = (await frames.next()).value as Frame;
  const sessionId: string = JSON.parse(first.data).session_id;
  return { sessionId, seen: [first, second], rest: frames };
}

const join = (client: Client, sessionId: string, after?: string) =>
  client.get(`/chat/stream/${sessionId}`, after === undefined ? {} : { 'last-event-id': after });

describe('GET /chat/stream/{session_id}', () => {
  test('joins a turn that runs on another instance, and tells it to its end in the very same frames', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', 'two ', gate, 'three'] });
    const { sessionId, seen, rest } = await begin(here, 'Count');
    const joined = framesOf(await join(there, sessionId));
    const first = (await joined.next()).value as Frame;
    expect(first).toEqual(seen[0]);
    gate.open();
    const live = [...seen, ...(await Array.fromAsync(rest))];
    const told = [first, ...(await Array.fromAsync(joined))];
    expect(told).toEqual(live);
    expect(live.at(-1)?.data).toBe('[DONE]');
  });

  test('replays the last turn from any frame on, on any instance', async () => {
    upstream.enqueue({ deltas: ['one ', 'two ', 'three'] });
    const live = await readStream(await here.post('/chat/stream', { message: 'Count' }));
    const sessionId = live.first.session_id;
    const last = Number(live.frames.at(-2)?.id);
    for (let after = 0; after < last; after += 1) {
      const client = after % 2 === 0 ? here : there;
      const replayed = await readStream(await join(client, sessionId, String(after)));
      expect(replayed.frames).toEqual(live.frames.slice(after));
    }
    for (const nonsense of ['0', '-1', 'abc', '1e3', '']) {
      expect((await readStream(await join(there, sessionId, nonsense))).frames).toEqual(live.frames);
    }
    for (const all of [last, last + 1, 99, '9'.repeat(40)]) {
      expect((await join(there, sessionId, String(all))).status).toBe(204);
    }
  });

  test('tells nothing again that was told before it reached the store, and the rest once it is there', async () => {
    const way = await TcpProxy.start(redis.port);
    const host = await start({ REDIS_URL: way.url });
    const gates = [upstream.gate(), upstream.gate()] as const;
    upstream.enqueue({ deltas: ['one ', gates[0], 'two ', 'three ', gates[1], 'four'] });
    const { sessionId, seen, rest } = await begin(new Client(host.url), 'Count');
    way.mode = 'hold';
    gates[0].open();
    const ahead = [...seen, (await rest.next()).value, (await rest.next()).value];
    const joined = await join(there, sessionId, '4');
    way.mode = 'pass';
    gates[1].open();
    const live = [...ahead, ...(await Array.fromAsync(rest))];
    expect((await readStream(joined)).frames).toEqual(live.slice(4));
    await host.stop();
    await way.stop();
  });

  test('is 204 where there is no turn: of an unknown, a malformed and a deleted session', async () => {
    const { session_id } = await here.chat({ message: 'Hi' });
    await here.delete(`/chat/history/${session_id}`);
    for (const id of [randomUUID(), 'nonsense', session_id]) {
      const response = await join(there, id);
      expect([response.status, await response.text()]).toEqual([204, '']);
    }
  });

  test('tells the turn that is asked for, or nothing where another one came after it', async () => {
    const first = await here.chat({ message: 'one' });
    const of = (turnId: string) => there.get(`/chat/stream/${first.session_id}?turn_id=${turnId}`);
    expect((await readStream(await of(first.turn_id))).text).toBe('You said: one');
    const second = await here.chat({ session_id: first.session_id, message: 'two' });
    expect((await of(first.turn_id)).status).toBe(204);
    expect((await readStream(await of(second.turn_id))).text).toBe('You said: two');
  });

  test('tells a failed turn again as it failed, and always has an ending', async () => {
    upstream.enqueue({ deltas: ['Well, '], ending: 'cut' });
    const live = await readStream(await here.post('/chat/stream', { message: 'Fail' }));
    const sessionId = live.first.session_id;
    expect(live.last).toMatchObject({ error: { code: 'model-failed', status: 502, retryable: true } });
    expect((await readStream(await join(there, sessionId))).frames).toEqual(live.frames);
    expect((await join(there, sessionId, String(live.frames.length))).status).toBe(204);
  });

  test('tells of a turn that the content filter ended the ending alone, also to who follows it meanwhile', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['Some ', 'words ', gate, 'more'], finishReason: 'content_filter' });
    const { sessionId, seen, rest } = await begin(here, 'Say it');
    const joined = framesOf(await join(there, sessionId));
    const told = [(await joined.next()).value, (await joined.next()).value];
    gate.open();
    const live = [...seen, ...(await Array.fromAsync(rest))];
    expect(live.at(-1)?.data).toContain('content-filtered');
    expect([...told, ...(await Array.fromAsync(joined))].at(-1)).toEqual(live.at(-1));
    for (const after of ['0', '1', '2', String(live.length - 1)]) {
      const { frames } = await readStream(await join(there, sessionId, after));
      expect(frames).toEqual([live[0], live.at(-1)].slice(after === '0' ? 0 : 1));
    }
    expect((await join(here, sessionId, String(live.length))).status).toBe(204);
  });

  test('ends with turn-lost once the instance that ran the turn died; nothing is stored, and the retry runs it', async () => {
    // Which is not missed for long.
    const dying = await start({ TURN_LEASE_SECONDS: '1' });
    const client = new Client(dying.url);
    upstream.enqueue({ deltas: ['one ', upstream.gate()] });
    const key = { 'idempotency-key': randomUUID() };
    const { sessionId } = await begin(client, 'Die', key);
    const joined = join(here, sessionId).then(readStream);
    await dying.kill9();
    const lost = await joined;
    expect(lost.done).toBe(false);
    expect(lost.last).toMatchObject({ error: { code: 'turn-lost', status: 500, retryable: true } });
    expect((await here.get(`/chat/history/${sessionId}`)).status).toBe(404);
    const again = await readStream(await here.post('/chat/stream', { message: 'Die' }, key));
    expect([again.text, again.done]).toEqual(['You said: Die', true]);
  });

  test('tells who was told more than the store has, by an instance that died, the ending alone, and that once', async () => {
    const way = await TcpProxy.start(redis.port);
    const dying = await start({ REDIS_URL: way.url, TURN_LEASE_SECONDS: '3' });
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', gate, 'two ', 'three ', upstream.gate()] });
    const { sessionId, rest } = await begin(new Client(dying.url), 'Die');
    way.mode = 'hold';
    gate.open();
    await rest.next();
    await rest.next();
    const joined = join(here, sessionId, '4').then(readStream);
    await dying.kill9();
    const { frames, last } = await joined;
    expect(frames).toHaveLength(1);
    expect(last).toMatchObject({ error: { code: 'turn-lost', status: 500, retryable: true } });
    expect((await join(here, sessionId, frames[0]?.id)).status).toBe(204);
    const whole = await readStream(await join(here, sessionId));
    const request_id = expect.any(String);
    expect(whole.last).toEqual({ error: { ...(last as { error: object }).error, request_id } });
    expect(whole.frames.at(-1)?.id).toBe(frames[0]?.id);
    await way.stop();
  });
});

describe('POST /chat/stop', () => {
  test('ends a turn that runs on another instance: what was said is stored, and counted', async () => {
    upstream.enqueue({ deltas: ['one ', upstream.gate()] });
    const { sessionId, seen, rest } = await begin(here, 'Stop me');
    const asked = upstream.requests.at(-1);
    const response = await there.post('/chat/stop', { session_id: sessionId });
    expect([response.status, await response.json()]).toEqual([200, { stopping: true }]);
    const frames = [...seen, ...(await Array.fromAsync(rest))];
    const finish = JSON.parse(frames.at(-2)?.data ?? '');
    expect(finish).toMatchObject({ finish_reason: 'stopped', usage: { completion_tokens: expect.any(Number) } });
    expect(finish.usage.completion_tokens).toBeGreaterThan(0);
    await eventually(() => asked?.cut);
    expect(await there.history(sessionId)).toEqual([
      { role: 'user', content: 'Stop me' },
      { role: 'assistant', content: 'one ' },
    ]);
  });

  test('before the first token stores nothing, and the ending is stopped', async () => {
    upstream.enqueue({ deltas: [upstream.gate()] });
    const asked = upstream.requests.length;
    const response = await here.post('/chat/stream', { message: 'Stop me' });
    const frames = framesOf(response);
    const started = JSON.parse(((await frames.next()).value as Frame).data);
    // Where it is stopped before, the next turn hears what this one should.
    await eventually(() => upstream.requests.length > asked);
    await there.post('/chat/stop', { session_id: started.session_id });
    const rest = await Array.fromAsync(frames);
    expect(rest.map(({ data }) => data).at(-1)).toBe('[DONE]');
    expect(JSON.parse(rest.at(-2)?.data ?? '')).toMatchObject({ finish_reason: 'stopped' });
    expect((await there.get(`/chat/history/${started.session_id}`)).status).toBe(404);
  });

  test('is told that nothing runs, in the same words for a session that never was', async () => {
    const { session_id } = await here.chat({ message: 'Hi' });
    for (const id of [session_id, randomUUID(), 'nonsense']) {
      const response = await there.post('/chat/stop', { session_id: id });
      expect([response.status, await response.json()]).toEqual([200, { stopping: false }]);
    }
  });
});

describe('an Idempotency-Key', () => {
  test('attaches a retry on another instance, JSON to stream, and replays it there later', async () => {
    const asked = upstream.requests.length;
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one ', gate, 'two'] });
    const key = { 'idempotency-key': randomUUID() };
    const { rest, seen } = await begin(here, 'Once', key);
    const retry = there.chat({ message: 'Once' }, key);
    gate.open();
    const finish = JSON.parse((await Array.fromAsync(rest)).at(-2)?.data ?? '');
    const answer = await retry;
    expect(answer).toEqual({ ...JSON.parse(seen[0]?.data ?? ''), response: 'one two', ...finish });
    expect(await there.chat({ message: 'Once' }, key)).toEqual(answer);
    expect(upstream.requests).toHaveLength(asked + 1);
  });
});

describe('a turn', () => {
  test('that nears its deadline ends cleanly, and is stored', async () => {
    const host = await start({ TURN_DEADLINE_SECONDS: '4' });
    const client = new Client(host.url);
    // The first turn of a process takes longer until its model speaks.
    await client.chat({ message: 'Hi' });
    upstream.enqueue({ deltas: ['So far ', upstream.gate()] });
    const answer = await client.chat({ message: 'Take your time' });
    expect(answer).toMatchObject({ response: 'So far ', finish_reason: 'deadline' });
    expect(await client.history(answer.session_id)).toHaveLength(2);
    await host.stop();
  });

  test('that says nothing until its deadline is 504, and is not stored', async () => {
    const host = await start({ TURN_DEADLINE_SECONDS: '1' });
    upstream.enqueue({ deltas: [upstream.gate()] });
    const response = await new Client(host.url).post('/chat', { message: 'Take your time' });
    expect(await response.json()).toMatchObject({ status: 504, code: 'model-timeout', retryable: true });
    await host.stop();
  });
});
