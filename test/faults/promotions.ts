import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { type AnsweredTurn, checkConversations } from './check-conversations.ts';
import { Random } from './random.ts';
import type { FaultRun } from './report.ts';
import { startService } from './service.ts';

const CLIENTS = 8;
/** How far the replica is behind: what the master alone has is lost with it. */
const LAG_MS = 30;

/** A master with a replica that lags, behind the one address that the service knows. */
interface Pair {
  master: RedisServer;
  replica: RedisServer;
  lag: TcpProxy;
}

/**
 * The Redis master is killed with -9 while clients talk, its replica takes over, and gets a replica of its own; over and
 * over. With REDIS_WAIT_REPLICAS=1 no answered turn may be lost.
 */
export const promotions: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const random = new Random(seed);
  const service = await startService(bundle);
  let pair = await follow(service.redis);
  const address = await TcpProxy.start(pair.master.port);
  const host = await service.start({ REDIS_URL: address.url, REDIS_WAIT_REPLICAS: '1' });
  const client = new Client(host.url);
  const answered: AnsweredTurn[] = [];
  let running = true;
  const refused = { busy: 0, away: 0, other: 0 };

  async function talk(lane: number): Promise<void> {
    let sessionId: string | null = null;
    for (let turn = 0; running; turn += 1) {
      const message = `lane ${lane} turn ${turn}`;
      const key = { 'idempotency-key': randomUUID() };
      for (let isAnswered = false; !isAnswered; ) {
        const response = await client.post('/chat', { session_id: sessionId, message }, key);
        const answer = (await response.json()) as Record<string, string>;
        const { session_id = '', turn_id = '', response: text = '' } = answer;
        if (response.status === 200) {
          answered.push({ sessionId: session_id, turnId: turn_id, message, response: text });
          sessionId = session_id;
          isAnswered = true;
        } else {
          refused[response.status === 409 ? 'busy' : response.status === 503 ? 'away' : 'other'] += 1;
          await sleep(20);
        }
      }
    }
  }

  try {
    const talking = Promise.all(Array.from({ length: CLIENTS }, (_, lane) => talk(lane)));
    // Where a promotion fails, that is what is told.
    talking.catch(() => {});
    for (let promoted = 0; promoted < count; promoted += 1) {
      const answers = async (count: number) => {
        const before = answered.length;
        await eventually(() => answered.length >= before + count);
      };
      await answers(CLIENTS);
      await sleep(random.between(0, 200));
      // The replica cannot have this one yet, unless it was waited for.
      await answers(1);
      pair = await promote(pair, address);
    }
    running = false;
    await talking;
    await address.stop();
    const { storedTurns, ...found } = await checkConversations([pair.master.url], answered, service.upstream.answerTo);
    const faults = Object.entries(found).flatMap(([fault, list]) => list.map((each) => `${fault}: ${each}`));
    return { figures: { promotions: count, answered: answered.length, storedTurns, ...refused }, faults };
  } finally {
    running = false;
    await Promise.all([address.stop(), pair.lag.stop(), pair.replica.stop(), pair.master.stop()]);
    await service.stop();
  }
};

/** Gives a master a new replica, and waits until it has caught up. */
async function follow(master: RedisServer): Promise<Pair> {
  const lag = await TcpProxy.start(master.port);
  lag.mode = { delayMs: LAG_MS };
  const replica = await RedisServer.start(
    ...['--replicaof', '127.0.0.1', String(lag.port), '--repl-diskless-sync-delay', '0'],
  );
  await ask(replica, async (redis) => {
    await eventually(async () => /master_link_status:up/.test(await redis.info('replication')));
  });
  return { master, replica, lag };
}

async function promote({ master, replica, lag }: Pair, address: TcpProxy): Promise<Pair> {
  await master.stop();
  await lag.stop();
  await ask(replica, (redis) => redis.replicaof('NO', 'ONE'));
  address.target = replica.port;
  address.cut();
  return follow(replica);
}

async function ask(server: RedisServer, question: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(server.url);
  try {
    await question(redis);
  } finally {
    redis.disconnect();
  }
}
