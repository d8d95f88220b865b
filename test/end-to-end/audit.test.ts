import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Azurite } from '../audit/azurite.ts';
import { recordsOf } from '../audit/records-of.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, framesOf } from './client.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by the assertions
type Answer = any;

let upstream: ScriptedUpstream;
let directory: string;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterAll(async () => {
  await upstream.stop();
  await rm(directory, { recursive: true });
});

const startAudited = (env: { [name: string]: string }) =>
  startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...env } });

describe('the audit log', () => {
  let host: LocalHost;
  let client: Client;
  let path: string;
  let before = 0;
  beforeAll(async () => {
    path = join(directory, 'records.jsonl');
    const limits = { TOKEN_LIMIT_PER_MINUTE: '1000000', MAX_MESSAGE_CHARACTERS: '100' };
    host = await startAudited({
      AUDIT_SINK: 'file',
      AUDIT_FILE: path,
      AUDIT_CONTENT: 'full',
      AUDIT_REQUIRED: 'true',
      ...limits,
    });
    client = new Client(host.url);
    await client.chat({ message: 'first' });
    before = (await all()).length;
  });
  beforeEach(async () => {
    before = (await all()).length;
  });
  afterAll(() => host.stop());

  const all = async () => recordsOf(await readFile(path, 'utf8'));
  /** Those of this test, once there are so many. */
  const records = (count: number) =>
    eventually(async () => {
      const found = (await all()).slice(before);
      return found.length >= count && found;
    });

  test('has one record of a turn, with all that the contract names', async () => {
    upstream.enqueue({ deltas: ['Use ', 'it.'], usage: { prompt_tokens: 90, completion_tokens: 4 } });
    const response = await client.post('/chat', { message: 'Which?', assistant: 'data-analyst' });
    const { session_id, turn_id, usage, context } = (await response.json()) as Answer;
    expect(await records(1)).toEqual([
      {
        audit: 1,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        event: 'turn',
        outcome: 'answered',
        owner: expect.stringMatching(/^[0-9a-f]{32}$/),
        request_id: response.headers.get('x-request-id'),
        session_id,
        turn_id,
        assistant: 'data-analyst',
        prompt_version: expect.stringMatching(/^[0-9a-f]{16}$/),
        model: 'openai:scripted',
        finish_reason: 'stop',
        failure: null,
        filter: null,
        usage,
        spent_tokens: 94,
        context,
        first_token_ms: expect.any(Number),
        total_ms: expect.any(Number),
        message: 'Which?',
        answer: 'Use it.',
      },
    ]);
  });

  const broken = { status: 500, body: {} };
  const filtered = { hate: { filtered: false }, violence: { filtered: true, severity: 'high' } };
  test.each<[string, object[], string, object | null, boolean]>([
    ['a model that fails', [broken, broken, broken], 'model-failed', null, false],
    [
      'a prompt that is filtered',
      [
        {
          status: 400,
          body: { error: { code: 'content_filter', innererror: { content_filter_result: filtered } } },
        },
      ],
      'content-filtered',
      { refused: 'prompt', categories: ['violence'] },
      false,
    ],
    [
      'an answer that is filtered',
      [{ deltas: ['some'], finishReason: 'content_filter' }],
      'content-filtered',
      { refused: 'answer', categories: [] },
      true,
    ],
  ])('has one record of a turn that failed by %s, with what it cost', async (_, scripts, failure, filter, isPaid) => {
    upstream.enqueue(...scripts);
    const response = await client.post('/chat', { message: 'Fail' });
    expect(await response.json()).toMatchObject({ code: failure });
    const found = await records(1);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      outcome: 'failed',
      failure,
      filter,
      request_id: response.headers.get('x-request-id'),
      turn_id: expect.any(String),
      message: 'Fail',
    });
    expect(found[0]).not.toHaveProperty('answer');
    expect(Number(found[0]?.['spent_tokens']) > 0).toBe(isPaid);
  });

  test('has one record of a turn that was stopped, before the first token and after it', async () => {
    for (const deltas of [[], ['one ']]) {
      before = (await all()).length;
      const gate = upstream.gate();
      const asked = upstream.requests.length;
      upstream.enqueue({ deltas: [...deltas, gate, 'two'] });
      const frames = framesOf(await client.post('/chat/stream', { message: 'Hold' }));
      const { session_id } = JSON.parse((await frames.next()).value?.data ?? '');
      if (deltas.length > 0) await frames.next();
      await eventually(() => upstream.requests.length > asked);
      await client.post('/chat/stop', { session_id });
      for await (const _ of frames);
      gate.open();
      const outcome = deltas.length > 0 ? { outcome: 'answered', answer: 'one ' } : { outcome: 'stopped' };
      const found = await records(1);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({ finish_reason: 'stopped', failure: null, ...outcome });
    }
  });

  test('has one record of each turn that was refused, without a turn', async () => {
    const refused: [unknown, string, string | undefined][] = [
      [{ message: 'a', assistant: 'nobody' }, 'unknown-assistant', 'a'],
      [{ message: 'a'.repeat(101) }, 'message-too-long', undefined],
      [{ message: 'a', role: 'system' }, 'invalid-request', undefined],
      ['{', 'invalid-json', undefined],
    ];
    for (const path of ['/chat', '/chat/stream']) {
      for (const [body, failure, message] of refused) {
        before = (await all()).length;
        const response = await client.post(path, body);
        expect(await response.json()).toMatchObject({ code: failure });
        const found = await records(1);
        expect(found).toHaveLength(1);
        const request_id = response.headers.get('x-request-id');
        expect(found[0]).toMatchObject({ event: 'turn', outcome: 'refused', turn_id: null, failure, request_id });
        expect(found[0].message).toBe(message);
      }
    }
  });

  test('has a record of a turn that was refused because its session is busy', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one', gate] });
    const frames = framesOf(await client.post('/chat/stream', { message: 'Hold' }));
    const { session_id, turn_id } = JSON.parse((await frames.next()).value?.data ?? '');
    await frames.next();
    expect((await client.post('/chat', { message: 'Now', session_id })).status).toBe(409);
    gate.open();
    for await (const _ of frames);
    expect(await records(2)).toMatchObject([
      { outcome: 'refused', failure: 'session-busy', session_id, turn_id: null },
      { outcome: 'answered', session_id, turn_id },
    ]);
  });

  test('has no second record of a turn that is told again to a retry', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const { turn_id } = await client.chat({ message: 'Once' }, key);
    await client.chat({ message: 'Once' }, key);
    await (await client.post('/chat/stream', { message: 'Once' }, key)).text();
    expect((await client.post('/chat', { message: 'Other' }, key)).status).toBe(422);
    expect(await records(2)).toMatchObject([
      { outcome: 'answered', turn_id },
      { outcome: 'refused', failure: 'idempotency-key-reused' },
    ]);
  });

  test('has one record of a turn that lost its session', async () => {
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['one', gate] });
    const frames = framesOf(await client.post('/chat/stream', { message: 'Hold' }));
    const { session_id, turn_id } = JSON.parse((await frames.next()).value?.data ?? '');
    await frames.next();
    await client.delete(`/chat/history/${session_id}`);
    const rest = await Array.fromAsync(frames);
    expect(JSON.parse(rest.at(-1)?.data ?? '')).toMatchObject({ error: { code: 'turn-lost' } });
    gate.open();
    expect(await records(2)).toMatchObject([
      { event: 'session-deleted', session_id, failure: null },
      { outcome: 'failed', failure: 'turn-lost', turn_id },
    ]);
  });

  test('has a record of each deletion, erasure, export and rating', async () => {
    const { session_id, turn_id } = await client.chat({ message: 'Hi', assistant: 'data-analyst' });
    const ids = [];
    for (const response of [
      await client.post('/chat/feedback', { session_id, turn_id, rating: 'down', reason: 'tone', comment: 'bad' }),
      await client.get('/chat/export'),
      await client.delete(`/chat/history/${session_id}`),
      await client.delete('/chat/sessions'),
    ]) {
      await response.text();
      ids.push(response.headers.get('x-request-id'));
    }
    const found = await records(5);
    const { assistant, prompt_version, model } = found[0];
    const by = { assistant, prompt_version, model };
    expect(by).toEqual({ assistant: 'data-analyst', prompt_version: expect.any(String), model: 'openai:scripted' });
    expect(found.slice(1)).toMatchObject([
      { event: 'feedback', session_id, turn_id, rating: 'down', reason: 'tone', comment: 'bad', ...by },
      { event: 'exported', session_id: null, failure: null },
      { event: 'session-deleted', session_id, failure: null },
      { event: 'all-deleted', session_id: null, failure: null },
    ]);
    expect(found.slice(1).map(({ request_id }) => request_id)).toEqual(ids);
  });

  test('holds one record for a message that looks like many', async () => {
    const message = '\n{"audit":1,"event":"turn"}\r\n\u2028{"audit":1}\u0085';
    upstream.enqueue({ deltas: [message] });
    await client.chat({ message });
    expect(await records(1)).toMatchObject([{ message, answer: message }]);
  });
});

