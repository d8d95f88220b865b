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

/** @param faults by the promise that was broken, what broke it */
export function byKind(faults: Record<string, string[]>): { counts: Record<string, number>; sentences: string[] } {
  const counts = Object.fromEntries(Object.entries(faults).map(([kind, found]) => [kind, found.length]));
  const sentences = Object.entries(faults).flatMap(([kind, found]) => found.map((fault) => `${kind}: ${fault}`));
  return { counts, sentences };
}
