import { setTimeout as sleep } from 'node:timers/promises';
import type { TurnEvent, TurnFailed, TurnFinished } from './events.ts';
import { Failure } from './failure.ts';
import type { Told } from './held-lease.ts';
import { hasEnding, type Replay, type ReplayEntry } from './ports/replay.ts';
import type { SessionStore } from './ports/session-store.ts';
import type { AssistantMessage, StoredTurn } from './ports/stored.ts';
import { isTold, restOf, toldOf } from './steps/told-events.ts';

/** As often as a turn's holder passes on what the model says. */
const POLL_MS = 250;

/**
 * The number of a lost turn's ending: beyond all that its holder may have told live and not kept, so that whoever has
 * it is not told again.
 */
export const LOST_ENDING = 999_999_999;

interface RepeatedTurn {
  sessionId: string;
  turnId: string;
  isStored: boolean;
  /** Where it failed it is taken over. */
  hasCalled?: boolean;
}

/**
 * What a retry is told of its turn: as it runs, or as it was stored.
 *
 * @returns nothing when the turn turns out to be given up: it failed behind a call, its holder died, or its session is gone before it was stored.
 * @throws {Failure} `session-not-found` when the turn was stored and its session is gone.
 */
export async function repeatTurn(
  store: SessionStore,
  owner: string,
  { sessionId, turnId, isStored, hasCalled = false }: RepeatedTurn,
): Promise<AsyncGenerator<TurnEvent> | undefined> {
  const first = await liveReplay(store, owner, sessionId, turnId);
  if (hasCalled && first?.entries.some(isFailure)) return undefined;
  if (first !== undefined) return followTurn(store, owner, sessionId, first);
  if (hasCalled) return undefined;
  if (!isStored) {
    // What is left of the dead turn's record expires with its lease.
    await sleep(POLL_MS);
    return undefined;
  }
  // Others came after it, and its replay with them: it is told from the session.
  const turn = await store.readTurn(owner, sessionId, turnId);
  if (turn === undefined) throw new Failure('session-not-found', 'The session of this turn is gone.');
  return tellStored(sessionId, turnId, turn);
}

/** A stored turn, as it is told when its replay is gone: its text is one token. */
export async function* tellStored(sessionId: string, turnId: string, { assistant, user, answer }: StoredTurn) {
  const { timestamp, echo } = user;
  const about = { session_id: sessionId, turn_id: turnId, assistant, asked_at: Date.parse(timestamp) };
  const events: TurnEvent[] = [
    { type: 'turn-started', ...about, ...(echo && { echo }) },
    ...toldOf(answer),
    finishOf(answer),
  ];
  yield* events;
}

/** How a stored turn ended. */
function finishOf({ finish_reason, usage, context, sources, timestamp }: AssistantMessage): TurnFinished {
  const cited = sources && { sources };
  return { type: 'turn-finished', finish_reason, usage, context, ...cited, finished_at: Date.parse(timestamp) };
}

/**
 * Tells what there is of a turn, and waits for no more of it.
 *
 * @throws {Failure} the turn's own failure; `turn-lost` when its holder is gone.
 */
export function* tellSoFar({ entries, state }: Replay): Generator<TurnEvent> {
  for (const entry of entries) yield* eventsOf(entry);
  if (state === 'lost') throw lost();
}

/**
 * Tells a turn to one who joins it: what was said so far, then the rest as it is said.
 *
 * @param replay the turn's replay from its first entry on
 * @throws {Failure} the turn's own failure; `turn-lost` when its holder is gone.
 */
export async function* followTurn(
  store: SessionStore,
  owner: string,
  sessionId: string,
  replay: Replay,
): AsyncGenerator<TurnEvent> {
  let told = 0;
  const heard: Told[] = [];
  for (let latest: Replay | undefined = replay; ; ) {
    for (const entry of latest.entries) {
      for (const event of eventsOf(entry)) {
        yield event;
        if (isTold(event)) heard.push(event);
      }
    }
    if (hasEnding(latest.entries)) return;
    told += latest.entries.length;
    if (latest.state === 'lost') throw lost();
    await sleep(POLL_MS);
    latest = await store.follow(owner, sessionId, replay.turnId, told);
    if (latest === undefined) return yield* tellRest(store, owner, sessionId, replay.turnId, heard);
  }
}

/**
 * The session's running or last turn (only `turnId`, where that is given), for one who was told `after` of its events
 * before. That may be more than the store has: what is told live reaches it a moment later, or not at all where the
 * turn's holder dies.
 *
 * @returns the replay from its first entry on; `undefined` where there is no turn, or no more of it to tell.
 */
export async function joinTurn(
  store: SessionStore,
  owner: string,
  sessionId: string,
  turnId: string | undefined,
  after: number,
): Promise<Replay | undefined> {
  const replay = await store.follow(owner, sessionId, turnId, 0);
  return replay && after < lastNumber(replay) ? replay : undefined;
}

/** Tells what is left of a turn that ended, and was overtaken by the next one, while its follower looked away. */
async function* tellRest(
  store: SessionStore,
  owner: string,
  sessionId: string,
  turnId: string,
  heard: readonly Told[],
): AsyncGenerator<TurnEvent> {
  const turn = await store.readTurn(owner, sessionId, turnId);
  if (turn === undefined) throw lost();
  yield* restOf(toldOf(turn.answer), heard);
  yield finishOf(turn.answer);
}

function isFailure(entry: ReplayEntry): boolean {
  return typeof entry === 'object' && !Array.isArray(entry) && entry.type === 'turn-failed';
}

/** The number of a turn's last event; no number where that is still to come. */
function lastNumber({ state, entries }: Replay): number {
  if (state === 'running') return Number.POSITIVE_INFINITY;
  if (state === 'lost') return LOST_ENDING;
  return entries.reduce<number>((sum, entry) => sum + countOf(entry), 0);
}

function countOf(entry: ReplayEntry): number {
  if (typeof entry === 'number') return entry;
  return Array.isArray(entry) ? entry.length : 1;
}

/** The replay of a turn that is done, or whose holder just gave a sign of life; a dead holder's lease ends meanwhile. */
async function liveReplay(
  store: SessionStore,
  owner: string,
  sessionId: string,
  turnId: string,
): Promise<Replay | undefined> {
  const first = await store.follow(owner, sessionId, turnId, 0);
  for (let latest = first; latest !== undefined && latest.state !== 'lost'; ) {
    if (latest.state === 'ended' || latest.beats !== first?.beats) return latest;
    await sleep(POLL_MS);
    latest = await store.follow(owner, sessionId, turnId, 0);
  }
  return undefined;
}

function* eventsOf(entry: ReplayEntry): Generator<TurnEvent> {
  if (Array.isArray(entry)) for (const token of entry) yield { type: 'token-said', token };
  else if (typeof entry === 'number') yield { type: 'tokens-withheld', count: entry };
  else if (typeof entry === 'string') yield { type: 'step-withheld', step: entry };
  else if (entry.type !== 'turn-failed') yield entry;
  else {
    const { code, detail, retry_after_seconds: retryAfterSeconds, request_id: requestId } = entry;
    throw new Failure(code, detail, { requestId, retryAfterSeconds });
  }
}

function lost(): Failure {
  return new Failure('turn-lost', 'The turn was lost with the instance that ran it; nothing was stored.');
}

/** A failure, as those who join the turn late are told of it. */
export function toldFailure({ code, message: detail, retryAfterSeconds }: Failure, requestId: string): TurnFailed {
  const retry = retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds };
  return { type: 'turn-failed', code, detail, ...retry, request_id: requestId };
}
