import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';

let redis: RedisServer;
let host: LocalHost;
let directory: string;
const key = { OWNER_HASH_KEY: 'key of the deployment' };
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'owner-data-'));
  redis = await RedisServer.start();
  host = await startHost({ env: { REDIS_URL: redis.url, ...key } });
});
afterAll(async () => {
  await host.stop();
  await redis.stop();
  await rm(directory, { recursive: true });
});

const operate = (args: string[], env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, ['local/owner-data.ts', ...args], {
    env: { PATH: process.env['PATH'], REDIS_URL: redis.url, ...key, ...env },
  });

test('an operator finds a user’s hash, exports what is the user’s, and erases it; both are audited', async () => {
  const client = new Client(host.url);
  const { session_id } = await client.chat({ message: 'Hi' });
  const owner = (await operate(['hash', 'open'])).stdout.trim();
  const { stdout } = await operate(['export', owner]);
  expect(stdout).toBe(await (await client.get('/chat/export')).text());
  expect(JSON.parse(stdout)).toMatchObject({ id: session_id, messages: [{ content: 'Hi' }, {}] });

  const path = join(directory, 'audit.jsonl');
  await operate(['erase', owner], { AUDIT_SINK: 'file', AUDIT_FILE: path });
  expect((await client.get(`/chat/history/${session_id}`)).status).toBe(404);
  expect((await operate(['export', owner])).stdout).toBe('');
  const record = JSON.parse(await readFile(path, 'utf8'));
  expect(record).toMatchObject({ event: 'all-deleted', owner, request_id: 'operator', failure: null });
});

test('what is no command, no hash, or has no store, is refused', async () => {
  await expect(operate([])).rejects.toMatchObject({ code: 2, stdout: expect.stringContaining('OWNER_HASH_KEY') });
  await expect(operate(['erase', '*'])).rejects.toMatchObject({ code: 1 });
  const none = { REDIS_URL: '' };
  await expect(operate(['erase', '0'.repeat(32)], none)).rejects.toMatchObject({
    stderr: expect.stringContaining('REDIS_URL'),
  });
});
