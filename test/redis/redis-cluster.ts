import { Redis } from 'ioredis';
import { eventually } from '../eventually.ts';
import { freePort, RedisServer } from './redis-server.ts';

const SLOTS = 16_384;

/** A real Redis cluster of three masters on the loopback, without replicas until they are added. */
export class RedisCluster {
  readonly nodes: readonly RedisServer[];

  private constructor(nodes: RedisServer[]) {
    this.nodes = nodes;
  }

  /** @param options more of them, for each node */
  static async start(options: () => Promise<string[]> = async () => []): Promise<RedisCluster> {
    const buses = [await freePort(), await freePort(), await freePort()];
    const nodes = await Promise.all(
      buses.map(async (bus) =>
        RedisServer.start('--cluster-enabled', 'yes', '--cluster-port', String(bus), ...(await options())),
      ),
    );
    const clients = nodes.map((node) => new Redis(node.url));
    await Promise.all(
      clients.map((client, place) => {
        const bound = (index: number) => Math.floor((SLOTS / nodes.length) * index);
        return client.cluster('ADDSLOTSRANGE', bound(place), bound(place + 1) - 1);
      }),
    );
    const first = clients[0] as Redis;
    for (const [place, { port }] of nodes.entries()) {
      await first.call('CLUSTER', 'MEET', '127.0.0.1', port, String(buses[place]));
    }
    for (const client of clients) {
      await eventually(async () => {
        const info = await client.cluster('INFO');
        return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
      });
    }
    for (const client of clients) client.disconnect();
    return new RedisCluster(nodes);
  }

  /** Of one of its nodes; it tells of the others. */
  get url(): string {
    return (this.nodes[0] as RedisServer).url;
  }

  get tlsUrl(): string {
    return (this.nodes[0] as RedisServer).tlsUrl;
  }

  /** Gives one of its nodes a replica that has caught up; whoever adds it stops it. */
  async addReplica(place: number): Promise<RedisServer> {
    const [master, bus] = [this.nodes[place] as RedisServer, await freePort()];
    const replica = await RedisServer.start('--cluster-enabled', 'yes', '--cluster-port', String(bus));
    const [of, added] = [new Redis(master.url), new Redis(replica.url)];
    try {
      const id = String(await of.cluster('MYID'));
      await of.call('CLUSTER', 'MEET', '127.0.0.1', replica.port, String(bus));
      await eventually(async () => String(await added.cluster('NODES')).includes(id));
      await added.cluster('REPLICATE', id);
      await eventually(async () => /state=online/.test(await of.info('replication')));
    } finally {
      of.disconnect();
      added.disconnect();
    }
    return replica;
  }

  /** Moves the slot of a key, with all that is in it, from the node that has it to another, as an operator does. */
  async moveSlotOf(key: string): Promise<void> {
    const clients = this.nodes.map((node) => new Redis(node.url));
    try {
      const slot = Number(await clients[0]?.cluster('KEYSLOT', key));
      const counts = await Promise.all(clients.map((client) => client.cluster('COUNTKEYSINSLOT', slot)));
      const from = counts.findIndex((count) => Number(count) > 0);
      if (from === -1) throw new Error(`nothing is in the slot of ${key}`);
      const to = (from + 1) % clients.length;
      const [source, target] = [clients[from], clients[to]] as [Redis, Redis];
      const ids = await Promise.all([source, target].map(async (client) => String(await client.cluster('MYID'))));
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[0] ?? '');
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[1] ?? '');
      for (;;) {
        const keys = (await source.cluster('GETKEYSINSLOT', slot, 3)) as string[];
        if (keys.length === 0) break;
        await source.call('MIGRATE', '127.0.0.1', String(this.nodes[to]?.port), '', '0', '5000', 'KEYS', ...keys);
      }
      for (const client of [target, source]) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[1] ?? '');
    } finally {
      for (const client of clients) client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}
