import type { PageRequest, SessionStore } from '../../conversation/ports/session-store.ts';
import {
  type Feedback,
  type SessionSummary,
  type ShownSession,
  type StoredMessage,
  type Summary,
  storedTurn,
} from '../../conversation/ports/stored.ts';
import { doomedOf } from './doomed.ts';
import { RedisBetweenTurns } from './redis-between-turns.ts';
import type { RedisClient } from './redis-client.ts';
import { readShown, readSummary, summaryFields } from './redis-replies.ts';
import { READY_KEY, sessionKeys } from './session-keys.ts';

/** Of the sessions and records that one step of an erasure takes, the last one's place. */
const LAST_AT_ONCE = '99';

/** Sessions in Redis, and the turns that make them. */
export class RedisSessionStore extends RedisBetweenTurns implements SessionStore {
  async readTurn(owner: string, sessionId: string, turnId: string) {
    const keys = sessionKeys(owner);
    const { session, messages, turns } = keys;
    const read = [session(sessionId), messages(sessionId), turns(sessionId)];
    const reply = (await this.scripts.run('readTurn', read, { turn: turnId })) as string[] | null;
    const [assistant = '', ...stored] = reply ?? [];
    return reply === null
      ? undefined
      : storedTurn(
          assistant,
          stored.map((json) => JSON.parse(json) as StoredMessage),
        );
  }

  async history(owner: string, sessionId: string, page: PageRequest) {
    const keys = sessionKeys(owner);
    const list = keys.messages(sessionId);
    const before = page.before === undefined ? undefined : Number(/-(\d{1,9})$/.exec(page.before)?.[1] ?? 0);
    // The page, and the message that `before` names, to see that it is the one.
    const first = before === undefined ? -page.limit : Math.max(0, before - page.limit);
    const [fields, ttlMs, length, messages, summaries] = await this.connection.run((redis) =>
      Promise.all([
        redis.hmget(keys.session(sessionId), ...summaryFields),
        redis.pttl(keys.session(sessionId)),
        redis.llen(list),
        redis.lrange(list, first, before ?? -1),
        redis.hget(keys.session(sessionId), 'summaries'),
      ]),
    );
    const session = readShown(sessionId, fields, ttlMs);
    if (session === undefined) return undefined;
    const items = messages.map((json) => JSON.parse(json) as StoredMessage);
    if (before !== undefined && items.pop()?.id !== page.before) return 'unknown-page';
    const start = before === undefined ? length - items.length : first;
    const rated = await this.#withFeedback(owner, sessionId, items);
    const told = JSON.parse(summaries ?? '[]') as Summary[];
    return { session, summaries: told, items: rated, hasMore: start > 0 };
  }

  async sessions(owner: string, page: PageRequest) {
    const { index } = sessionKeys(owner);
    const rank =
      page.before === undefined ? -1 : await this.connection.run((redis) => redis.zrevrank(index, page.before ?? ''));
    if (rank === null) return 'unknown-page';

    const items: ShownSession[] = [];
    // Sessions that expired are still in the index: they are taken out, and the page is filled up.
    for (let from = rank + 1; ; ) {
      const ids = await this.connection.run((redis) => redis.zrevrange(index, from, from + page.limit));
      const found = await this.#shown(owner, ids);
      const expired = ids.filter((_, position) => found[position] === undefined);
      if (expired.length > 0) await this.connection.run((redis) => redis.zrem(index, ...expired));
      items.push(...found.filter((session) => session !== undefined));
      if (ids.length <= page.limit || items.length > page.limit) break;
      from += ids.length - expired.length;
    }
    return { items: items.slice(0, page.limit), hasMore: items.length > page.limit };
  }

  async delete(owner: string, sessionId: string): Promise<void> {
    const keys = sessionKeys(owner);
    await this.connection.run((redis) =>
      redis
        .multi()
        .del(...keys.allOf(sessionId))
        .zrem(keys.index, sessionId)
        .exec(),
    );
  }

  async scan(owner: string, cursor = '0') {
    const { index } = sessionKeys(owner);
    const [next, members] = await this.connection.run((redis) => redis.zscan(index, cursor, 'COUNT', 100));
    const ids = members.filter((_, position) => position % 2 === 0);
    const found = await this.#summaries(owner, ids);
    const sessions = found.filter((summary) => summary !== undefined);
    return { sessions, cursor: next === '0' ? undefined : next };
  }

  async messages(owner: string, sessionId: string, from: number, limit: number): Promise<StoredMessage[]> {
    const keys = sessionKeys(owner);
    const [exists, messages] = await this.connection.run((redis) =>
      Promise.all([
        redis.exists(keys.session(sessionId)),
        redis.lrange(keys.messages(sessionId), from, from + limit - 1),
      ]),
    );
    // A copy whose first turn still runs is no session yet.
    if (exists === 0) return [];
    return this.#withFeedback(
      owner,
      sessionId,
      messages.map((json) => JSON.parse(json) as StoredMessage),
    );
  }

  async rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<boolean> {
    const keys = sessionKeys(owner);
    const touched = [keys.session(sessionId), keys.turns(sessionId)];
    return (await this.scripts.run('rateTurn', touched, { turn: turnId }, [feedback])) === 1;
  }

  async erase(owner: string): Promise<void> {
    const keys = sessionKeys(owner);
    await this.scripts.run('doomOwner', [keys.index, keys.begun, ...keys.doomed], {});
    for (const list of keys.doomed) {
      for (;;) {
        const names = await this.connection.run((redis) => redis.zrange(list, 0, LAST_AT_ONCE));
        if (names.length === 0) break;
        const doomed = names.map((name) => doomedOf(name, keys));
        await this.scripts.run('forgetDoomed', [list, keys.index, keys.begun, ...doomed.flatMap((each) => each.keys)], {
          members: doomed.map((each) => ({ ...each, keys: each.keys.length })),
        });
      }
    }
  }

  async ping(): Promise<void> {
    // A Redis that is full, or a replica, would answer a mere PING.
    await this.connection.run((redis) => redis.set(READY_KEY, '', 'EX', 1));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async #withFeedback(owner: string, sessionId: string, items: StoredMessage[]): Promise<StoredMessage[]> {
    if (items.length === 0) return items;
    const turns = items.map((message) => message.turn_id);
    const given = await this.connection.run((redis) => redis.hmget(sessionKeys(owner).turns(sessionId), ...turns));
    return items.map((message, position) => {
      const json = given[position];
      return message.role === 'user' || !json?.includes('{')
        ? message
        : { ...message, feedback: JSON.parse(json.replace(/^\d+/, '')) as Feedback };
    });
  }

  async #shown(owner: string, ids: string[]): Promise<(ShownSession | undefined)[]> {
    const { session } = sessionKeys(owner);
    const [summaries, ttls] = await this.connection.run((redis) =>
      Promise.all([
        Promise.all(ids.map((id) => redis.hmget(session(id), ...summaryFields))),
        Promise.all(ids.map((id) => redis.pttl(session(id)))),
      ]),
    );
    return ids.map((id, position) => readShown(id, summaries[position], ttls[position] ?? 0));
  }

  /** Of each session what it is listed by; not all that was brought to it. */
  async #summaries(owner: string, ids: string[]): Promise<(SessionSummary | undefined)[]> {
    const { session } = sessionKeys(owner);
    const read = (redis: RedisClient) => Promise.all(ids.map((id) => redis.hmget(session(id), ...summaryFields)));
    const found = await this.connection.run(read);
    return ids.map((id, position) => readSummary(id, found[position]));
  }
}
