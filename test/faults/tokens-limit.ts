import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client, readStream } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { Random } from './random.ts';
import type { FaultRun } from './report.ts';
import { startService } from './service.ts';

const LANES = 4;
/** Room for three turns at once. */
const LIMIT = 1400;
const LARGEST_TURN = { MAX_CONTEXT_TOKENS: '700', MAX_OUTPUT_TOKENS: '200' };
const DAY_S = 86_400;

/** In one moment: what is counted for the day, and what is reserved. */
const LOOK = `
local time = redis.call('TIME')
local used = redis.call('HMGET', KEYS[1], 'day', 'day_used')
local reserved = 0
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. time[1] * 1000 + math.floor(time[2] / 1000), '+inf')) do
  reserved = reserved + tonumber(string.match(member, '%d+$'))
end
local today = tonumber(used[1]) == math.floor(time[1] / ${DAY_S})
return { today and tonumber(used[2]) or 0, reserved }`;

/**
 * Turns that succeed, fail, are stopped or left, all at once, against a limit of tokens. At any moment what is counted
 * and what is reserved stays under it; in the end nothing is reserved, and what is counted is what clients were told.
 */
export const tokensLimit: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const service = await startService(bundle, { delayMs: 1 });
  const faults: string[] = [];
  const figures = { schedules: count, answered: 0, refused: 0, failed: 0, left: 0, looks: 0, mostCommitted: 0 };
  let left = count;
  try {
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        // A database of its own, as the caller is the same everywhere.
        const url = `${service.redis.url}/${lane}`;
        const host = await service.start({ REDIS_URL: url, TOKEN_LIMIT_PER_DAY: String(LIMIT), ...LARGEST_TURN });
        const client = new Client(host.url);
        const raw = new Redis(url);
        const random = new Random(seed * 7919 + lane);
        while (left > 0) {
          const name = `schedule ${count - left}`;
          left -= 1;
          await raw.flushdb();
          await client.chat({ message: 'Who am I?' });
          const owner = (await raw.keys('chat:*:tokens'))[0]?.slice(0, -'tokens'.length) ?? '';
          const [begun = 0] = await look(raw, owner);
          let over = true;
          const watch = (async () => {
            while (over) {
              const [used, reserved] = await look(raw, owner);
              figures.looks += 1;
              figures.mostCommitted = Math.max(figures.mostCommitted, used + reserved);
              if (used + reserved > LIMIT) faults.push(`${name}: ${used} used and ${reserved} reserved`);
            }
          })();
          const turns = await Promise.all(
            Array.from({ length: random.between(2, 8) }, (_, turn) => act(client, random, `${name} turn ${turn}`)),
          );
          await eventually(async () => (await raw.keys('*:lease:*')).length === 0);
          over = false;
          await watch;
          const [used, reserved] = await look(raw, owner);
          if (reserved > 0) faults.push(`${name}: ${reserved} stay reserved`);
          let told = begun;
          for (const { outcome, tokens } of turns) {
            figures[outcome] += 1;
            told += tokens;
          }
          // Whoever left was not told what its turn cost.
          const unknown = turns.some(({ outcome }) => outcome === 'left');
          if (unknown ? used < told : used !== told) faults.push(`${name}: ${used} counted, ${told} told`);
        }
        raw.disconnect();
      }),
    );
  } finally {
    await service.stop();
  }
  return { figures, faults };
};

async function look(raw: Redis, owner: string): Promise<[number, number]> {
  return (await raw.eval(LOOK, 2, `${owner}tokens`, `${owner}reservations`)) as [number, number];
}

interface Told {
  outcome: 'answered' | 'refused' | 'failed' | 'left';
  tokens: number;
}

async function act(client: Client, random: Random, name: string): Promise<Told> {
  const dice = random.next();
  await sleep(random.between(0, 10));
  if (dice < 0.15) {
    const signal = AbortSignal.timeout(random.between(1, 20));
    await client
      .post('/chat', { message: `[costly] ${name}` }, {}, signal)
      .then((response) => response.text())
      .catch(() => {});
    return { outcome: 'left', tokens: 0 };
  }
  const message = dice < 0.35 ? `[cut] ${name}` : `[costly] ${name}`;
  const stream = await client.post('/chat/stream', { message });
  if (stream.status === 429) {
    await stream.text();
    return { outcome: 'refused', tokens: 0 };
  }
  const { first, last, done } = await readStream(stream);
  if (dice > 0.9) await client.post('/chat/stop', { session_id: first.session_id });
  // A turn that was stopped before its first token stored nothing, and costs nothing.
  return done ? { outcome: 'answered', tokens: last.usage.total_tokens } : { outcome: 'failed', tokens: 0 };
}
