import {
  FAILED_REPLAY_SECONDS,
  HELD_ASIDE_SECONDS,
  IDEMPOTENCY_SECONDS,
  IMPLICIT_SECONDS,
  LONGEST_TURN_SECONDS,
  type SessionRules,
  TEMPORARY_SECONDS,
} from '../../conversation/ports/session-store.ts';
import abandonLua from './abandon.lua';
import beginLua from './begin.lua';
import bringLua from './bring.lua';
import commitLua from './commit.lua';
import createLua from './create.lua';
import describeLua from './describe.lua';
import doomLua from './doom.lua';
import editLua from './edit.lua';
import extendLua from './extend.lua';
import findItemLua from './find-item.lua';
import findTurnLua from './find-turn.lua';
import followLua from './follow.lua';
import forgetLua from './forget.lua';
import forkLua from './fork.lua';
import itemsLua from './items.lua';
import journalLua from './journal.lua';
import noteSummaryLua from './note-summary.lua';
import rateLua from './rate.lua';
import readSessionLua from './read-session.lua';
import readTurnLua from './read-turn.lua';
import type { RedisClient } from './redis-client.ts';
import type { RedisConnection } from './redis-connection.ts';
import requestLimitLua from './request-limit.lua';
import reserveLua from './reserve.lua';
import sessionLua from './session.lua';
import settleLua from './settle.lua';
import stopLua from './stop.lua';
import storeSummaryLua from './store-summary.lua';
import storeTitleLua from './store-title.lua';
import takeBackLua from './take-back.lua';
import tokenLimitsLua from './token-limits.lua';
import usageLua from './usage.lua';
import useSessionLua from './use-session.lua';

const scripts = {
  beginTurn:
    useSessionLua + findTurnLua + itemsLua + forkLua + journalLua + requestLimitLua + tokenLimitsLua + beginLua,
  extendTurn: useSessionLua + journalLua + extendLua,
  reserveTokens: requestLimitLua + tokenLimitsLua + reserveLua,
  commitTurn: settleLua + noteSummaryLua + journalLua + commitLua,
  storeSummary: settleLua + noteSummaryLua + storeSummaryLua,
  storeTitle: settleLua + storeTitleLua,
  abandonTurn: settleLua + journalLua + abandonLua,
  followTurn: followLua,
  stopTurn: stopLua,
  readTurn: findTurnLua + readTurnLua,
  editSession: editLua,
  rateTurn: findTurnLua + rateLua,
  usage: requestLimitLua + tokenLimitsLua + usageLua,
  createSession: requestLimitLua + itemsLua + readSessionLua + createLua,
  readSession: readSessionLua + sessionLua,
  describeSession: useSessionLua + readSessionLua + describeLua,
  bringItems: useSessionLua + requestLimitLua + itemsLua + bringLua,
  takeBackItem: useSessionLua + itemsLua + readSessionLua + takeBackLua,
  findItem: findTurnLua + itemsLua + findItemLua,
  doomOwner: doomLua,
  forgetDoomed: forgetLua,
};

type Script = (keyCount: number, ...keysAndValues: string[]) => Promise<unknown>;
type Scripted = RedisClient & Record<keyof typeof scripts, Script>;

/** The steps in Lua: each is one script on one slot, and one round trip. */
export class RedisScripts {
  readonly #connection: RedisConnection;
  /** How long things are kept, as every script is told. */
  readonly #times: Record<`${string}_ms`, number>;

  constructor(connection: RedisConnection, { sessionSeconds, leaseSeconds }: SessionRules) {
    this.#connection = connection;
    const temporarySeconds = Math.min(sessionSeconds, TEMPORARY_SECONDS);
    this.#times = {
      session_ms: sessionSeconds * 1000,
      temporary_ms: temporarySeconds * 1000,
      // Of a session with a turn on it.
      use_ms: Math.max(sessionSeconds, leaseSeconds) * 1000,
      temporary_use_ms: Math.max(temporarySeconds, leaseSeconds) * 1000,
      lease_ms: leaseSeconds * 1000,
      replay_ms: FAILED_REPLAY_SECONDS * 1000,
      record_ms: IDEMPOTENCY_SECONDS * 1000,
      implicit_ms: IMPLICIT_SECONDS * 1000,
      turn_ms: LONGEST_TURN_SECONDS * 1000,
      late_ms: HELD_ASIDE_SECONDS * 1000,
    };
    for (const [name, lua] of Object.entries(scripts)) connection.define(name, lua);
  }

  /** @param values are passed as JSON of their own, so that Redis keeps them to the byte */
  run(name: keyof typeof scripts, keys: string[], ask: object, values: unknown[] = []): Promise<unknown> {
    const texts = [{ ...this.#times, ...ask }, ...values].map((value) => JSON.stringify(value));
    return this.#connection.run((redis) => (redis as Scripted)[name](keys.length, ...keys, ...texts));
  }
}
