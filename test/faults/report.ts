export interface FaultOptions {
  /** The built service. */
  bundle: string;
  /** How many schedules, kills, answers, ... */
  schedules: number;
  seed: number;
}

export interface Report {
  figures: Record<string, number>;
  /** Each in a sentence. */
  faults: string[];
}

/** Puts the service under a kind of fault, and checks what it promises with nothing of its code. */
export type FaultRun = (options: FaultOptions) => Promise<Report>;
