import { afterAll } from 'vitest';
import { RedisServer } from '../../redis/redis-server.ts';
import { conversationsSuite } from './conversations-contract.ts';

let server: RedisServer | undefined;
afterAll(() => server?.stop());

conversationsSuite('redis', async () => {
  server ??= await RedisServer.start();
  return { REDIS_URL: server.url };
});
