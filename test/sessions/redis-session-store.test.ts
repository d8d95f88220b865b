import { afterAll, beforeAll } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis-session-store.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { sessionStoreContract } from './session-store-contract.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

const place = () => ({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const });
sessionStoreContract('redis', async (rules) => new RedisSessionStore(new RedisConnection(place()), rules));
