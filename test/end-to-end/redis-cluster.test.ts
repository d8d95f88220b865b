import { afterAll } from 'vitest';
import { RedisCluster } from '../redis/redis-cluster.ts';
import { contractSuite } from './contract.ts';

let cluster: RedisCluster | undefined;
afterAll(() => cluster?.stop());

contractSuite('redis cluster', async () => {
  cluster = await RedisCluster.start();
  return { REDIS_URL: cluster.url, REDIS_CLUSTER: 'true' };
});
