/** STRING, empty: written to see that Redis takes what is written. */
export const READY_KEY = 'chat:ready';

/**
 * The Redis keys of one owner. All carry one hash tag, so that they share a slot in any cluster mode and every step can
 * be one script. An owner is a hash, and ids are UUIDs of ours: nothing that a caller wrote is ever part of a key.
 */
export function sessionKeys(owner: string) {
  const key = (kind: string, id: string) => `chat:{${owner}}:${kind}:${id}`;
  return {
    /** Every key of a session. */
    allOf: (id: string) =>
      ['session', 'messages', 'lease', 'running', 'replay', 'turns', 'journal'].map((kind) => key(kind, id)),
    /**
     * HASH: created, updated, turns, window_start, window_tokens; from the first turn on assistant and title; pinned and
     * temporary, where it is; of a copy forked_from (JSON); summaries (JSON); summary_by (a turn) and summary_until (ms) while one is late; summary_after (a
     * number of turns) and summary_pause behind one that failed; title_by (a turn) while a title is late; open ({id, awaits} of steps, JSON) while some wait for the caller; metadata (JSON); brought: items (a JSON each line) that
     * are part of the next turn, and count in window_tokens.
     */
    session: (id: string) => key('session', id),
    /** LIST of `StoredMessage` in JSON. */
    messages: (id: string) => key('messages', id),
    /** HASH: turn, reserved, summary_reserved and title_reserved (tokens), beats, stop. There while a turn runs. */
    lease: (id: string) => key('lease', id),
    /** LIST of `ReplayEntry` in JSON: of the turn that runs, or that failed last. */
    running: (id: string) => key('running', id),
    /** LIST of `ReplayEntry` in JSON: of the turn that was stored last. */
    replay: (id: string) => key('replay', id),
    /** HASH: of every stored turn the position of its first message, and behind it its `Feedback` in JSON, if any. */
    turns: (id: string) => key('turns', id),
    /** HASH of what turns did that are not stored, each by the name of its journal; see `journal.lua`. */
    journal: (id: string) => key('journal', id),
    /**
     * HASH: fingerprint, session, turn; position once the turn is stored; ambiguous, where two turns share it; journal (its
     * name) once the turn has called a tool, until it is stored; doubt (a `TurnFailed` in JSON) where it ended with that.
     */
    record: (idempotencyKey: string) => key('key', idempotencyKey),
    /** ZSET of session ids by the time (microseconds) of their latest turn, or later where only failed turns keep one. */
    index: `chat:{${owner}}:sessions`,
    /** SET of the ids of pinned sessions; some of them may have expired. It is kept as long as the index. */
    pinned: `chat:{${owner}}:pinned`,
    /** Begins the names of STRINGs, empty, that are there for a moment: marks of what replicas have to confirm. */
    replicated: `chat:{${owner}}:replicated`,
    /**
     * ZSET of `lease:<session id>` and `key:<idempotency key>` by the time (ms) after which neither is there any more:
     * what a turn may leave that the index does not know of, temporary sessions too.
     */
    begun: `chat:{${owner}}:begun`,
    /** ZSETs: an index, and a list of what was begun, that are being erased. */
    doomed: [`chat:{${owner}}:doomed:sessions`, `chat:{${owner}}:doomed:begun`],
    /** STRING: when the next request would arrive at an even rate, in microseconds (GCRA). */
    rate: `chat:{${owner}}:rate`,
    /** HASH: minute, minute_used, day, day_used: the latest windows, by their number, and what was used in them. */
    tokens: `chat:{${owner}}:tokens`,
    /**
     * ZSET of `<turn>:<tokens>` by the time (ms) at which the reservation ends unless it is renewed. One that has ended
     * counts as used for the rest of its day.
     */
    reservations: `chat:{${owner}}:reservations`,
  };
}
