import { afterAll } from 'vitest';
import { RedisServer } from '../../redis/redis-server.ts';
import { toolsSuite } from './tools-contract.ts';

let server: RedisServer | undefined;
afterAll(() => server?.stop());

toolsSuite('redis', async () => {
  server = await RedisServer.start();
  return { REDIS_URL: server.url };
});
