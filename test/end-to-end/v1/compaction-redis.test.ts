import { afterAll } from 'vitest';
import { RedisServer } from '../../redis/redis-server.ts';
import { compactionSuite } from './compaction-contract.ts';

let server: RedisServer | undefined;
afterAll(() => server?.stop());

compactionSuite('redis', async () => {
  server = await RedisServer.start();
  return { REDIS_URL: server.url };
});
