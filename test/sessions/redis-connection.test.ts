import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisServer } from '../redis/redis-server.ts';

let server: RedisServer;
let connection: RedisConnection;
beforeAll(async () => {
  server = await RedisServer.start();
  connection = new RedisConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' });
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

test('an answer that came while the process was busy is not taken for a Redis that is away', async () => {
  await connection.run((redis) => redis.ping());
  const answer = connection.run((redis) => redis.ping());
  // As a process does that has 200 requests to read, or one of two processors.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
  expect(await answer).toBe('PONG');
});