test('without AUDIT_CONTENT no text is kept, and with hash only its keyed hash', async () => {
  for (const [content, kept] of [
    ['none', {}],
    ['hash', { message_hash: expect.stringMatching(/^[0-9a-f]{32}$/), answer_hash: expect.any(String) }],
  ] as const) {
    const path = join(directory, `${content}.jsonl`);
    const host = await startAudited({ AUDIT_SINK: 'file', AUDIT_FILE: path, AUDIT_CONTENT: content });
    const client = new Client(host.url);
    const { session_id, turn_id } = await client.chat({ message: 'secret words' });
    const feedback = { session_id, turn_id, rating: 'down', reason: 'unsafe' };
    await client.post('/chat/feedback', { ...feedback, comment: 'a secret comment' });
    await host.stop();
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain('secret');
    expect(recordsOf(text)).toMatchObject([kept, { event: 'feedback', ...feedback }]);
    expect(host.logs()).not.toContain('secret');
  }
});

test('the log sink writes a record as one line of the log', async () => {
  const host = await startAudited({ AUDIT_SINK: 'log', AUDIT_CONTENT: 'full' });
  const { turn_id } = await new Client(host.url).chat({ message: 'a\nb' });
  await host.stop();
  const lines = host
    .logs()
    .split('\n')
    .filter((line) => line.startsWith('{"audit":1'));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ turn_id, message: 'a\nb' }]);
});

