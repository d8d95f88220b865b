import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { StoredMessage, Usage } from './talk.ts';

/** What Redis holds of the one caller's tokens, at one moment. */
interface Balance {
  reserved: number;
  minute: Window;
  day: Window;
}

interface Window {
  /** Of windows since 1970. */
  number: number;
  /** That is the window of this moment. */
  isNow: boolean;
  /** Of turns that ended, and reserved for those that died in it. */
  used: number;
}

interface StoredUsage {
  usage: Usage;
  answeredAt: number;
}

/** Reads tokens, reservations and leases by raw commands, as an auditor does who trusts no script. */
export class TokenLedger {
  readonly #redis: Redis;
  readonly #limit: number;
  readonly over: string[] = [];
  looks = 0;
  most = 0;
  #isWatching = true;

  /** @param limit of a minute */
  constructor(url: string, limit: number) {
    this.#redis = new Redis(url);
    this.#limit = limit;
  }

  async clear(): Promise<void> {
    await this.#redis.flushall();
  }

  /** Looks every few milliseconds, until `close`. */
  async watch(): Promise<void> {
    while (this.#isWatching) {
      const { reserved, minute } = await this.balance();
      const total = reserved + (minute.isNow ? minute.used : 0);
      this.looks += 1;
      this.most = Math.max(this.most, total);
      if (total > this.#limit) this.over.push(`${minute.used} used and ${reserved} reserved of ${this.#limit}`);
      await sleep(5);
    }
    this.#redis.disconnect();
  }

  close(): void {
    this.#isWatching = false;
  }

  async balance(): Promise<Balance> {
    const [tokens] = await this.#redis.keys('chat:*:tokens');
    const [reservations] = await this.#redis.keys('chat:*:reservations');
    const replies = await this.#redis
      .multi()
      .time()
      .hgetall(tokens ?? 'none')
      .zrange(reservations ?? 'none', '0', '-1', 'WITHSCORES')
      .exec();
    const [time, hash, members] = (replies ?? []).map(([, reply]) => reply) as [
      [string, string],
      Record<string, string>,
      string[],
    ];
    const nowMs = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
    const held = (counts: (endsMs: number) => boolean) => {
      const chosen = members.filter((_, at) => at % 2 === 0 && counts(Number(members[at + 1])));
      return chosen.reduce((sum, member) => sum + Number(member.split(':')[1]), 0);
    };
    const window = (name: string, seconds: number): Window => {
      const now = Math.floor(nowMs / 1000 / seconds);
      const number = Number(hash[name] ?? 0);
      const died = held((endsMs) => endsMs <= nowMs && Math.floor(endsMs / 1000 / seconds) === number);
      return { number, isNow: number === now, used: Number(hash[`${name}_used`] ?? 0) + died };
    };
    const reserved = held((endsMs) => endsMs > nowMs);
    return { reserved, minute: window('minute', 60), day: window('day', 86_400) };
  }

  /** Waits for the next minute where less than so much is left of this one: then its counter begins anew. */
  async untilMinuteHas(seconds: number): Promise<void> {
    for (;;) {
      const [now] = await this.#redis.time();
      const left = 60 - (Number(now) % 60);
      if (left >= seconds) return;
      await sleep(left * 1000);
    }
  }

  /** Waits until no turn holds a lease. */
  async quiet(): Promise<void> {
    while ((await this.#redis.keys('chat:*:lease:*')).length > 0) await sleep(20);
  }

  /** The usage of every turn that is stored, by its id. */
  async stored(): Promise<Map<string, StoredUsage>> {
    const usages = new Map<string, StoredUsage>();
    for (const key of await this.#redis.keys('chat:*:messages:*')) {
      for (const json of await this.#redis.lrange(key, 0, -1)) {
        const { role, turn_id, usage, timestamp } = JSON.parse(json) as StoredMessage & { timestamp: string };
        if (role === 'assistant' && usage) usages.set(turn_id, { usage, answeredAt: Date.parse(timestamp) });
      }
    }
    return usages;
  }
}

/**
 * Why a window's counter is less than the sum of what was stored in it. What else counts, of turns that stored nothing,
 * is another run's: `billing`.
 */
export function miscounted(
  { number, used }: Window,
  seconds: number,
  stored: Iterable<StoredUsage>,
): string | undefined {
  let least = 0;
  for (const { usage, answeredAt } of stored) {
    if (answeredAt >= number * seconds * 1000) least += usage.total_tokens;
  }
  return used >= least ? undefined : `${used} counted in ${seconds} s, stored ${least}`;
}
