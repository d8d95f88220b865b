import { afterAll } from 'vitest';
import { RedisServer } from '../../redis/redis-server.ts';
import { conversationsSuite } from './conversations-contract.ts';

/** Each host of the suite has one. */
const servers: RedisServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

conversationsSuite('redis', async () => {
  const server = await RedisServer.start();
  servers.push(server);
  return { REDIS_URL: server.url };
});
