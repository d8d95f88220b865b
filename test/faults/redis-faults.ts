import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import type { FaultRun } from './report.ts';
import { Standstills } from './standstills.ts';

const AT_ONCE = 5;
const ANSWER_WITHIN_MS = 1000;
/** Far more than any recovery takes. */
const GIVE_UP_MS = 15_000;

interface Scene {
  proxy: TcpProxy;
  server: RedisServer;
  raw: Redis;
}

interface Fault {
  begin(scene: Scene): unknown;
  /** Missing: the service gets over it by itself. */
  end?(scene: Scene): unknown;
  /** What requests are answered meanwhile. */
  status: 503 | 200;
}

const kinds: Record<string, Fault> = {
  down: { begin: ({ proxy }) => proxy.refuse(), end: ({ proxy }) => proxy.listen(), status: 503 },
  'black-holed': {
    begin: ({ proxy }) => {
      proxy.mode = 'hold';
    },
    end: ({ proxy }) => {
      proxy.mode = 'pass';
    },
    status: 503,
  },
  slow: {
    begin: ({ proxy }) => {
      proxy.mode = { delayMs: 1500 };
    },
    end: ({ proxy }) => {
      proxy.mode = 'pass';
    },
    status: 503,
  },
  'half-open': { begin: ({ proxy }) => proxy.freeze(), status: 503 },
  'out of memory': {
    begin: ({ raw }) => raw.config('SET', 'maxmemory', '1'),
    end: ({ raw }) => raw.config('SET', 'maxmemory', '0'),
    status: 503,
  },
  'a replica now': {
    begin: ({ raw }) => raw.replicaof('127.0.0.1', 1),
    end: ({ raw }) => raw.replicaof('NO', 'ONE'),
    status: 503,
  },
  'without its scripts': { begin: ({ raw }) => raw.script('FLUSH'), status: 200 },
  'cutting connections': { begin: ({ proxy }) => proxy.cut(), status: 200 },
};

/**
 * Everything that can be wrong with Redis, through a proxy: each request is answered 503 (within a second), the model is
 * not asked, and once the fault is over the service answers again without a restart.
 */
export const redisFaults: FaultRun = async ({ bundle, schedules: count }) => {
  const upstream = await ScriptedUpstream.start();
  const server = await RedisServer.start();
  const proxy = await TcpProxy.start(server.port);
  const raw = new Redis(server.url);
  const standstills = new Standstills(server.url);
  const env = { REDIS_URL: proxy.url, OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  const host = await startHost({ env, bundle });
  const client = new Client(host.url);
  const figures: Record<string, number> & { modelCalls: number; answersOver1s: number } = {
    modelCalls: 0,
    answersOver1s: 0,
  };
  const faults: string[] = [];
  await client.chat({ message: 'before' });
  for (const [name, fault] of Object.entries(kinds)) {
    await fault.begin({ proxy, server, raw });
    // The service notices a connection that ends by itself, and there may be one attempt to open another.
    if (fault.status === 200) await sleep(200);
    const calls = upstream.requests.length;
    const times: number[] = [];
    const rounds = fault.end === undefined ? 1 : Math.ceil(count / AT_ONCE);
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          const askedAt = performance.now();
          const { status, code, ms } = await ask(client);
          times.push(ms);
          const expected = fault.status === 200 ? status === 200 : status === 503 && code === 'store-unavailable';
          const isExcused = fault.status === 200 && code === 'store-unavailable' && standstills.since(askedAt);
          if (!expected && !isExcused) faults.push(`${name}: answered ${status} ${code}`);
          // A figure, and no fault: a busy machine is late for its own reasons.
          if (fault.status === 503 && ms > ANSWER_WITHIN_MS) figures.answersOver1s += 1;
        }),
      );
    }
    const asked = upstream.requests.length - calls;
    if (fault.status === 503) {
      figures.modelCalls += asked;
      if (asked > 0) faults.push(`${name}: the model was asked ${asked} times`);
    }
    await fault.end?.({ proxy, server, raw });
    const endedAt = performance.now();
    while ((await ask(client)).status !== 200 && performance.now() - endedAt < GIVE_UP_MS) await sleep(20);
    const recovery = performance.now() - endedAt;
    if (recovery >= GIVE_UP_MS) faults.push(`${name}: not over it after ${GIVE_UP_MS} ms`);
    times.sort((a, b) => a - b);
    figures[`${name}: p99 ms`] = Math.round(times[Math.floor(times.length * 0.99)] ?? 0);
    figures[`${name}: well again after ms`] = Math.round(recovery);
  }
  raw.disconnect();
  await standstills.stop();
  await host.stop();
  await Promise.all([proxy.stop(), server.stop(), upstream.stop()]);
  return { figures, faults };
};

async function ask(client: Client): Promise<{ status: number; code: string; ms: number }> {
  const startedAt = performance.now();
  const response = await client.post('/chat', { message: 'Hello?' });
  const { code = '' } = (await response.json()) as { code?: string };
  return { status: response.status, code, ms: performance.now() - startedAt };
}
