/** Per owner; 0 is no limit. */
export interface Limits {
  requests_per_minute: number;
  tokens_per_minute: number;
  tokens_per_day: number;
}

/** Where an owner stands with one limit. */
export interface LimitState {
  name: 'requests' | 'tokens-per-minute' | 'tokens-per-day';
  quota: number;
  /** Seconds. */
  window: number;
  remaining: number;
  /** Seconds until the whole quota is there again. */
  reset: number;
}

/** The same for whoever asks, with what it is made of. Tokens that turns under way may cost are `reserved`. */
export type LimitUsage =
  /** `next`: seconds until one more request is admitted. */
  | (LimitState & { name: 'requests'; next: number })
  | (LimitState & { name: 'tokens-per-minute' | 'tokens-per-day'; used: number; reserved: number });

/** A request that a limit refused; it counts nothing. */
export interface Limited {
  outcome: 'limited';
  by: LimitState['name'];
  retryAfterSeconds: number;
  limits: LimitState[];
}
