import type { TurnFailed, TurnFinished } from '../conversation/events.ts';
import type { Limits } from '../conversation/limits.ts';
import abandonLua from './abandon.lua';
import beginLua from './begin.lua';
import commitLua from './commit.lua';
import doomLua from './doom.lua';
import { doomedOf } from './doomed.ts';
import extendLua from './extend.lua';
import followLua from './follow.lua';
import forgetLua from './forget.lua';
import rateLua from './rate.lua';
import type { RedisClient, RedisConnection } from './redis-connection.ts';
import { readBegun, readSummary } from './redis-replies.ts';
import { sessionKeys } from './session-keys.ts';
import {
  type BeginRequest,
  type BeginResult,
  type Commit,
  FAILED_REPLAY_SECONDS,
  type Feedback,
  findTurn,
  hasEnding,
  IDEMPOTENCY_SECONDS,
  LATEST_MESSAGES,
  type PageRequest,
  type Replay,
  type SessionRules,
  type SessionStore,
  type SessionSummary,
  type StoredMessage,
  type TokenBlocks,
  type TurnClaim,
} from './session-store.ts';
import stopLua from './stop.lua';

const scripts = {
  beginTurn: beginLua,
  extendTurn: extendLua,
  commitTurn: commitLua,
  abandonTurn: abandonLua,
  followTurn: followLua,
  stopTurn: stopLua,
  rateTurn: rateLua,
  doomOwner: doomLua,
  forgetDoomed: forgetLua,
};

/** Of the sessions and records that one step of an erasure takes, the last one's place. */
const LAST_AT_ONCE = '99';

type Script = (keyCount: number, ...keysAndValues: string[]) => Promise<unknown>;
type Scripted = RedisClient & Record<keyof typeof scripts, Script>;

/** Sessions in Redis: every step is one script on one slot, and one round trip. */
export class RedisSessionStore implements SessionStore {
  readonly #connection: RedisConnection;
  /** How long things are kept, as every script is told. */
  readonly #times: { session_ms: number; lease_ms: number; replay_ms: number; record_ms: number };
  readonly #limits: Limits;

