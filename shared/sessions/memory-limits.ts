import type { LimitState, Limits } from '../conversation/limits.ts';
import type { Offer } from './session-store.ts';

interface Account {
  /** When the next request would arrive at an even rate (GCRA), in ms. */
  arrival: number;
  /** What was used in the latest windows, by their length in seconds. */
  used: Map<number, { number: number; tokens: number }>;
  /** By turn. */
  reservations: Map<string, { tokens: number; endsAt: number }>;
}

type Admission =
  | { admitted: true; reserved: number; limits: LimitState[] }
  | { admitted: false; by: LimitState['name']; retryAfterSeconds: number; limits: LimitState[] };

const MINUTE_MS = 60_000;

/** An owner's limits, for the memory store: the arithmetic of `begin.lua`, in milliseconds. */
export class MemoryLimits {
  readonly #limits: Limits;
  readonly #reservationMs: number;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();

  /** @param now milliseconds since 1970 */
  constructor(limits: Limits, reservationMs: number, now: () => number) {
    this.#limits = limits;
    this.#reservationMs = reservationMs;
    this.#now = now;
  }

  /** Counts a request and reserves its tokens, where every limit allows it. */
  admit(owner: string, turnId: string, offer: Offer, promptTokens: number): Admission {
    const now = this.#now();
    const account = this.#account(owner);
    const limits: LimitState[] = [];
    let refused: { by: LimitState['name']; retryAfterSeconds: number } | undefined;

    const { requests_per_minute: rate } = this.#limits;
    let arrival = Math.max(account.arrival, now);
    if (rate > 0) {
      const over = arrival + MINUTE_MS / rate - now - MINUTE_MS;
      if (over > 0.001) refused = { by: 'requests', retryAfterSeconds: over / 1000 };
      else arrival += MINUTE_MS / rate;
      const remaining = Math.floor((MINUTE_MS - (arrival - now)) / (MINUTE_MS / rate) + 0.000_001);
      limits.push(stateOf('requests', rate, 60, remaining, arrival - now));
    }

    const reserved = this.#limitsTokens
      ? Math.min(promptTokens, offer.fixed_tokens + offer.room) + offer.output_tokens
      : 0;
    const held = this.#reserved(account, now);
    for (const [name, quota, seconds] of this.#windows()) {
      const number = Math.floor(now / 1000 / seconds);
      const window = account.used.get(seconds);
      const used = window?.number === number ? window.tokens : 0;
      const leftMs = (number + 1) * seconds * 1000 - now;
      const over = used + held + reserved > quota;
      // Without the turns under way it would fit: they end soon.
      const waitMs = used + reserved > quota ? leftMs : Math.min(leftMs, 2000);
      if (over) refused ??= { by: name, retryAfterSeconds: waitMs / 1000 };
      limits.push(stateOf(name, quota, seconds, quota - used - held - (over ? 0 : reserved), leftMs));
    }

    if (refused) return { admitted: false, ...refused, limits };
    account.arrival = arrival;
    if (reserved > 0) account.reservations.set(turnId, { tokens: reserved, endsAt: now + this.#reservationMs });
    return { admitted: true, reserved, limits };
  }

  renew(owner: string, turnId: string): void {
    const reservation = this.#accounts.get(owner)?.reservations.get(turnId);
    if (reservation) reservation.endsAt = this.#now() + this.#reservationMs;
  }

  /** Gives a reservation back; `used` is what the turn cost instead. */
  settle(owner: string, turnId: string, used: number): void {
    const account = this.#account(owner);
    account.reservations.delete(turnId);
    for (const [, , seconds] of this.#windows()) {
      const number = Math.floor(this.#now() / 1000 / seconds);
      const window = account.used.get(seconds);
      account.used.set(seconds, { number, tokens: (window?.number === number ? window.tokens : 0) + used });
    }
  }

  get #limitsTokens(): boolean {
    return this.#limits.tokens_per_minute > 0 || this.#limits.tokens_per_day > 0;
  }

  *#windows(): Generator<[LimitState['name'], number, number]> {
    const { tokens_per_minute, tokens_per_day } = this.#limits;
    if (tokens_per_minute > 0) yield ['tokens-per-minute', tokens_per_minute, 60];
    if (tokens_per_day > 0) yield ['tokens-per-day', tokens_per_day, 86_400];
  }

  #reserved(account: Account, now: number): number {
    let sum = 0;
    for (const [turnId, { tokens, endsAt }] of account.reservations) {
      if (endsAt <= now) account.reservations.delete(turnId);
      else sum += tokens;
    }
    return sum;
  }

  #account(owner: string): Account {
    const account = this.#accounts.get(owner) ?? { arrival: 0, used: new Map(), reservations: new Map() };
    this.#accounts.set(owner, account);
    return account;
  }
}

function stateOf(
  name: LimitState['name'],
  quota: number,
  window: number,
  remaining: number,
  resetMs: number,
): LimitState {
  return { name, quota, window, remaining: Math.max(0, remaining), reset: Math.ceil(resetMs / 1000) };
}
