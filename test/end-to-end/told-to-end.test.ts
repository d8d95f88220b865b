import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsOf } from '../audit/records-of.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, framesOf } from './client.ts';

let redis: RedisServer;
let upstream: ScriptedUpstream;
let directory: string;
let survivor: LocalHost;
let there: Client;

beforeAll(async () => {
  [redis, upstream] = await Promise.all([RedisServer.start(), ScriptedUpstream.start()]);
  directory = await mkdtemp(join(tmpdir(), 'parley-'));
  survivor = await start();
  there = new Client(survivor.url);
});
afterAll(async () => {
  await survivor.stop();
  await Promise.all([redis.stop(), upstream.stop(), rm(directory, { recursive: true })]);
});

function start(): Promise<LocalHost> {
  const env = { REDIS_URL: redis.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  return startHost({ env: { ...env, AUDIT_SINK: 'file', AUDIT_FILE: join(directory, 'audit.jsonl') } });
}

async function recordOf(turnId: string): Promise<Record<string, unknown> | undefined> {
  const records = recordsOf(await readFile(join(directory, 'audit.jsonl'), 'utf8'));
  return records.find(({ turn_id }) => turn_id === turnId);
}

/** Ends a host that gives its functions a few seconds only, as Ctrl-C does. */
async function interrupt(host: LocalHost): Promise<void> {
  process.kill(host.pid, 'SIGINT');
  expect(await host.exited).toBe(0);
}

test('a turn that runs when its process is told to end is stored with what was said, and its session is free at once', async () => {
  const host = await start();
  upstream.enqueue({ deltas: ['said ', 'so far', upstream.gate(), 'never'] });
  const frames = framesOf(await new Client(host.url).post('/chat/stream', { message: 'Talk' }));
  const { session_id, turn_id } = JSON.parse((await frames.next()).value?.data ?? '');
  for (let n = 0; n < 2; n += 1) await frames.next();
  await interrupt(host);
  expect(await there.history(session_id)).toEqual([
    { role: 'user', content: 'Talk' },
    { role: 'assistant', content: 'said so far' },
  ]);
  expect(await recordOf(turn_id)).toMatchObject({ outcome: 'answered', finish_reason: 'deadline' });
  expect((await there.post('/chat', { message: 'Go on', session_id })).status).toBe(200);
});

test('a turn whose model has said nothing by then fails with a record, and its session is free at once', async () => {
  const host = await start();
  const { session_id } = await there.chat({ message: 'Begin' });
  upstream.enqueue({ deltas: [upstream.gate(), 'never'] });
  const asked = upstream.requests.length;
  const failed = framesOf(await new Client(host.url).post('/chat/stream', { message: 'Think', session_id }));
  const { turn_id } = JSON.parse((await failed.next()).value?.data ?? '');
  await eventually(() => upstream.requests.length > asked);
  await interrupt(host);
  expect(await recordOf(turn_id)).toMatchObject({ outcome: 'failed', failure: 'model-timeout' });
  expect((await there.post('/chat', { message: 'Go on', session_id })).status).toBe(200);
  expect(await there.history(session_id)).toHaveLength(4);
});
