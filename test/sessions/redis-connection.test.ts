import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { eventually } from '../eventually.ts';
import { freePort, RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';

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

test('a Redis that is away is told within a second, with what is wrong with it', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`;
  const away = new RedisConnection({ url, cluster: false, waitReplicas: 0, auth: 'url' });
  const startedAt = performance.now();
  await expect(away.run((redis) => redis.ping())).rejects.toMatchObject({
    code: 'store-unavailable',
    message: 'The session store cannot be used at the moment.',
    cause: expect.stringMatching(/^Redis did not answer in time <- .*ECONNREFUSED/),
  });
  expect(performance.now() - startedAt).toBeGreaterThan(700);
  await away.close();
});

test('what Redis refuses is told at once, with why', async () => {
  await connection.run((redis) => redis.set('text', 'a'));
  let asked = 0;
  const refused = connection.run((redis) => {
    asked += 1;
    return redis.incr('text');
  });
  await expect(refused).rejects.toMatchObject({ code: 'store-unavailable', cause: 'ReplyError (code ERR)' });
  expect(asked).toBe(1);
});

test('commands that were given up are not begun once Redis is there again', async () => {
  const proxy = await TcpProxy.start(await freePort());
  const later = new RedisConnection({ url: proxy.url, cluster: false, waitReplicas: 0, auth: 'url' });
  let begun = 0;
  const givenUp = later.run(async () => {
    begun += 1;
  });
  await expect(givenUp).rejects.toMatchObject({ code: 'store-unavailable' });
  proxy.target = server.port;
  await eventually(() => later.run((redis) => redis.ping()).catch(() => undefined));
  expect(begun).toBe(0);
  await later.close();
  await proxy.stop();
});
