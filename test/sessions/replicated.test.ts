import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { eventually } from '../eventually.ts';
import { RedisCluster } from '../redis/redis-cluster.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';

const KEY = '{owner}:k';
let opened: { stop(): Promise<unknown> }[];
beforeEach(() => {
  opened = [];
});
afterEach(async () => {
  for (const each of opened.toReversed()) await each.stop();
});

function stopping<T extends { stop(): Promise<unknown> }>(each: T): T {
  opened.push(each);
  return each;
}

/** A master with a replica that has caught up. */
async function pair(): Promise<{ master: RedisServer; replica: RedisServer; admin: Redis }> {
  const master = stopping(await RedisServer.start());
  const replica = stopping(
    await RedisServer.start('--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0'),
  );
  const admin = new Redis(master.url);
  stopping({ stop: async () => admin.disconnect() });
  await eventually(async () => /state=online/.test(await admin.info('replication')));
  return { master, replica, admin };
}

function connect(url: string, cluster = false): RedisConnection {
  const connection = new RedisConnection({ url, cluster, waitReplicas: 1, auth: 'url' });
  stopping({ stop: () => connection.close() });
  return connection;
}

/** Something is written, and `meanwhile` happens before it is confirmed. */
async function confirm(connection: RedisConnection, meanwhile: () => unknown = () => {}): Promise<void> {
  await connection.run((redis) => redis.ping());
  const { cuts } = connection;
  await connection.run((redis) => redis.set(KEY, 'written'));
  await meanwhile();
  await connection.replicated(KEY, cuts);
}

/** As often as it takes: on a busy machine one answer may come later than a caller waits. */
async function confirmInTime(connection: RedisConnection): Promise<void> {
  await eventually(() =>
    confirm(connection).then(
      () => true,
      () => false,
    ),
  );
}

/** Whether that node of a cluster has the key. */
async function has(url: string, key: string): Promise<boolean> {
  const node = new Redis(url);
  const slot = Number(await node.cluster('KEYSLOT', key));
  const keys = await node.cluster('GETKEYSINSLOT', slot, 1);
  node.disconnect();
  return keys.length > 0;
}

const unavailable = { code: 'store-unavailable' };

test('what a replica has is confirmed, and leaves no trace; what it has not is not', async () => {
  const { master, replica, admin } = await pair();
  const connection = connect(master.url);
  await confirmInTime(connection);
  expect(await admin.keys('*')).toEqual([KEY]);
  process.kill(replica.pid, 'SIGSTOP');
  await expect(confirm(connection)).rejects.toMatchObject(unavailable);
});

test('a server that never had what was written confirms nothing, though its own replica answers', async () => {
  const [before, after] = [await pair(), await pair()];
  const address = stopping(await TcpProxy.start(before.master.port));
  const lead = () => {
    address.target = after.master.port;
  };
  const cause = 'the mark is not there';
  await expect(confirm(connect(address.url), lead)).rejects.toMatchObject({ ...unavailable, cause });
});

test('nothing is confirmed once a connection was cut since: not the one that wrote, nor the one that waits', async () => {
  const { master, replica, admin } = await pair();
  const address = stopping(await TcpProxy.start(master.port));
  const connection = connect(address.url);
  const cut = async () => {
    const { cuts } = connection;
    address.cut();
    await eventually(() => connection.cuts > cuts);
  };
  const message = 'The session store was cut off in between.';
  await expect(confirm(connection, cut)).rejects.toMatchObject({ ...unavailable, message });

  process.kill(replica.pid, 'SIGSTOP');
  const waiting = expect(confirm(connection)).rejects.toMatchObject(unavailable);
  await eventually(async () => /blocked_clients:1/.test(await admin.info('clients')));
  await cut();
  process.kill(replica.pid, 'SIGCONT');
  await waiting;
});

test('in a cluster too, also when the slot has moved to another node', async () => {
  const cluster = stopping(await RedisCluster.start());
  const replicas = await Promise.all(cluster.nodes.map(async (_, place) => stopping(await cluster.addReplica(place))));
  const connection = connect(cluster.url, true);
  await confirmInTime(connection);
  await cluster.moveSlotOf(KEY);
  await confirmInTime(connection);
  // The other nodes' replicas answer.
  const holders = await Promise.all(cluster.nodes.map(({ url }) => has(url, KEY)));
  process.kill(replicas[holders.indexOf(true)]?.pid as number, 'SIGSTOP');
  await expect(confirm(connection)).rejects.toMatchObject(unavailable);
});
