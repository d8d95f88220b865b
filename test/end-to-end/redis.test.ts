import { afterAll } from 'vitest';
import { RedisServer } from '../redis/redis-server.ts';
import { contractSuite } from './contract.ts';

let server: RedisServer | undefined;
afterAll(() => server?.stop());

contractSuite('redis', async () => {
  server = await RedisServer.start();
  return { REDIS_URL: server.url };
});
