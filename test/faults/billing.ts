import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';
import { eventually } from '../eventually.ts';
import type { LocalHost } from '../host/start-host.ts';
import { inParallel } from './in-parallel.ts';
import { ModelBooks } from './model-books.ts';
import { Random } from './random.ts';
import { byKind, type FaultRun } from './report.ts';
import { type Service, startService } from './service.ts';
import { Spender } from './spender.ts';
import { askTurn } from './talk.ts';

const AT_ONCE = 48;
/** One of two instances is killed in so many schedules, the first time soon. */
const KILL_EVERY = 200;
const FIRST_KILL = 60;

const KEY = 'the key that owners are hashed with';
const SILENCE_SECONDS = 4;
const settings = {
  AUTH_MODE: 'key',
  OWNER_HASH_KEY: KEY,
  TOKEN_LIMIT_PER_DAY: '1000000000',
  TURN_LEASE_SECONDS: '5',
  MODEL_TIMEOUT_SECONDS: String(SILENCE_SECONDS),
};

/** What Redis holds of one caller's tokens. */
interface Account {
  day: number;
  /** Of turns that ended. */
  used: number;
  /** Reserved by turns that died. */
  died: number[];
}

/**
 * Callers stop, delete, erase and leave turns, models fail in every way, and instances are killed; in the end what each
 * caller is charged is what the model's own books have: never less, and never more but by what was reserved for turns
 * that died.
 */
export const billing: FaultRun = async ({ bundle, schedules: count, seed }) => {
  const [service, books] = await Promise.all([startService(bundle), ModelBooks.open(SILENCE_SECONDS * 1000)]);
  const random = new Random(seed);
  const start = () => startWarm(service, books);
  const hosts = await Promise.all([start(), start()]);
  const spenders: Spender[] = [];
  const found = { under: [] as string[], over: [] as string[] };
  const seen = {
    callers: 0,
    exact: 0,
    charged: 0,
    billedAtLeast: 0,
    billedAtMost: 0,
    unreached: 0,
    died: 0,
    reserved: 0,
  };
  const redis = new Redis(service.redis.url);
  let kills = 0;
  try {
    const choices = Array.from({ length: count }, () => random.fork());
    let killing = Promise.resolve();
    await inParallel(choices, AT_ONCE, async (choice, number) => {
      if (number % KILL_EVERY === FIRST_KILL) {
        killing = killing.then(async () => {
          await sleep(choice.between(0, 300));
          const [victim] = hosts.splice(choice.between(0, hosts.length - 1), 1);
          await victim?.kill9();
          kills += 1;
          hosts.push(await start());
        });
      }
      const spender = new Spender(`caller ${number}`, choice, books, () => choice.pick(hosts).url);
      await spender.play();
      spenders.push(spender);
    });
    await killing;
    await inParallel(spenders, AT_ONCE, async (spender) => {
      // What died stays counted, whatever begins after it.
      if ((await accountOf(redis, spender.user)).died.length > 0) await spender.playAgain();
      judge(spender, await accountOf(redis, spender.user), books, seen, found);
    });
  } finally {
    redis.disconnect();
    await Promise.all([service.stop(), books.close()]);
  }
  const endings: Record<string, number> = {};
  for (const ending of spenders.flatMap(({ endings }) => endings)) endings[ending] = (endings[ending] ?? 0) + 1;
  const { counts, sentences } = byKind(found);
  return { figures: { schedules: count, kills, ...endings, ...seen, ...counts }, faults: sentences };
};

/** An instance whose tokeniser is loaded: until then it counts by bounds, in its callers' disfavour. */
async function startWarm(service: Service, books: ModelBooks): Promise<LocalHost> {
  const host = await service.start({ ...settings, OPENAI_BASE_URL: books.baseUrl });
  for (let n = 0; ; n += 1) {
    const message = `${host.url} warms up ${n}`;
    books.plan(message, [{ deltas: [' well'] }]);
    const outcome = await askTurn(host.url, { message, user: host.url });
    const { most } = books.bill({ message, received: 1, isHeard: true, tookMs: 0 });
    if (outcome.kind === 'answered' && outcome.usage.total_tokens === most) return host;
  }
}

/** Read by raw commands, as an auditor does who trusts no script, once nothing is reserved for a turn that lives. */
async function accountOf(redis: Redis, user: string): Promise<Account> {
  const owner = keyedHash(KEY)('owner', 'key', user);
  return eventually(async () => {
    const replies = await redis
      .multi()
      .time()
      .hgetall(`chat:{${owner}}:tokens`)
      .zrange(`chat:{${owner}}:reservations`, '0', '-1', 'WITHSCORES')
      .exec();
    const [[seconds], { day = 0, day_used = 0 }, members] = (replies ?? []).map(([, reply]) => reply) as [
      [string],
      Record<string, string>,
      string[],
    ];
    const ends = members.filter((_, at) => at % 2 === 1).map(Number);
    if (ends.some((end) => end > Number(seconds) * 1000)) return false;
    const died = members.filter((_, at) => at % 2 === 0).map((member) => Number(member.split(':')[1]));
    return { day: Number(day), used: Number(day_used), died };
  });
}

function judge(
  { user, turns, days }: Spender,
  { day, used, died }: Account,
  books: ModelBooks,
  seen: Record<
    'callers' | 'exact' | 'charged' | 'billedAtLeast' | 'billedAtMost' | 'unreached' | 'died' | 'reserved',
    number
  >,
  found: Record<'under' | 'over', string[]>,
): void {
  // The books of a day were closed in between.
  if (new Set([...days, ...(day === 0 ? [] : [day])]).size > 1) return;
  const bills = turns.map((turn) => books.bill(turn));
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const least = sum(bills.map((bill) => bill.least));
  const most = sum(bills.map((bill) => bill.most));
  const reserved = sum(died);
  const charged = used + reserved;
  const beyond = Math.max(0, charged - reserved - most);
  seen.callers += 1;
  if (charged === least && charged === most) seen.exact += 1;
  seen.charged += charged;
  seen.billedAtLeast += least;
  seen.billedAtMost += most;
  seen.unreached += beyond;
  seen.died += died.length;
  seen.reserved += reserved;
  const figures = `${user}: ${charged} charged, ${reserved} of it reserved by turns that died; ${least} to ${most} billed`;
  if (charged < least) found.under.push(figures);
  if (beyond > sum(bills.map((bill) => bill.unreached))) found.over.push(figures);
}
