import type { LimitState } from '../../conversation/limits.ts';

export const MINUTE_MS = 60_000;

/** What an owner has used. */
export interface Account {
  /** When the next request would arrive at an even rate (GCRA), in ms. */
  arrival: number;
  /** What was used in the latest windows, by their length in seconds. */
  used: Map<number, { number: number; tokens: number }>;
  /** By turn; also of turns whose holder died today, which count whole. */
  reservations: Map<string, { tokens: number; endsAt: number }>;
}

export function newAccount(): Account {
  return { arrival: 0, used: new Map(), reservations: new Map() };
}

export function requestState(rate: number, arrival: number, now: number): LimitState {
  const remaining = Math.floor((MINUTE_MS - (arrival - now)) / (MINUTE_MS / rate) + 0.000_001);
  return stateOf('requests', rate, 60, remaining, arrival - now);
}

/** What turns under way have reserved, tokens. */
export function heldOf(account: Account, now: number): number {
  return sumOf(account, (endsAt) => endsAt > now);
}

/** Tokens of the reservations that end at certain times. */
export function sumOf({ reservations }: Account, counts: (endsAt: number) => boolean): number {
  let sum = 0;
  for (const { tokens, endsAt } of reservations.values()) if (counts(endsAt)) sum += tokens;
  return sum;
}

/** The number of the window in which a time (ms) is, since 1970. */
export function windowOf(time: number, seconds: number): number {
  return Math.floor(time / 1000 / seconds);
}

export function stateOf(
  name: LimitState['name'],
  quota: number,
  window: number,
  remaining: number,
  resetMs: number,
): LimitState {
  return { name, quota, window, remaining: Math.max(0, remaining), reset: Math.ceil(resetMs / 1000) };
}
