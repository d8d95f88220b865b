import { claimName, releaseName } from './conversation-names.ts';
import { forgetKept, type Kept, readKept, writeKept } from './kept-conversations.ts';
import type { PendingTurn } from './pending-turn.ts';

/** Keeps in the tab what one conversation has of its own, wherever it goes on. */
export class ConversationKeeper {
  /** What is kept from now on belongs on no list. */
  isTemporary = false;
  readonly #service: string;
  #name: string | undefined;
  #isNameClaimed = false;
  #sessionId: string | undefined;
  #kept: Kept = {};

  /** @param name by default one that no other open conversation with the service has */
  constructor(service: string, name: string | undefined) {
    this.#service = service;
    this.#name = name;
  }

  /** What is kept of the conversation from now on; and what was. */
  open(sessionId: string | undefined): Kept {
    if (this.#name === undefined) {
      this.#name = claimName(this.#service);
      this.#isNameClaimed = true;
    }
    this.#sessionId = sessionId;
    this.#kept = readKept(this.#place);
    return this.#kept;
  }

  close(): void {
    if (this.#isNameClaimed && this.#name !== undefined) releaseName(this.#service, this.#name);
  }

  /** The one that has no ending. */
  get turn(): PendingTurn | undefined {
    return this.#kept.turn;
  }

  /** Who is not signed in goes on where it ended; any other failure is told again after a reload. */
  keepTurn(turn: PendingTurn | undefined): void {
    const { failure, ...untold } = turn ?? {};
    this.#keep({ turn: failure?.code === 'unauthenticated' ? (untold as PendingTurn) : turn });
  }

  keepQueued(queued: PendingTurn | undefined): void {
    this.#keep({ queued });
  }

  keepDraft(draft: string): void {
    this.#keep({ draft });
  }

  /** It goes on in another session, or in none; what is kept there already stays where this has nothing in its place. */
  moveTo(sessionId: string | undefined): void {
    const kept = this.#kept;
    forgetKept(this.#place);
    this.#sessionId = sessionId;
    const there = readKept(this.#place);
    this.#kept = {};
    const queued = kept.queued ?? there.queued;
    this.#keep({ turn: kept.turn ?? there.turn, queued, draft: kept.draft || there.draft });
  }

  get #place() {
    return { service: this.#service, sessionId: this.#sessionId, name: this.#name };
  }

  #keep(change: Kept): void {
    this.#kept = { ...this.#kept, ...change };
    writeKept(this.#place, { ...this.#kept, temporary: this.isTemporary || undefined });
  }
}
