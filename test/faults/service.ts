import { build } from '../../local/build.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { withTools } from '../steps/with-tools.ts';
import { startUpstreamProcess } from '../upstream/upstream-process.ts';
import { type SabotageName, sabotage } from './sabotage.ts';

export interface Service {
  redis: RedisServer;
  upstream: Awaited<ReturnType<typeof startUpstreamProcess>>;
  /** Starts an instance of the service on this Redis and this model. */
  start(settings?: Record<string, string>): Promise<LocalHost>;
  /** Ends what still runs of it all. */
  stop(): Promise<void>;
}

/** The bundle to run, without one of its safeguards where a sabotage is named. */
export async function buildService(without?: SabotageName): Promise<string> {
  const directory = `.cache/faults/${without ?? 'whole'}`;
  await build({ directory, plugins: [withTools, ...(without === undefined ? [] : [sabotage(without)])] });
  return `${directory}/functions.js`;
}

/** A Redis and a scripted model in processes of their own, and instances of the service as they are started. */
export async function startService(bundle: string, { delayMs = 2 } = {}): Promise<Service> {
  const [redis, upstream] = await Promise.all([RedisServer.start(), startUpstreamProcess({ delayMs })]);
  const hosts: LocalHost[] = [];
  return {
    redis,
    upstream,
    async start(settings = {}) {
      const host = await startHost({
        bundle,
        env: {
          REDIS_URL: redis.url,
          OPENAI_BASE_URL: upstream.baseUrl,
          OPENAI_MODEL: 'scripted',
          TURN_LEASE_SECONDS: '1',
          ...settings,
        },
      });
      hosts.push(host);
      return host;
    },
    async stop() {
      await Promise.all(hosts.map((host) => host.kill9()));
      await Promise.all([redis.stop(), upstream.stop()]);
    },
  };
}
