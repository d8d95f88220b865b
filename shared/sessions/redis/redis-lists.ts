import {
  type EditResult,
  MOST_PINNED,
  type PageRequest,
  type SessionEdit,
} from '../../conversation/ports/session-store.ts';
import type { SessionSummary, ShownSession } from '../../conversation/ports/stored.ts';
import { RedisBetweenTurns } from './redis-between-turns.ts';
import type { RedisClient } from './redis-client.ts';
import { readShown, readSummary, summaryFields } from './redis-replies.ts';
import { sessionKeys } from './session-keys.ts';

/** An owner's sessions in Redis, as they are listed. */
export class RedisLists extends RedisBetweenTurns {
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

  async pinned(owner: string): Promise<ShownSession[]> {
    const { index, pinned } = sessionKeys(owner);
    const ids = await this.connection.run((redis) => redis.smembers(pinned));
    const [found, scores] = await Promise.all([
      this.#shown(owner, ids),
      this.connection.run((redis) => Promise.all(ids.map((id) => redis.zscore(index, id)))),
    ]);
    const expired = ids.filter((_, position) => found[position] === undefined);
    if (expired.length > 0) await this.connection.run((redis) => redis.srem(pinned, ...expired));
    const latest = new Map(ids.map((id, position) => [id, Number(scores[position])]));
    const sessions = found.filter((session) => session !== undefined);
    return sessions.sort((one, other) => (latest.get(other.id) ?? 0) - (latest.get(one.id) ?? 0));
  }

  async edit(owner: string, sessionId: string, { title, pinned }: SessionEdit): Promise<EditResult> {
    const keys = sessionKeys(owner);
    const touched = [keys.session(sessionId), keys.pinned];
    const ask = { session: sessionId, title: title ?? null, pinned: pinned ?? null };
    const run = () => this.write(owner, 'editSession', touched, { ...ask, most: MOST_PINNED, fields: summaryFields });
    let reply = await run();
    const isFull = () => (reply as string[])[0] === 'too-many-pinned';
    // Some may have expired: what is told of them leaves these out.
    if (isFull() && (await this.pinned(owner)).length < MOST_PINNED) reply = await run();
    const [outcome, ttlMs, ...values] = reply as [EditResult['outcome'], number, ...(string | null)[]];
    if (outcome !== 'edited') return { outcome };
    return { outcome, session: readShown(sessionId, values, ttlMs) as ShownSession };
  }

  async scan(owner: string, cursor = '0') {
    const { index } = sessionKeys(owner);
    const [next, members] = await this.connection.run((redis) => redis.zscan(index, cursor, 'COUNT', 100));
    const ids = members.filter((_, position) => position % 2 === 0);
    const found = await this.#summaries(owner, ids);
    const sessions = found.filter((summary) => summary !== undefined);
    return { sessions, cursor: next === '0' ? undefined : next };
  }

  async #shown(owner: string, ids: string[]): Promise<(ShownSession | undefined)[]> {
    const { session } = sessionKeys(owner);
    const [summaries, ttls] = await this.connection.run((redis) =>
      Promise.all([
        Promise.all(ids.map((id) => redis.hmget(session(id), ...summaryFields))),
        Promise.all(ids.map((id) => redis.pttl(session(id)))),
      ]),
    );
    return ids.map((id, position) => unlessTemporary(readShown(id, summaries[position], ttls[position] ?? 0)));
  }

  /** Of each session what it is listed by; not all that was brought to it. */
  async #summaries(owner: string, ids: string[]): Promise<(SessionSummary | undefined)[]> {
    const { session } = sessionKeys(owner);
    const read = (redis: RedisClient) => Promise.all(ids.map((id) => redis.hmget(session(id), ...summaryFields)));
    const found = await this.connection.run(read);
    return ids.map((id, position) => unlessTemporary(readSummary(id, found[position])));
  }
}

/** One that is temporary is on no list, unless a version that knew of none put it there. */
function unlessTemporary<T extends SessionSummary>(session: T | undefined): T | undefined {
  return session?.temporary ? undefined : session;
}
