import { Redis } from 'ioredis';
import type { RedisServer } from '../../test/redis/redis-server.ts';

/** Of one step, on average; times in microseconds. */
export interface Cost {
  /** CPU time of Redis, all servers together, as they count it themselves. */
  redis: number;
  /** In scripts, by the clock: as long as one runs, nothing else does on its server. */
  scripts: number;
  roundTrips: number;
  /** Commands that the scripts call. */
  commands: number;
  /** CPU time of this process, the store's client. */
  instance: number;
  /** How much of the CPU time each server had, 0 to 1. */
  shares: number[];
  perSecond: number;
}

/** What `times` steps cost the servers, `lanes` of them at the same time. */
export async function costOf(
  servers: readonly RedisServer[],
  times: number,
  lanes: number,
  step: (lane: number) => Promise<unknown>,
): Promise<Cost> {
  const before = await Promise.all(servers.map(statsOf));
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await inLanes(times, lanes, step);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const after = await Promise.all(servers.map(statsOf));
  const spent = after.map((stats, place) => {
    const earlier = before[place] ?? stats;
    return Object.fromEntries(Object.entries(stats).map(([name, value]) => [name, value - (earlier[name] ?? 0)]));
  });
  const sum = (name: string) => spent.reduce((total, each) => total + (each[name] ?? 0), 0);
  return {
    redis: sum('cpu') / times,
    scripts: sum('scriptTime') / times,
    roundTrips: sum('scripts') / times,
    commands: sum('commands') / times,
    instance: (user + system) / times,
    shares: spent.map(({ cpu = 0 }) => cpu / sum('cpu')),
    perSecond: times / seconds,
  };
}

/** Takes so many steps; a lane takes one at a time. */
export async function inLanes(times: number, lanes: number, step: (lane: number) => Promise<unknown>): Promise<void> {
  let left = times;
  const lane = async (_: unknown, number: number) => {
    while (left-- > 0) await step(number);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** What a server counts since it runs; times in microseconds. */
async function statsOf({ url }: RedisServer): Promise<Record<string, number>> {
  const redis = new Redis(url);
  const info = `${await redis.info('cpu')}\n${await redis.info('commandstats')}`;
  redis.disconnect();
  const seconds = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
  const commands = [...info.matchAll(/^cmdstat_(\S+?):calls=(\d+),usec=(\d+)/gm)];
  const ofKind = (isScript: boolean) => commands.filter(([, name = '']) => /^eval/.test(name) === isScript);
  const total = (rows: RegExpExecArray[], field: number) => rows.reduce((sum, row) => sum + Number(row[field]), 0);
  return {
    cpu: (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6,
    scripts: total(ofKind(true), 2),
    scriptTime: total(ofKind(true), 3),
    commands: total(
      ofKind(false).filter(([, name = '']) => !/^(info|hello|client|cluster)/.test(name)),
      2,
    ),
  };
}
