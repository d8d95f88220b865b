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
import type { Session } from './kept.ts';
import { MemoryAsides } from './memory-asides.ts';
import { costOf } from './place.ts';

/** What is done to sessions in this process's memory between their turns. */
export class MemoryBetweenTurns extends MemoryAsides implements BetweenTurns {
  async create(
    owner: string,
    sessionId: string,
    { metadata, items }: { metadata: Metadata; items: Item[] },
  ): Promise<CreateResult> {
    const place = `${owner} ${sessionId}`;
    const kept = this.kept.sessions.get(place);
    if (kept) return { outcome: 'created', session: this.#told(place, kept), limits: [] };
    if (!isRoom([], items)) return { outcome: 'too-many' };
    const admission = this.limits.admitRequest(owner);
    if (admission.outcome === 'limited') return admission;

    const now = new Date().toISOString();
    const summary = { id: sessionId, title: '', assistant: null, created: now, updated: now, turns: 0, pinned: false };
    const session: Session = {
      summary,
      messages: [],
      metadata,
      brought: items,
      windowStart: 0,
      summaries: [],
      windowTokens: sumOf(items),
      turns: new Map(),
    };
    this.kept.sessions.set(place, session, this.sessionMs);
    this.keepInIndex(owner, sessionId);
    return { outcome: 'created', session: this.#told(place, session), limits: admission.limits };
  }

  async session(owner: string, sessionId: string): Promise<KeptSession | undefined> {
    const place = `${owner} ${sessionId}`;
    const session = this.kept.sessions.get(place);
    return session && this.#told(place, session);
  }

  async describe(owner: string, sessionId: string, metadata: Metadata): Promise<KeptSession | undefined> {
    const place = `${owner} ${sessionId}`;
    const session = this.kept.sessions.get(place);
    return session && this.#use(place, { ...session, metadata });
  }

  async bring(owner: string, sessionId: string, items: Item[]): Promise<BringResult> {
    const place = `${owner} ${sessionId}`;
    const session = this.kept.sessions.get(place);
    const isBusy = this.kept.leases.get(place) !== undefined;
    if (session === undefined) return { outcome: isBusy ? 'busy' : 'unknown-session' };
    const { brought, messages } = session;
    const { block, position } = readItemId(items[0]?.id ?? '');
    // The answer to an earlier try was lost on its way; since then a turn may have taken the items up.
    if ([...brought, ...itemsOf(messages[position])].some(isOf(block))) return { outcome: 'brought', limits: [] };
    if (isBusy || messages.length !== position) return { outcome: 'busy' };
    if (!isRoom(brought, items)) return { outcome: 'too-many' };
    const admission = this.limits.admitRequest(owner);
    if (admission.outcome === 'limited') return admission;

    this.#use(place, {
      ...session,
      brought: [...brought, ...items],
      windowTokens: session.windowTokens + sumOf(items),
    });
    return { outcome: 'brought', limits: admission.limits };
  }

  async takeBack(owner: string, sessionId: string, itemId: string): Promise<TakeBackResult> {
    const place = `${owner} ${sessionId}`;
    const session = this.kept.sessions.get(place);
    if (session === undefined) return { outcome: 'unknown-session' };
    if (this.kept.leases.get(place)) return { outcome: 'busy' };
    const taken = session.brought.find(({ id }) => id === itemId);
    if (taken === undefined) return { outcome: 'unknown-item' };
    const brought = session.brought.filter((item) => item !== taken);
    const windowTokens = session.windowTokens - costOf(taken);
    return { outcome: 'taken-back', session: this.#use(place, { ...session, brought, windowTokens }) };
  }

  async findItem(owner: string, sessionId: string, itemId: string): Promise<FoundItem | undefined> {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    if (session === undefined) return undefined;
    const { summary, messages, brought, turns } = session;
    const { block, position } = readItemId(itemId);
    if (brought.some(isOf(block))) return { brought };
    const taker = itemsOf(messages[position]).some(isOf(block)) ? position : undefined;
    const start = turns.get(block)?.position ?? taker;
    const turn = start === undefined ? undefined : storedTurn(summary.assistant ?? '', messages.slice(start));
    return turn && { turn };
  }

  /** Changes a session, and keeps it for its whole time again, unless it is temporary. */
  #use(place: string, session: Session): KeptSession {
    if (session.summary.temporary) this.kept.sessions.replace(place, session);
    else this.kept.sessions.set(place, session, this.inUseMs({}));
    return this.#told(place, session);
  }

  #told(place: string, { summary, messages, metadata, brought, summaries }: Session): KeptSession {
    const expiresAt = Math.floor(this.kept.sessions.endOf(place));
    return { summary, length: messages.length, metadata, brought, summaries, expiresAt };
  }
}

function itemsOf(message: StoredMessage | undefined): Item[] {
  return message?.role === 'user' ? (message.items ?? []) : [];
}

function isOf(block: string) {
  return ({ id }: Item) => readItemId(id).block === block;
}

/** Whether more items can be brought. */
function isRoom(brought: readonly Item[], items: readonly Item[]): boolean {
  const all = [...brought, ...items];
  const bytes = Buffer.byteLength(all.map((item) => JSON.stringify(item)).join('\n'));
  return items.length <= MOST_BROUGHT.at_once && all.length <= MOST_BROUGHT.items && bytes <= MOST_BROUGHT.bytes;
}

function sumOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + costOf(item), 0);
}
