import type { LimitUsage } from '../../conversation/limits.ts';
import {
  type EditResult,
  MOST_PINNED,
  type PageRequest,
  type SessionEdit,
  type SessionStore,
} from '../../conversation/ports/session-store.ts';
import {
  type Feedback,
  type RatedTurn,
  type ShownSession,
  type StoredMessage,
  storedTurn,
} from '../../conversation/ports/stored.ts';
import type { Session } from './kept.ts';
import { MemoryBetweenTurns } from './memory-between-turns.ts';

/** Sessions in this process's memory: the same promises as the Redis store, for as long as the process lives. */
export class MemorySessionStore extends MemoryBetweenTurns implements SessionStore {
  async readTurn(owner: string, sessionId: string, turnId: string) {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    const position = session?.turns.get(turnId)?.position;
    if (session === undefined || position === undefined) return undefined;
    return storedTurn(session.summary.assistant ?? '', session.messages.slice(position));
  }

  async history(owner: string, sessionId: string, page: PageRequest) {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    if (session === undefined) return undefined;
    const { messages } = session;
    const end = page.before === undefined ? messages.length : messages.findIndex(({ id }) => id === page.before);
    if (end === -1) return 'unknown-page';
    const start = Math.max(0, end - page.limit);
    const { summaries } = session;
    return {
      session: this.#shown(owner, session),
      summaries,
      items: withFeedback(session, start, end),
      hasMore: start > 0,
    };
  }

  async sessions(owner: string, page: PageRequest) {
    const newestFirst = this.#listed(owner).reverse();
    const start =
      page.before === undefined ? 0 : newestFirst.findIndex(({ summary }) => summary.id === page.before) + 1;
    if (page.before !== undefined && start === 0) return 'unknown-page';
    const items = newestFirst.slice(start, start + page.limit).map((session) => this.#shown(owner, session));
    return { items, hasMore: newestFirst.length > start + page.limit };
  }

  async pinned(owner: string) {
    const newestFirst = this.#pinned(owner).reverse();
    return newestFirst.map((session) => this.#shown(owner, session));
  }

  async scan(owner: string) {
    return { sessions: this.#listed(owner).map(({ summary }) => summary), cursor: undefined };
  }

  async messages(owner: string, sessionId: string, from: number, limit: number): Promise<StoredMessage[]> {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    return session === undefined ? [] : withFeedback(session, from, from + limit);
  }

  async edit(owner: string, sessionId: string, { title, pinned }: SessionEdit): Promise<EditResult> {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    if (session === undefined) return { outcome: 'unknown-session' };
    const { summary } = session;
    if (pinned && summary.temporary) return { outcome: 'temporary' };
    if (pinned && !summary.pinned && this.#pinned(owner).length >= MOST_PINNED) return { outcome: 'too-many-pinned' };
    session.summary = { ...summary, title: title ?? summary.title, pinned: pinned ?? summary.pinned };
    if (title !== undefined) session.titleBy = undefined;
    return { outcome: 'edited', session: this.#shown(owner, session) };
  }

  async rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<RatedTurn | undefined> {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    const turn = session?.turns.get(turnId);
    if (session === undefined || turn === undefined) return undefined;
    turn.feedback = feedback;
    const stored = storedTurn(session.summary.assistant ?? '', session.messages.slice(turn.position));
    return stored && { assistant: stored.assistant, answeredBy: stored.answer.answered_by };
  }

  async usage(owner: string): Promise<LimitUsage[]> {
    return this.limits.usage(owner);
  }

  async delete(owner: string, sessionId: string): Promise<void> {
    const place = `${owner} ${sessionId}`;
    this.kept.sessions.delete(place);
    this.kept.leases.delete(place);
    this.kept.running.delete(place);
    this.kept.journals.delete(place);
    this.kept.index.get(owner)?.delete(sessionId);
  }

  async erase(owner: string): Promise<void> {
    const { sessions, leases, running, records, journals } = this.kept;
    for (const entries of [sessions, leases, running, records, journals]) entries.deleteAll(`${owner} `);
    this.kept.index.delete(owner);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  #pinned(owner: string): Session[] {
    return this.#listed(owner).filter(({ summary }) => summary.pinned);
  }

  /** Oldest first. Those that expired leave the index. */
  #listed(owner: string): Session[] {
    const index = this.kept.index.get(owner) ?? new Set();
    return [...index].flatMap((id) => {
      const session = this.kept.sessions.get(`${owner} ${id}`);
      if (session === undefined) index.delete(id);
      return session ?? [];
    });
  }

  #shown(owner: string, { summary }: Session): ShownSession {
    const end = this.kept.sessions.endOf(`${owner} ${summary.id}`);
    return { ...summary, expires: new Date(end).toISOString() };
  }
}

function withFeedback({ messages, turns }: Session, start: number, end: number): StoredMessage[] {
  return messages.slice(start, end).map((message) => {
    const given = turns.get(message.turn_id)?.feedback;
    return message.role === 'user' || given === undefined ? message : { ...message, feedback: given };
  });
}
