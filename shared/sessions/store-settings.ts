import { type EnvironmentReader, isPrivate } from '../platform/environment.ts';
import type { RedisPlace } from './redis/redis-connection.ts';

/** Where sessions are kept. `memory` loses them when the process ends, and is refused in Azure. */
export type StoreSettings = { kind: 'memory' } | ({ kind: 'redis' } & RedisPlace);

export function readStoreSettings(environment: EnvironmentReader, inAzure: boolean): StoreSettings {
  const { faults } = environment;
  const url = environment.url('REDIS_URL', ['redis:', 'rediss:']);
  const cluster = environment.flag('REDIS_CLUSTER');
  const waitReplicas = environment.integer('REDIS_WAIT_REPLICAS', 0, 0, 5);
  const auth = environment.choice('REDIS_AUTH', ['url', 'entra']);
  if (auth === 'entra' && !(url && isPrivate(url))) {
    faults.push(
      'REDIS_AUTH=entra needs a REDIS_URL that begins with rediss://: tokens go over TLS, or to the loopback',
    );
  }
  if (url !== undefined) return { kind: 'redis', url, cluster, waitReplicas, auth };
  if (cluster) faults.push('REDIS_CLUSTER needs REDIS_URL beside it');
  if (inAzure && environment.text('REDIS_URL') === undefined) {
    faults.push('REDIS_URL is missing: in Azure, sessions are kept in Redis, never in the memory of one instance');
  }
  return { kind: 'memory' };
}
