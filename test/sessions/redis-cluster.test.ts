import { afterAll, beforeAll } from 'vitest';
import type { SessionRules } from '../../shared/conversation/ports/session-store.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { RedisCluster } from '../redis/redis-cluster.ts';
import { betweenTurnsContract } from './between-turns-contract.ts';
import { branchesContract } from './branches-contract.ts';
import { sessionStoreContract } from './session-store-contract.ts';
import { summariesContract } from './summaries-contract.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await RedisCluster.start();
});
afterAll(() => cluster.stop());

const place = () => ({ url: cluster.url, cluster: true, waitReplicas: 0, auth: 'url' as const });
const open = async (rules: SessionRules) => new RedisSessionStore(new RedisConnection(place()), rules);
sessionStoreContract('redis cluster', open);
branchesContract('redis cluster', open);
betweenTurnsContract('redis cluster', open);
summariesContract('redis cluster', open);
