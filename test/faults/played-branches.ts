import type { Outcome, ReadSession } from './talk.ts';

/** A turn that a client wants; every try of it has the same key and the same body. */
export interface WantedTurn {
  /** Unlike that of any other. */
  message: string;
  key: string | undefined;
  sessionId: string | undefined;
  after: string | null | undefined;
  fork: boolean;
  /** The model breaks off. */
  fails: boolean;
}

export interface TriedTurn {
  wanted: WantedTurn;
  outcome: Outcome;
  /** The client did not hang up. */
  stayed: boolean;
  /** Milliseconds of the one clock of the process that plays the schedules. */
  askedAt: number;
  answeredAt: number;
}

/** All that the clients of one schedule saw. */
export interface PlayedBranches {
  name: string;
  tried: TriedTurn[];
  /** By session, when its deletion was asked for first. */
  deleted: Map<string, number>;
  /** Sessions as they were read on the way. */
  seen: { sessionId: string; session: ReadSession }[];
  /** Of the sessions that clients learned of, and of all that are listed, what is there after all is quiet. */
  final: Map<string, ReadSession | undefined>;
  listed: string[];
}
