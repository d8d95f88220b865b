/** Who the caller is, as far as the service knows. */
export interface Me {
  user: { name?: string };
  /** Where a browser signs out, on the service's own origin; with Easy Auth alone. */
  sign_out?: string;
}

/** What is left of the caller's limits; one that is not set is absent. */
export interface CallerUsage {
  requests?: {
    limit: number;
    window_seconds: number;
    remaining: number;
    /** Until one more request is admitted; 0 is now. */
    next_seconds: number;
    /** Until all are there again. */
    reset_seconds: number;
  };
  tokens?: {
    /** Of the clock. */
    minute?: TokenUsage;
    /** UTC. */
    day?: TokenUsage;
  };
}

export interface TokenUsage {
  limit: number;
  used: number;
  /** What the turns under way may cost at most. */
  reserved: number;
  remaining: number;
  /** Until the window is over. */
  reset_seconds: number;
}
