import { afterAll, beforeAll } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { RedisCluster } from '../redis/redis-cluster.ts';
import { betweenTurnsContract } from './between-turns-contract.ts';
import { sessionStoreContract } from './session-store-contract.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await RedisCluster.start();
});
afterAll(() => cluster.stop());

const place = () => ({ url: cluster.url, cluster: true, waitReplicas: 0, auth: 'url' as const });
sessionStoreContract('redis cluster', async (rules) => new RedisSessionStore(new RedisConnection(place()), rules));
betweenTurnsContract('redis cluster', async (rules) => new RedisSessionStore(new RedisConnection(place()), rules));
