import type { LimitUsage } from '../../conversation/limits.ts';
import type { PageRequest, SessionStore } from '../../conversation/ports/session-store.ts';
import {
  type AnsweredBy,
  type Feedback,
  type RatedTurn,
  type StoredMessage,
  type Summary,
  storedTurn,
} from '../../conversation/ports/stored.ts';
import { doomedOf } from './doomed.ts';
import { RedisLists } from './redis-lists.ts';
import { readShown, summaryFields } from './redis-replies.ts';
import { READY_KEY, sessionKeys } from './session-keys.ts';

/** Of the sessions and records that one step of an erasure takes, the last one's place. */
const LAST_AT_ONCE = '99';

/** Sessions in Redis, and the turns that make them. */
export class RedisSessionStore extends RedisLists implements SessionStore {
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

  async delete(owner: string, sessionId: string): Promise<void> {
    const keys = sessionKeys(owner);
    await this.connection.run((redis) =>
      redis
        .multi()
        .del(...keys.allOf(sessionId))
        .zrem(keys.index, sessionId)
        .srem(keys.pinned, sessionId)
        .exec(),
    );
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

  async rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<RatedTurn | undefined> {
    const { session, messages, turns } = sessionKeys(owner);
    const touched = [session(sessionId), messages(sessionId), turns(sessionId)];
    const reply = (await this.scripts.run('rateTurn', touched, { turn: turnId }, [feedback])) as string[] | null;
    const [assistant = '', answeredBy = ''] = reply ?? [];
    return reply === null
      ? undefined
      : { assistant, answeredBy: answeredBy === '' ? undefined : (JSON.parse(answeredBy) as AnsweredBy) };
  }

  async usage(owner: string): Promise<LimitUsage[]> {
    const { rate, tokens, reservations } = sessionKeys(owner);
    const json = await this.scripts.run('usage', [rate, tokens, reservations], { limits: this.limits });
    return JSON.parse(json as string);
  }

  async erase(owner: string): Promise<void> {
    const keys = sessionKeys(owner);
    await this.scripts.run('doomOwner', [keys.index, keys.begun, ...keys.doomed, keys.pinned], {});
    for (const list of keys.doomed) {
      for (;;) {
        const names = await this.connection.run((redis) => redis.zrange(list, 0, LAST_AT_ONCE));
        if (names.length === 0) break;
        const doomed = names.map((name) => doomedOf(name, keys));
        const lists = [list, keys.index, keys.begun, keys.pinned];
        await this.scripts.run('forgetDoomed', [...lists, ...doomed.flatMap((each) => each.keys)], {
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
}
