import type { CallerUsage } from '../../../packages/parley-client/src/index.ts';

/** How much of one limit is left. */
export interface Allowance {
  of: 'day' | 'minute' | 'requests';
  /** 0 to 1. */
  left: number;
  /** ms since 1970: when all of it is there again. */
  resetsAt: number;
}

/** Below this much of a limit the user is told without asking. */
const LOW = 0.3;

/** Of each limit that is set. */
export function allowancesOf({ tokens, requests }: CallerUsage, now = Date.now()): Allowance[] {
  const limits = { day: tokens?.day, minute: tokens?.minute, requests };
  return (['day', 'minute', 'requests'] as const).flatMap((of) => {
    const { limit = 0, remaining = 0, reset_seconds = 0 } = limits[of] ?? {};
    return limit === 0 ? [] : [{ of, left: remaining / limit, resetsAt: now + reset_seconds * 1000 }];
  });
}

/** That of which least is left, where that is little. */
export function lowOf(allowances: readonly Allowance[]): Allowance | undefined {
  return allowances.filter(({ left }) => left < LOW).sort((one, other) => one.left - other.left)[0];
}
