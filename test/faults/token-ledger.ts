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
    let reserved = 0;
    for (let at = 0; at < members.length; at += 2) {
      if (Number(members[at + 1]) > nowMs) reserved += Number(members[at]?.split(':')[1]);
    }
    const window = (name: string, seconds: number): Window => {
      const number = Number(hash[name] ?? 0);
      return { number, isNow: number === Math.floor(nowMs / 1000 / seconds), used: Number(hash[`${name}_used`] ?? 0) };
    };
    return { reserved, minute: window('minute', 60), day: window('day', 86_400) };
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
 * Why a window's counter is not the sum of what was used in it. A turn that was answered just before the window began
 * may have been stored just after.
 */
export function miscounted(
  { number, used }: Window,
  seconds: number,
  stored: Iterable<StoredUsage>,
): string | undefined {
  const startMs = number * seconds * 1000;
  let [least, most] = [0, 0];
  for (const { usage, answeredAt } of stored) {
    if (answeredAt >= startMs) least += usage.total_tokens;
    if (answeredAt >= startMs - 2000) most += usage.total_tokens;
  }
  return used >= least && used <= most ? undefined : `${used} counted in ${seconds} s, used ${least} to ${most}`;
}