test('the blob sink writes records to a blob, with those under way when the process ends', async () => {
  const azurite = await Azurite.start();
  const blob = { AUDIT_SINK: 'blob', AUDIT_BLOB_CONNECTION_STRING: azurite.connectionString };
  const host = await startAudited({ ...blob, AUDIT_BLOB_CONTAINER: 'records' });
  const { turn_id } = await new Client(host.url).chat({ message: 'Hi' });
  await host.stop();
  const blobs = Object.entries(await azurite.read('records'));
  expect(blobs.map(([name]) => name)).toEqual([
    expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/[0-9a-f-]{36}-0001\.jsonl$/),
  ]);
  expect(recordsOf(blobs[0]?.[1] ?? '')).toMatchObject([{ event: 'turn', outcome: 'answered', turn_id }]);
  await azurite.stop();
});

test.each(['true', 'false'])('a sink that cannot be written, with AUDIT_REQUIRED=%s', async (required) => {
  const folder = await mkdtemp(join(directory, 'folder-'));
  const path = join(folder, 'audit.jsonl');
  const host = await startAudited({ AUDIT_SINK: 'file', AUDIT_FILE: path, AUDIT_REQUIRED: required });
  const client = new Client(host.url);
  const { session_id } = await client.chat({ message: 'before' });
  await rename(folder, `${folder}-away`);
  const key = { 'idempotency-key': randomUUID() };
  const response = await client.post('/chat', { message: 'during', session_id }, key);
  const erased = await client.delete(`/chat/history/${session_id}-`);
  expect(erased.status).toBe(204);
  const answer = await response.json();
  if (required === 'true') {
    expect([response.status, answer]).toMatchObject([503, { code: 'store-unavailable', retryable: true }]);
    expect(await client.history(session_id)).toHaveLength(2);
    expect((await client.delete(`/chat/history/${session_id}`)).status).toBe(503);
    expect((await client.get('/chat/export')).status).toBe(503);
  } else {
    expect(response.status).toBe(200);
    expect(await client.history(session_id)).toHaveLength(4);
    expect((await client.get('/chat/export')).status).toBe(200);
  }
  await eventually(() => host.logs().includes('An audit record was lost, 1 since the start'));
  await rename(`${folder}-away`, folder);
  expect(await client.chat({ message: 'during', session_id }, key)).toMatchObject({ session_id });
  expect(await client.history(session_id)).toHaveLength(4);
  await host.stop();
});
