import { afterAll } from 'vitest';
import { RedisServer } from '../../redis/redis-server.ts';
import { responsesSuite } from './responses-contract.ts';

let server: RedisServer | undefined;
afterAll(() => server?.stop());

responsesSuite('redis', async () => {
  server = await RedisServer.start();
  return { REDIS_URL: server.url };
});
