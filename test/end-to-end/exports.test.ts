import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { Client } from './client.ts';
import { storeSessions } from './store-sessions.ts';

/** Of about 1 MB each: far more than the sockets on the way take, which is up to 25 MB. */
const SESSIONS = 60;
const users = ['a', 'b', 'c', 'd', 'e'];

let redis: RedisServer;
let admin: Redis;
let host: LocalHost;
/** The sessions of the first user. */
let ids: string[];
let opened: Response[];
beforeAll(async () => {
  redis = await RedisServer.start();
  admin = new Redis(redis.url);
  host = await startHost({ env: { REDIS_URL: redis.url, AUTH_MODE: 'key', OWNER_HASH_KEY: 'key' } });
  const hash = keyedHash('key');
  const stored = users.map((user) => storeSessions(admin, hash('owner', 'key', user), SESSIONS));
  ids = (await Promise.all(stored))[0] ?? [];
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((response) => response.body?.cancel().catch(() => {})));
});
afterAll(async () => {
  await host?.stop();
  admin?.disconnect();
  await redis?.stop();
});

/** Begins an export, and reads its status alone. */
async function begin(user: string): Promise<Response> {
  const response = await new Client(host.url, { 'x-user-id': user }).get('/chat/export');
  opened.push(response);
  return response;
}

/** Resident memory of the instance in MiB. */
async function memory(): Promise<number> {
  const status = await readFile(`/proc/${host.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

/** Waits until no more sessions are read, and tells how many MiB of them there were. */
async function allThatIsRead(): Promise<number> {
  const given = async () =>
    Math.round(Number(/total_net_output_bytes:(\d+)/.exec(await admin.info('stats'))?.[1]) / 1_048_576);
  return eventually(async () => {
    const before = await given();
    await sleep(300);
    return (await given()) === before && before;
  });
}

test('readers who do not read hold little memory, and are few: one a caller, and four an instance', {
  timeout: 120_000,
}, async () => {
  // What the process takes for good once it has had some to do.
  for (const user of ['a', 'b']) await (await begin(user)).text();
  const [before, readBefore] = [await memory(), await allThatIsRead()];
  const statuses: number[] = [];
  for (const user of users.flatMap((each) => [each, each, each])) statuses.push((await begin(user)).status);
  expect((await allThatIsRead()) - readBefore).toBeLessThan((4 * SESSIONS) / 2);
  expect((await memory()) - before).toBeLessThan(200);
  expect(statuses.filter((status) => status !== 429)).toEqual([200, 200, 200, 200]);
});

test('a reader who was slow has every session once, and then the next export may begin', {
  timeout: 120_000,
}, async () => {
  const [user = ''] = users;
  const slow = await eventually(async () => {
    const response = await begin(user);
    return response.status === 200 && response;
  });
  await allThatIsRead();
  const refused = await begin(user);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  expect(await refused.json()).toMatchObject({ code: 'rate-limited', retryable: true });
  const lines = (await slow.text()).split('\n');
  expect(lines.pop()).toBe('');
  const read = lines.map((line) => JSON.parse(line) as { id: string; messages: unknown[] });
  expect(read.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  expect(new Set(read.map(({ messages }) => messages.length))).toEqual(new Set([34]));
  expect((await begin(user)).status).toBe(200);
});
