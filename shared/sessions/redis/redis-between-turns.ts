import {
  type BetweenTurns,
  type BringResult,
  type CreateResult,
  type FoundItem,
  type KeptSession,
  MOST_BROUGHT,
  readItemId,
  type TakeBackResult,
} from '../../conversation/ports/between-turns.ts';
import type { Metadata } from '../../conversation/ports/metadata.ts';
import { type Item, type StoredMessage, storedTurn } from '../../conversation/ports/stored.ts';
import { RedisAsides } from './redis-asides.ts';
import { readItems, readLimited, readSession } from './redis-replies.ts';
import type { RedisScripts } from './redis-scripts.ts';
import { sessionKeys } from './session-keys.ts';

/** What is done to sessions in Redis between their turns. */
export class RedisBetweenTurns extends RedisAsides implements BetweenTurns {
  async create(
    owner: string,
    sessionId: string,
    { metadata, items }: { metadata: Metadata; items: Item[] },
  ): Promise<CreateResult> {
    const { session, messages, index, rate } = sessionKeys(owner);
    const { requests_per_minute } = this.limits;
    const ask = { session: sessionId, most: MOST_BROUGHT, requests_per_minute };
    const touched = [session(sessionId), messages(sessionId), index, rate];
    const reply = await this.write(owner, 'createSession', touched, ask, [metadata, ...items]);
    const [outcome, ...values] = reply as ['too-many'] | ['limited', ...string[]] | ['created', string, unknown];
    if (outcome === 'too-many') return { outcome };
    if (outcome === 'limited') return readLimited(values as string[]);
    const [limits, created] = values;
    return {
      outcome,
      session: readSession(sessionId, created) as KeptSession,
      limits: JSON.parse(limits as string),
    };
  }

  async session(owner: string, sessionId: string): Promise<KeptSession | undefined> {
    const { session, messages } = sessionKeys(owner);
    const read = [session(sessionId), messages(sessionId)];
    return readSession(sessionId, await this.scripts.run('readSession', read, {}));
  }

  async describe(owner: string, sessionId: string, metadata: Metadata): Promise<KeptSession | undefined> {
    const touched = usedKeys(owner, sessionId);
    const reply = await this.write(owner, 'describeSession', touched, { session: sessionId }, [metadata]);
    return readSession(sessionId, reply);
  }

  async bring(owner: string, sessionId: string, items: Item[]): Promise<BringResult> {
    const { lease, rate } = sessionKeys(owner);
    const { requests_per_minute } = this.limits;
    const { block, position } = readItemId(items[0]?.id ?? '');
    const ask = { session: sessionId, block, position, most: MOST_BROUGHT, requests_per_minute };
    const touched = [...usedKeys(owner, sessionId), lease(sessionId), rate];
    const reply = await this.write(owner, 'bringItems', touched, ask, items);
    const [outcome, ...values] = reply as [BringResult['outcome'], ...string[]];
    if (outcome === 'limited') return readLimited(values);
    if (outcome === 'brought') return { outcome, limits: JSON.parse(values[0] ?? '[]') };
    return { outcome };
  }

  async takeBack(owner: string, sessionId: string, itemId: string): Promise<TakeBackResult> {
    const touched = [...usedKeys(owner, sessionId), sessionKeys(owner).lease(sessionId)];
    const reply = await this.write(owner, 'takeBackItem', touched, { session: sessionId, item: itemId });
    const [outcome, kept] = reply as [TakeBackResult['outcome'], unknown];
    if (outcome === 'taken-back') return { outcome, session: readSession(sessionId, kept) as KeptSession };
    return { outcome };
  }

  async findItem(owner: string, sessionId: string, itemId: string): Promise<FoundItem | undefined> {
    const { session, messages, turns } = sessionKeys(owner);
    const read = [session(sessionId), messages(sessionId), turns(sessionId)];
    const reply = (await this.scripts.run('findItem', read, readItemId(itemId))) as string[] | null;
    if (reply === null) return undefined;
    const [where, first = '', ...stored] = reply;
    if (where === 'brought') return { brought: readItems(first) };
    const turn = storedTurn(
      first,
      stored.map((json) => JSON.parse(json) as StoredMessage),
    );
    return turn && { turn };
  }

  /** A step whose caller takes what it wrote for kept. */
  protected async write(owner: string, ...step: Parameters<RedisScripts['run']>): Promise<unknown> {
    const { cuts } = this.connection;
    const reply = await this.scripts.run(...step);
    await this.connection.replicated(sessionKeys(owner).replicated, cuts);
    return reply;
  }
}

/** What each use of a session keeps for longer. */
function usedKeys(owner: string, id: string): string[] {
  const { session, messages, replay, turns, index, pinned } = sessionKeys(owner);
  return [session(id), messages(id), replay(id), turns(id), index, pinned];
}
