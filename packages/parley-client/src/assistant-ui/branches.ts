import type { Session, StoredMessage } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import { type ConversationState, messageOf } from '../conversation/conversation-state.ts';
import type { Branch } from './message-tree.ts';

/** So many of a thread's branches are read, the newest. */
const MOST_BRANCHES = 20;

/** Of so many messages each is looked through for where it begins, a hundred a page. */
const MOST_PAGES = 10;

/** Of a session that is not listed yet. */
const JUST_NOW = Number.MAX_SAFE_INTEGER;

type Messages = Omit<Branch, 'begun'>;

/** What is known of a thread's sessions, by their ids. */
export class Branches {
  readonly #client: ParleyClient;
  readonly #messages = new Map<string, Messages>();
  readonly #begun = new Map<string, number>();

  constructor(client: ParleyClient) {
    this.#client = client;
  }

  get(sessionId: string): Branch | undefined {
    const messages = this.#messages.get(sessionId);
    return messages && this.branchOf(sessionId, messages);
  }

  set(sessionId: string, messages: Messages): void {
    this.#messages.set(sessionId, messages);
  }

  delete(sessionId: string): void {
    this.#messages.delete(sessionId);
  }

  clear(): void {
    this.#messages.clear();
  }

  branchOf(sessionId: string | undefined, messages: Messages): Branch {
    return { ...messages, begun: this.#begun.get(sessionId ?? '') ?? JUST_NOW };
  }

  /** All but the one of that session. */
  except(sessionId: string | undefined): Map<string, Branch> {
    const others = [...this.#messages].filter(([id]) => id !== sessionId);
    return new Map(others.map(([id, messages]) => [id, this.branchOf(id, messages)]));
  }

  /**
   * Reads what is not known, back to where it joins what is shown. What cannot be read is left out, until the next time.
   *
   * @param sessions newest first
   * @param shown the one that is shown, and its messages
   */
  async read(sessions: readonly Session[], shown: Pick<ConversationState, 'sessionId' | 'messages'>): Promise<void> {
    for (const { id, created } of sessions) this.#begun.set(id, Date.parse(created));
    const turns = new Set(shown.messages.map(({ turnId }) => turnId));
    const isShown = (turnId: string) => turns.has(turnId);
    const others = sessions.filter(({ id }) => id !== shown.sessionId && !this.#messages.has(id));
    await Promise.allSettled(others.slice(0, MOST_BRANCHES).map(({ id }) => this.#readBack(id, isShown)));
  }

  async #readBack(sessionId: string, isShown: (turnId: string) => boolean): Promise<void> {
    let messages: StoredMessage[] = [];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const [oldest] = messages;
      const page = await this.#client.findHistory(sessionId, oldest && { before: oldest.id });
      if (page === undefined) return;
      messages = [...page.messages, ...messages];
      const isWhole = !page.has_more;
      this.#messages.set(sessionId, { messages: messages.map(messageOf), isWhole });
      if (isWhole || page.messages.some(({ turn_id }) => isShown(turn_id))) return;
    }
  }
}
