import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordsOf } from '../audit/records-of.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, framesOf, readStream } from './client.ts';

describe.each(['memory', 'redis'])('a temporary chat on the %s store', (kind) => {
  let redis: RedisServer | undefined;
  let upstream: ScriptedUpstream;
  let host: LocalHost;
  let client: Client;
  let audit: string;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    redis = kind === 'redis' ? await RedisServer.start() : undefined;
    audit = join(await mkdtemp(join(tmpdir(), 'parley-temporary-')), 'audit.jsonl');
    const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
    const records = { AUDIT_SINK: 'file', AUDIT_FILE: audit, AUDIT_REQUIRED: 'true' };
    host = await startHost({ env: { ...model, ...records, ...(redis && { REDIS_URL: redis.url }) } });
    client = new Client(host.url);
  });
  afterAll(async () => {
    await host?.stop();
    await Promise.all([upstream?.stop(), redis?.stop()]);
  });

  const temporary = (message = 'Between us', more: object = {}) => client.chat({ message, temporary: true, ...more });
  // biome-ignore lint/suspicious/noExplicitAny: checked by the assertions
  const json = async (path: string) => (await (await client.get(path)).json()) as any;
  const statusOf = async (id: string) => (await client.get(`/chat/history/${id}`)).status;

  test('goes on, is told as temporary, and is on no list and in no export', async () => {
    const { session_id } = await temporary();
    await temporary('And more', { session_id });
    await client.chat({ message: 'And more', session_id });
    const history = await json(`/chat/history/${session_id}`);
    expect(history).toMatchObject({ session_id, temporary: true, pinned: false, turns: 3, messages: { length: 6 } });
    expect(upstream.requests.at(-1)?.body['messages']).toHaveLength(6);
    const kept = await client.chat({ message: 'Kept' });
    expect((await json('/chat/sessions')).sessions.map(({ id }: { id: string }) => id)).toEqual([kept.session_id]);
    expect(await json(`/chat/history/${kept.session_id}`)).not.toHaveProperty('temporary');
    const exported = await (await client.get('/chat/export')).text();
    expect(exported).toContain(kept.session_id);
    expect(exported).not.toContain(session_id);
    await client.delete('/chat/sessions');
  });

  test('is forgotten at once where it is deleted, and where all is erased, while a turn runs too', async () => {
    const deleted = await temporary();
    expect((await client.delete(`/chat/history/${deleted.session_id}`)).status).toBe(204);
    const ended = await temporary();
    upstream.enqueue({ deltas: ['one', upstream.gate()] });
    const frames = framesOf(await client.post('/chat/stream', { message: 'Hold', temporary: true }));
    const running = JSON.parse((await frames.next()).value?.data ?? '');
    // Where all is erased before it asks the model, the next turn hears what this one should.
    await frames.next();
    expect((await client.delete('/chat/sessions')).status).toBe(204);
    expect(JSON.parse((await Array.fromAsync(frames)).at(-1)?.data ?? '')).toMatchObject({ error: { status: 500 } });
    for (const { session_id } of [deleted, ended, running]) expect(await statusOf(session_id)).toBe(404);
  });

  test('is streamed, joined, stopped, repeated and rated as any', async () => {
    const body = { message: 'Between us', temporary: true };
    const streamed = await readStream(await client.post('/chat/stream', body));
    const { session_id, turn_id } = streamed.first;
    const replayed = await readStream(await client.get(`/chat/stream/${session_id}`));
    expect(replayed.frames).toEqual(streamed.frames);
    expect((await client.post('/chat/feedback', { session_id, turn_id, rating: 'up' })).status).toBe(204);
    upstream.enqueue({ deltas: ['one', upstream.gate()] });
    const frames = framesOf(await client.post('/chat/stream', { ...body, session_id }));
    for (let n = 0; n < 2; n += 1) await frames.next();
    expect(await (await client.post('/chat/stop', { session_id })).json()).toEqual({ stopping: true });
    await Array.fromAsync(frames);
    expect(await json(`/chat/history/${session_id}`)).toMatchObject({ turns: 2, temporary: true });
    const key = { 'idempotency-key': randomUUID() };
    const first = await client.chat(body, key);
    const asked = upstream.requests.length;
    expect(await client.chat(body, key)).toEqual(first);
    expect(upstream.requests).toHaveLength(asked);
    const other = await client.post('/chat', { message: body.message }, key);
    expect([other.status, await other.json()]).toMatchObject([422, { code: 'idempotency-key-reused' }]);
  });

  test('has forks that are temporary', async () => {
    const { session_id, turn_id: after } = await temporary();
    const fork = await client.chat({ message: 'Or', session_id, after, fork: true });
    expect(await json(`/chat/history/${fork.session_id}`)).toMatchObject({
      temporary: true,
      forked_from: { session_id, turn_id: after },
    });
    expect((await json('/chat/sessions')).sessions).toEqual([]);
  });

  test('is no session that was kept before, nor one that is pinned', async () => {
    const { session_id } = await client.chat({ message: 'Kept' });
    const asked = upstream.requests.length;
    for (const path of ['/chat', '/chat/stream']) {
      const refused = await client.post(path, { message: 'Between us', session_id, temporary: true });
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ code: 'invalid-request', errors: [{ field: 'temporary' }] });
    }
    expect(upstream.requests).toHaveLength(asked);
    expect((await client.post('/chat', { message: 'x', temporary: 'yes' })).status).toBe(422);
    const { session_id: id } = await temporary();
    const pin = await client.patch(`/chat/history/${id}`, { pinned: true });
    expect([pin.status, await pin.json()]).toMatchObject([422, { errors: [{ field: 'pinned' }] }]);
    const renamed = await client.patch(`/chat/history/${id}`, { title: 'Secret' });
    expect(await renamed.json()).toMatchObject({ id, title: 'Secret', temporary: true });
    await client.delete('/chat/sessions');
  });

  test('is begun anew where it was forgotten, and kept where that is not said again', async () => {
    const { session_id } = await temporary();
    await client.delete(`/chat/history/${session_id}`);
    const anew = await temporary('Again', { session_id });
    expect(anew.session_id).not.toBe(session_id);
    expect((await json('/chat/sessions')).sessions).toEqual([]);
    const kept = await client.chat({ message: 'Again', session_id });
    expect((await json('/chat/sessions')).sessions).toMatchObject([{ id: kept.session_id }]);
    await client.delete('/chat/sessions');
  });

  test('goes on through OpenAI’s API as it is', async () => {
    const { session_id, turn_id } = await temporary();
    const previous_response_id = `resp_${session_id}${turn_id}`.replaceAll('-', '');
    const response = await client.post('/v1/responses', { input: 'And?', previous_response_id });
    expect(response.status).toBe(200);
    expect((await json('/chat/sessions')).sessions).toEqual([]);
  });

  test('is on record as any', async () => {
    const { turn_id } = await temporary('For the record');
    // It is required, so that it is there before the answer.
    const records = recordsOf(await readFile(audit, 'utf8')).filter((record) => record.turn_id === turn_id);
    expect(records).toMatchObject([{ event: 'turn', outcome: 'answered' }]);
  });
});