  constructor(connection: RedisConnection, { sessionSeconds, leaseSeconds, limits }: SessionRules) {
    this.#connection = connection;
    this.#limits = limits;
    this.#times = {
      session_ms: sessionSeconds * 1000,
      lease_ms: leaseSeconds * 1000,
      replay_ms: FAILED_REPLAY_SECONDS * 1000,
      record_ms: IDEMPOTENCY_SECONDS * 1000,
    };
    for (const [name, lua] of Object.entries(scripts)) connection.define(name, lua);
  }

  async begin(request: BeginRequest): Promise<BeginResult> {
    const keys = sessionKeys(request.owner);
    const named = request.sessionId ?? request.newSessionId;
    const fresh = request.newSessionId;
    const { cuts } = this.#connection;
    const reply = await this.#script(
      'beginTurn',
      [
        keys.session(named),
        keys.messages(named),
        keys.lease(named),
        keys.running(named),
        keys.replay(named),
        keys.turns(named),
        keys.lease(fresh),
        keys.running(fresh),
        keys.rate,
        keys.tokens,
        keys.reservations,
        keys.begun,
        ...recordKey(request),
      ],
      {
        turn: request.turnId,
        named,
        fresh,
        assistant: request.assistant ?? null,
        default_assistant: request.defaultAssistant,
        offers: request.offers,
        message_tokens: request.messageTokens,
        fingerprint: request.idempotency?.fingerprint ?? null,
        key: request.idempotency?.key ?? null,
        limits: this.#limits,
      },
    );
    const begun = readBegun(reply as string[]);
    // Who is told of a turn that is stored takes it for stored.
    if (begun.outcome === 'repeated' && begun.position !== undefined)
      await this.#connection.replicated(keys.replicated, cuts);
    return begun;
  }

  async extend(claim: TurnClaim, said: TokenBlocks) {
    const keys = sessionKeys(claim.owner);
    const reply = await this.#script(
      'extendTurn',
      [keys.lease(claim.sessionId), keys.running(claim.sessionId), keys.reservations, ...recordKey(claim)],
      { turn: claim.turnId, reserved: claim.reserved, ...firstOf(said) },
      blocksOf(said),
    );
    const [held, stop] = reply as [number, number];
    return { held: held === 1, stop: stop === 1 };
  }

  async commit(claim: TurnClaim, turn: Commit) {
    const keys = sessionKeys(claim.owner);
    const id = claim.sessionId;
    const { cuts } = this.#connection;
    const reply = await this.#script(
      'commitTurn',
      [
        keys.session(id),
        keys.messages(id),
        keys.lease(id),
        keys.running(id),
        keys.replay(id),
        keys.index,
        keys.tokens,
        keys.reservations,
        keys.turns(id),
        ...recordKey(claim),
      ],
      {
        turn: claim.turnId,
        session: id,
        is_first: claim.isFirst,
        assistant: turn.assistant,
        title: turn.title,
        window_start: turn.windowStart,
        window_tokens: turn.windowTokens,
        reserved: claim.reserved,
        used: turn.finished.usage.total_tokens,
        fingerprint: claim.idempotency?.fingerprint ?? null,
        ...firstOf(turn.unsent),
      },
      [turn.user, turn.answer, turn.finished, ...blocksOf(turn.unsent)],
    );
    if (reply === 'committed') await this.#connection.replicated(keys.replicated, cuts);
    return reply as 'committed' | 'lost';
  }

  async abandon(claim: TurnClaim, ending: TurnFailed | TurnFinished, unsent: TokenBlocks): Promise<void> {
    const keys = sessionKeys(claim.owner);
    await this.#script(
      'abandonTurn',
      [keys.lease(claim.sessionId), keys.running(claim.sessionId), keys.reservations, ...recordKey(claim)],
      { turn: claim.turnId, reserved: claim.reserved, ...firstOf(unsent) },
      [ending, ...blocksOf(unsent)],
    );
  }

  async stop(owner: string, sessionId: string): Promise<boolean> {
    return (await this.#script('stopTurn', [sessionKeys(owner).lease(sessionId)], {})) === 1;
  }

  async follow(
    owner: string,
    sessionId: string,
    turnId: string | undefined,
    from: number,
  ): Promise<Replay | undefined> {
    const keys = sessionKeys(owner);
    const { cuts } = this.#connection;
    const reply = (await this.#script(
      'followTurn',
      [keys.lease(sessionId), keys.running(sessionId), keys.replay(sessionId)],
      { turn: turnId ?? '', from },
    )) as [string, number, number, string[]] | null;
    if (reply === null) return undefined;
    const [turn, alive, beats, blocks] = reply;
    const entries = blocks.map((json) => JSON.parse(json) as Replay['entries'][number]);
    if (hasEnding(entries)) await this.#connection.replicated(keys.replicated, cuts);
    const state = alive === 1 ? 'running' : hasEnding(entries) ? 'ended' : 'lost';
    return { turnId: turn, state, beats, entries };
  }

  async readTurn(owner: string, sessionId: string, turnId: string, position?: number) {
    const keys = sessionKeys(owner);
    const [first, last] = position === undefined ? [-LATEST_MESSAGES, -1] : [position, position + 1];
    const [assistant, messages] = await this.#connection.run((redis) =>
      Promise.all([
        redis.hget(keys.session(sessionId), 'assistant'),
        redis.lrange(keys.messages(sessionId), first, last),
      ]),
    );
    if (assistant === null) return undefined;
    const stored = messages.map((json) => JSON.parse(json) as StoredMessage);
    return findTurn(assistant, stored, turnId);
  }

  async history(owner: string, sessionId: string, page: PageRequest) {
    const keys = sessionKeys(owner);
    const list = keys.messages(sessionId);
    const before = page.before === undefined ? undefined : Number(/-(\d{1,9})$/.exec(page.before)?.[1] ?? -1);
    if (before === -1) return (await this.#summary(owner, sessionId)) === undefined ? undefined : 'unknown-page';
    // The page, and the message that `before` names, to see that it is the one.
    const first = before === undefined ? -page.limit : Math.max(0, before - page.limit);
    const [session, length, messages] = await this.#connection.run((redis) =>
      Promise.all([redis.hgetall(keys.session(sessionId)), redis.llen(list), redis.lrange(list, first, before ?? -1)]),
    );
    if (session['assistant'] === undefined) return undefined;
    const items = messages.map((json) => JSON.parse(json) as StoredMessage);
    if (before !== undefined && items.pop()?.id !== page.before) return 'unknown-page';
    const start = before === undefined ? length - items.length : first;
    const rated = await this.#withFeedback(owner, sessionId, items);
    return { session: readSummary(sessionId, session), items: rated, hasMore: start > 0 };
  }

  async sessions(owner: string, page: PageRequest) {
    const { index, session } = sessionKeys(owner);
    const rank =
      page.before === undefined ? -1 : await this.#connection.run((redis) => redis.zrevrank(index, page.before ?? ''));
    if (rank === null) return 'unknown-page';

    const items: SessionSummary[] = [];
    // Sessions that expired are still in the index: they are taken out, and the page is filled up.
    for (let from = rank + 1; ; ) {
      const ids = await this.#connection.run((redis) => redis.zrevrange(index, from, from + page.limit));
      const found = await this.#connection.run((redis) => Promise.all(ids.map((id) => redis.hgetall(session(id)))));
      const expired = ids.filter((_, position) => found[position]?.['assistant'] === undefined);
      if (expired.length > 0) await this.#connection.run((redis) => redis.zrem(index, ...expired));
      for (const [position, id] of ids.entries()) {
        const fields = found[position];
        if (fields?.['assistant'] !== undefined) items.push(readSummary(id, fields));
      }
      if (ids.length <= page.limit || items.length > page.limit) break;
      from += ids.length - expired.length;
    }
    return { items: items.slice(0, page.limit), hasMore: items.length > page.limit };
  }

  async delete(owner: string, sessionId: string): Promise<void> {
    const keys = sessionKeys(owner);
    await this.#connection.run((redis) =>
      redis
        .multi()
        .del(...keys.allOf(sessionId))
        .zrem(keys.index, sessionId)
        .exec(),
    );
  }

  async scan(owner: string, cursor = '0') {
    const { index, session } = sessionKeys(owner);
    const [next, members] = await this.#connection.run((redis) => redis.zscan(index, cursor, 'COUNT', 100));
    const ids = members.filter((_, position) => position % 2 === 0);
    const found = await this.#connection.run((redis) => Promise.all(ids.map((id) => redis.hgetall(session(id)))));
    const sessions = ids.flatMap((id, position) => {
      const fields = found[position];
      return fields?.['assistant'] === undefined ? [] : [readSummary(id, fields)];
    });
    return { sessions, cursor: next === '0' ? undefined : next };
  }

  async messages(owner: string, sessionId: string, from: number, limit: number): Promise<StoredMessage[]> {
    const list = sessionKeys(owner).messages(sessionId);
    const messages = await this.#connection.run((redis) => redis.lrange(list, from, from + limit - 1));
    return this.#withFeedback(
      owner,
      sessionId,
      messages.map((json) => JSON.parse(json) as StoredMessage),
    );
  }

  async rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<boolean> {
    const keys = sessionKeys(owner);
    const touched = [keys.session(sessionId), keys.turns(sessionId)];
    return (await this.#script('rateTurn', touched, { turn: turnId }, [feedback])) === 1;
  }

  async erase(owner: string): Promise<void> {
    const keys = sessionKeys(owner);
    await this.#script('doomOwner', [keys.index, keys.begun, ...keys.doomed], {});
    for (const list of keys.doomed) {
      for (;;) {
        const names = await this.#connection.run((redis) => redis.zrange(list, 0, LAST_AT_ONCE));
        if (names.length === 0) break;
        const doomed = names.map((name) => doomedOf(name, keys));
        await this.#script('forgetDoomed', [list, keys.index, keys.begun, ...doomed.flatMap((each) => each.keys)], {
          members: doomed.map((each) => ({ ...each, keys: each.keys.length })),
        });
      }
    }
  }

  async ping(): Promise<void> {
    await this.#connection.run((redis) => redis.ping());
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #withFeedback(owner: string, sessionId: string, items: StoredMessage[]): Promise<StoredMessage[]> {
    if (items.length === 0) return items;
    const turns = items.map((message) => message.turn_id);
    const given = await this.#connection.run((redis) => redis.hmget(sessionKeys(owner).turns(sessionId), ...turns));
    return items.map((message, position) => {
      const json = given[position];
      return message.role === 'user' || !json ? message : { ...message, feedback: JSON.parse(json) as Feedback };
    });
  }

  async #summary(owner: string, sessionId: string): Promise<SessionSummary | undefined> {
    const fields = await this.#connection.run((redis) => redis.hgetall(sessionKeys(owner).session(sessionId)));
    return fields['assistant'] === undefined ? undefined : readSummary(sessionId, fields);
  }

  /** @param values are passed as JSON of their own, so that Redis keeps them to the byte */
  #script(name: keyof typeof scripts, keys: string[], ask: object, values: object[] = []): Promise<unknown> {
    const texts = [{ ...ask, ...this.#times }, ...values].map((value) => JSON.stringify(value));
    return this.#connection.run((redis) => (redis as Scripted)[name](keys.length, ...keys, ...texts));
  }
}

function recordKey({ owner, idempotency }: Pick<TurnClaim, 'owner' | 'idempotency'>): string[] {
  return idempotency === undefined ? [] : [sessionKeys(owner).record(idempotency.key)];
}

/** In Redis the turn's start stands before the blocks. */
function firstOf({ position }: TokenBlocks): { position: number } {
  return { position: position + 1 };
}

function blocksOf({ blocks }: TokenBlocks): string[][] {
  return blocks.filter((block) => block.length > 0);
}
