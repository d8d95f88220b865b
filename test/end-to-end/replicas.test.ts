import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { Client } from './client.ts';

let master: RedisServer;
let replica: RedisServer;
let admin: Redis;
let host: LocalHost;
beforeAll(async () => {
  master = await RedisServer.start();
  replica = await RedisServer.start(
    ...['--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0'],
  );
  admin = new Redis(master.url);
  await eventually(async () => /state=online/.test(await admin.info('replication')));
  host = await startHost({ env: { REDIS_URL: master.url, REDIS_WAIT_REPLICAS: '1', TURN_LEASE_SECONDS: '30' } });
});
afterAll(async () => {
  await host?.stop();
  admin?.disconnect();
  await Promise.all([replica?.stop(), master?.stop()]);
});

test('turns that wait for a replica hold back neither reads nor readiness, and are answered once it has them', async () => {
  const client = new Client(host.url);
  const { session_id } = await client.chat({ message: 'before' });
  process.kill(replica.pid, 'SIGSTOP');
  const turns = Promise.all(['a', 'b', 'c'].map((message) => client.post('/chat', { message })));
  await eventually(async () => /blocked_clients:[1-9]/.test(await admin.info('clients')));

  // What is behind a WAIT on the same connection waits with it.
  const sent: { command: string; connection: string }[] = [];
  const monitor = await admin.monitor();
  monitor.on('monitor', (_time: string, [command = '']: string[], connection: string) => {
    sent.push({ command: command.toLowerCase(), connection });
  });
  for (let round = 0; round < 3; round += 1) {
    for (const path of [`/chat/history/${session_id}`, '/health?ready']) {
      expect([path, (await client.get(path)).status]).toEqual([path, 200]);
    }
  }
  const connectionsOf = (wanted: string) =>
    new Set(sent.filter(({ command }) => command === wanted).map(({ connection }) => connection));
  const waiting = await eventually(() => connectionsOf('wait').size > 0 && connectionsOf('wait'));
  monitor.disconnect();
  for (const read of ['lrange', 'set']) {
    expect([read, connectionsOf(read).isDisjointFrom(waiting)]).toEqual([read, true]);
    expect(connectionsOf(read).size).toBe(1);
  }
  process.kill(replica.pid, 'SIGCONT');
  expect((await turns).map(({ status }) => status)).toEqual([200, 200, 200]);
});
