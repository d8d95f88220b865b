import { Redis } from 'ioredis';
import { RedisCluster } from '../../test/redis/redis-cluster.ts';
import { RedisServer } from '../../test/redis/redis-server.ts';
import { medians } from './medians.ts';
import { type Cost, costOf, inLanes } from './redis-cost.ts';
import { slowDown } from './slow-down.ts';
import { LANES, newTalk, openStore, type Store, type Talk, takeTurn } from './store-turns.ts';

const STEPS = 1000;

/** Of clients that an instance brings. */
async function connections(servers: readonly RedisServer[], cluster: boolean): Promise<number[]> {
  const count = async ({ url }: RedisServer) => {
    const client = new Redis(url);
    const own = Number(/connected_clients:(\d+)/.exec(await client.info('clients'))?.[1]);
    client.disconnect();
    return own;
  };
  const before = await Promise.all(servers.map(count));
  const instance = openStore({ url: (servers[0] as RedisServer).url, cluster });
  await inLanes(300, LANES, () => takeTurn(instance, newTalk()));
  const after = await Promise.all(servers.map(count));
  await instance.close();
  return after.map((each, place) => each - (before[place] ?? 0));
}

/** Whether the sum grows with the masters of a cluster, and what of it one owner can use. */
export async function shards(): Promise<void> {
  const [cluster, alone] = [await RedisCluster.start(), await RedisServer.start()];
  const single = openStore(alone);
  const spread = openStore({ url: cluster.url, cluster: true });
  const manyOwners = (on: Store) => {
    const talks = Array.from({ length: 1000 }, () => newTalk());
    let next = 0;
    return () => takeTurn(on, talks[next++ % talks.length] as Talk);
  };
  const hot = Array.from({ length: 6 * LANES }, () => newTalk('hot'));
  const measures: Record<string, [readonly RedisServer[], (lane: number) => Promise<unknown>]> = {
    'many owners, one server': [[alone], manyOwners(single)],
    'one owner, three masters': [cluster.nodes, (lane) => takeTurn(spread, hot[lane] as Talk)],
    'many owners, three masters': [cluster.nodes, manyOwners(spread)],
  };
  const rows: object[] = [];
  const compare = async (speed: string) => {
    const costs = await medians(
      Object.values(measures).map(([servers, step]) => () => {
        return costOf(servers, STEPS * servers.length, 2 * LANES * servers.length, step);
      }),
    );
    for (const [place, turns] of Object.keys(measures).entries()) {
      const cost = costs[place] as Cost;
      rows.push({
        server: speed,
        turns,
        'Redis us a turn': cost.redis.toFixed(0),
        'cores busy': ((cost.redis * cost.perSecond) / 1e6).toFixed(2),
        shares: cost.shares.map((share) => `${(share * 100).toFixed(0)} %`).join(' '),
        'turns a second': cost.perSecond.toFixed(0),
      });
    }
  };
  await compare('as it is');
  const speedUp = slowDown([alone, ...cluster.nodes].map(({ pid }) => pid));
  await compare('a tenth of a core');
  await speedUp();
  console.table(rows);
  console.log('connections an instance', {
    'one server': await connections([alone], false),
    cluster: await connections(cluster.nodes, true),
  });
  await single.close();
  await spread.close();
  await Promise.all([alone.stop(), cluster.stop()]);
}
