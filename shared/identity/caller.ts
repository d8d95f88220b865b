import type { HttpRequest } from '@azure/functions';

/** Who is calling, as far as anything behind the door may know. */
export interface Caller {
  /** A keyed hash of the caller's identity: 32 hexadecimal digits. */
  owner: string;
  /** What the caller is called, where that is known. It is told to the caller alone: never stored, and in no log. */
  name?: string | undefined;
  /**
   * What it has proved its identity with, where that can be passed on to a tool that acts in its name. It reaches no store,
   * no log and no record.
   */
  token?: string | undefined;
}

/**
 * The port to who is calling.
 *
 * @throws {Failure} `unauthenticated`, `identity-unavailable`
 */
export type Identify = (request: HttpRequest) => Promise<Caller>;
