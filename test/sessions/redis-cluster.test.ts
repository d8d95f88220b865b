import { afterAll, beforeAll } from 'vitest';
import type { SessionRules } from '../../shared/conversation/ports/session-store.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { passTime } from '../redis/pass-time.ts';
import { RedisCluster } from '../redis/redis-cluster.ts';
import { storeContracts } from './store-contracts.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await RedisCluster.start();
});
afterAll(() => cluster.stop());

const place = () => ({ url: cluster.url, cluster: true, waitReplicas: 0, auth: 'url' as const });
const open = async (rules: SessionRules) => new RedisSessionStore(new RedisConnection(place()), rules);
const urls = () => cluster.nodes.map(({ url }) => url);
storeContracts('redis cluster', { open, pass: (_, ms) => passTime(urls(), ms) });
