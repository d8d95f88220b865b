import type { PageRequest, SessionStore } from '../../conversation/ports/session-store.ts';
import { type Feedback, type ShownSession, type StoredMessage, storedTurn } from '../../conversation/ports/stored.ts';
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
    const place = `${owner} ${sessionId}`;
    const session = this.kept.sessions.get(place);
    if (session === undefined) return undefined;
    const { messages } = session;
    const end = page.before === undefined ? messages.length : messages.findIndex(({ id }) => id === page.before);
    if (end === -1) return 'unknown-page';
    const start = Math.max(0, end - page.limit);
    const { summaries } = session;
    return {
      session: this.#shown(place, session),
      summaries,
      items: withFeedback(session, start, end),
      hasMore: start > 0,
    };
  }

  async sessions(owner: string, page: PageRequest) {
    const index = this.kept.index.get(owner) ?? new Set();
    for (const id of index) if (this.kept.sessions.get(`${owner} ${id}`) === undefined) index.delete(id);
    const newestFirst = [...index].reverse();
    const start = page.before === undefined ? 0 : newestFirst.indexOf(page.before) + 1;
    if (page.before !== undefined && start === 0) return 'unknown-page';
    const ids = newestFirst.slice(start, start + page.limit);
    const items = ids.flatMap((id) => {
      const session = this.kept.sessions.get(`${owner} ${id}`);
      return session === undefined ? [] : [this.#shown(`${owner} ${id}`, session)];
    });
    return { items, hasMore: newestFirst.length > start + page.limit };
  }

  async scan(owner: string) {
    const ids = [...(this.kept.index.get(owner) ?? [])];
    return {
      sessions: ids.flatMap((id) => this.kept.sessions.get(`${owner} ${id}`)?.summary ?? []),
      cursor: undefined,
    };
  }

  async messages(owner: string, sessionId: string, from: number, limit: number): Promise<StoredMessage[]> {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    return session === undefined ? [] : withFeedback(session, from, from + limit);
  }

  async rate(owner: string, sessionId: string, turnId: string, feedback: Feedback): Promise<boolean> {
    const session = this.kept.sessions.get(`${owner} ${sessionId}`);
    const turn = session?.turns.get(turnId);
    if (turn !== undefined) turn.feedback = feedback;
    return turn !== undefined;
  }

  async delete(owner: string, sessionId: string): Promise<void> {
    const place = `${owner} ${sessionId}`;
    this.kept.sessions.delete(place);
    this.kept.leases.delete(place);
    this.kept.running.delete(place);
    this.kept.index.get(owner)?.delete(sessionId);
  }

  async erase(owner: string): Promise<void> {
    for (const entries of [this.kept.sessions, this.kept.leases, this.kept.running, this.kept.records]) {
      entries.deleteAll(`${owner} `);
    }
    this.kept.index.delete(owner);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  #shown(place: string, { summary }: Session): ShownSession {
    return { ...summary, expires: new Date(this.kept.sessions.endOf(place)).toISOString() };
  }
}

function withFeedback({ messages, turns }: Session, start: number, end: number): StoredMessage[] {
  return messages.slice(start, end).map((message) => {
    const given = turns.get(message.turn_id)?.feedback;
    return message.role === 'user' || given === undefined ? message : { ...message, feedback: given };
  });
}
