import type { Limited, LimitState, Limits, LimitUsage } from '../../conversation/limits.ts';
import { HELD_ASIDE_SECONDS } from '../../conversation/ports/session-store.ts';
import type { AsideCosts } from '../../conversation/ports/turn-steps.ts';
import { type Account, heldOf, MINUTE_MS, newAccount, requestState, stateOf, sumOf, windowOf } from './account.ts';

/** What may be asked beside an answer, with tokens. */
type Asides = Required<AsideCosts>;

interface Admitted {
  outcome: 'admitted';
  /** Tokens. */
  reserved: number;
  asides: Asides;
  limits: LimitState[];
}

const DAY_S = 86_400;

const NOTHING: Asides = { summary: 0, title: 0 };

const HELD_ASIDE_MS = HELD_ASIDE_SECONDS * 1000;

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

  /**
   * Counts a request and reserves its tokens, where every limit allows it.
   *
   * @param wanted is reserved too, one after the other as far as there is room
   */
  admit(
    owner: string,
    turnId: string,
    promptTokens: number,
    outputTokens: number,
    wanted: Asides = NOTHING,
  ): Admitted | Limited {
    const now = this.#now();
    const account = this.#account(owner);
    const { arrival, limits, ...request } = this.#request(account, now);
    let { refused } = request;

    const reserved = this.#limitsTokens ? promptTokens + outputTokens : 0;
    const asides = { ...wanted };
    const held = heldOf(account, now);
    for (const { name, quota, seconds, used, leftMs } of this.#counted(account, now)) {
      const over = used + held + reserved > quota;
      if (used + held + reserved + asides.summary > quota) asides.summary = 0;
      if (used + held + reserved + asides.summary + asides.title > quota) asides.title = 0;
      // Without the turns under way it would fit: they end soon.
      const waitMs = used + reserved > quota ? leftMs : Math.min(leftMs, 2000);
      if (over) refused ??= { by: name, retryAfterSeconds: waitMs / 1000 };
      limits.push(stateOf(name, quota, seconds, quota - used - held - (over ? 0 : reserved), leftMs));
    }

    if (refused) return { outcome: 'limited', ...refused, limits };
    account.arrival = arrival;
    if (reserved > 0) {
      for (const [turn, { endsAt }] of account.reservations) {
        if (windowOf(endsAt, DAY_S) < windowOf(now, DAY_S)) account.reservations.delete(turn);
      }
      account.reservations.set(turnId, { tokens: reserved, endsAt: now + this.#reservationMs });
      const endsAt = now + this.#reservationMs + HELD_ASIDE_MS;
      for (const [aside, tokens] of Object.entries(asides)) {
        if (tokens > 0) account.reservations.set(`${turnId}-${aside}`, { tokens, endsAt });
      }
    }
    return { outcome: 'admitted', reserved, asides, limits };
  }

  /** Counts a request that takes no tokens, where the limit allows it. */
  admitRequest(owner: string): Admitted | Limited {
    const account = this.#account(owner);
    const { arrival, limits, refused } = this.#request(account, this.#now());
    if (refused) return { outcome: 'limited', ...refused, limits };
    account.arrival = arrival;
    return { outcome: 'admitted', reserved: 0, asides: NOTHING, limits };
  }

  /** Where the owner stands; changes nothing. */
  usage(owner: string): LimitUsage[] {
    const now = this.#now();
    const account = this.#accounts.get(owner) ?? newAccount();
    const { requests_per_minute: rate } = this.#limits;
    const usage: LimitUsage[] = [];
    if (rate > 0) {
      const next = Math.ceil(this.#request(account, now).refused?.retryAfterSeconds ?? 0);
      usage.push({ ...requestState(rate, Math.max(account.arrival, now), now), name: 'requests', next });
    }
    const reserved = heldOf(account, now);
    for (const { name, quota, seconds, used, leftMs } of this.#counted(account, now)) {
      usage.push({ ...stateOf(name, quota, seconds, quota - used - reserved, leftMs), name, used, reserved });
    }
    return usage;
  }

  /** Whether one more request is within its limit, and when the next would then arrive at an even rate. */
  #request({ arrival: before }: Account, now: number) {
    const { requests_per_minute: rate } = this.#limits;
    const limits: LimitState[] = [];
    let arrival = Math.max(before, now);
    let refused: Pick<Limited, 'by' | 'retryAfterSeconds'> | undefined;
    if (rate > 0) {
      const over = arrival + MINUTE_MS / rate - now - MINUTE_MS;
      if (over > 0.001) refused = { by: 'requests', retryAfterSeconds: over / 1000 };
      else arrival += MINUTE_MS / rate;
      limits.push(requestState(rate, arrival, now));
    }
    return { arrival, limits, refused };
  }

  /** What is counted in each window that has a limit, beside what is held for turns under way. */
  *#counted(account: Account, now: number) {
    for (const [name, quota, seconds] of this.#windows()) {
      const number = windowOf(now, seconds);
      const window = account.used.get(seconds);
      const died = sumOf(account, (endsAt) => endsAt <= now && windowOf(endsAt, seconds) === number);
      const used = (window?.number === number ? window.tokens : 0) + died;
      yield { name, quota, seconds, used, leftMs: (number + 1) * seconds * 1000 - now };
    }
  }

  /** Holds back so many tokens for a turn in place of those that it has, where every limit allows it. */
  reserve(owner: string, turnId: string, tokens: number): boolean {
    const now = this.#now();
    const account = this.#account(owner);
    const own = account.reservations.get(turnId);
    const held = heldOf(account, now) - (own !== undefined && own.endsAt > now ? own.tokens : 0);
    for (const { quota, used } of this.#counted(account, now)) if (used + held + tokens > quota) return false;
    account.reservations.set(turnId, { tokens, endsAt: now + this.#reservationMs });
    return true;
  }

  renew(owner: string, turnId: string): void {
    const reservation = this.#accounts.get(owner)?.reservations.get(turnId);
    if (reservation) reservation.endsAt = this.#now() + this.#reservationMs;
    for (const aside of Object.keys(NOTHING)) {
      const held = this.#accounts.get(owner)?.reservations.get(`${turnId}-${aside}`);
      if (held) held.endsAt = this.#now() + this.#reservationMs + HELD_ASIDE_MS;
    }
  }

  settleAside(owner: string, turnId: string, aside: keyof Asides, spent: number): void {
    this.settle(owner, `${turnId}-${aside}`, spent);
  }

  /** Gives a reservation back, once, and counts `spent` in its place. */
  settle(owner: string, turnId: string, spent: number): void {
    const account = this.#account(owner);
    const reservation = account.reservations.get(turnId);
    if (reservation === undefined) return;
    account.reservations.delete(turnId);
    for (const [, , seconds] of this.#windows()) {
      const number = windowOf(this.#now(), seconds);
      // It counted whole in a window that is over.
      if (windowOf(reservation.endsAt, seconds) < number) continue;
      const window = account.used.get(seconds);
      account.used.set(seconds, { number, tokens: (window?.number === number ? window.tokens : 0) + spent });
    }
  }

  get #limitsTokens(): boolean {
    return this.#limits.tokens_per_minute > 0 || this.#limits.tokens_per_day > 0;
  }

  *#windows(): Generator<['tokens-per-minute' | 'tokens-per-day', number, number]> {
    const { tokens_per_minute, tokens_per_day } = this.#limits;
    if (tokens_per_minute > 0) yield ['tokens-per-minute', tokens_per_minute, 60];
    if (tokens_per_day > 0) yield ['tokens-per-day', tokens_per_day, DAY_S];
  }

  #account(owner: string): Account {
    const account = this.#accounts.get(owner) ?? newAccount();
    this.#accounts.set(owner, account);
    return account;
  }
}
