import type { Session } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import { deleteConversation } from '../conversation/deleted-sessions.ts';

/** So many pages of the list are read, of 50 sessions each. */
const MOST_PAGES = 20;

/** The caller's sessions, newest first. A reading that fails leaves what was read before. */
export class SessionList {
  readonly #client: ParleyClient;
  readonly #onChange: () => void;
  readonly #forgotten = new Set<string>();
  #sessions: readonly Session[] = [];
  /** It was read to its end. */
  #isWhole = false;
  #isLoading = true;
  /** Readings come one after the other. */
  #latest = Promise.resolve();

  /** @param onChange called after each page, and where there is none */
  constructor(client: ParleyClient, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  get sessions(): readonly Session[] {
    return this.#sessions;
  }

  /** Nothing has been read yet. */
  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Reads what is new, down to what is known. */
  read(): void {
    this.#latest = this.#latest.then(() => this.#readPages()).catch(() => this.#take(this.#sessions));
  }

  /** Deletes sessions; rejects where one could not be deleted. */
  async forget(ids: ReadonlySet<string>): Promise<void> {
    for (const id of ids) {
      await deleteConversation(this.#client, id);
      this.#forgotten.add(id);
      this.#take(this.#sessions);
    }
  }

  async #readPages(): Promise<void> {
    const known = this.#sessions;
    const times = new Map(known.map(({ id, updated }) => [id, updated]));
    const read = new Map<string, Session>();
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const last = [...read.values()].at(-1);
      const { sessions, has_more } = await this.#client.sessions(last && { before: last.id });
      for (const session of sessions) read.set(session.id, session);
      // What was known stays where it is older than what was read.
      const oldest = sessions.at(-1)?.updated ?? '';
      const older = has_more ? known.filter(({ id, updated }) => !read.has(id) && updated < oldest) : [];
      this.#take([...read.values(), ...older]);
      if (!has_more) this.#isWhole = true;
      if (!has_more || (this.#isWhole && sessions.some(({ id, updated }) => times.get(id) === updated))) return;
    }
  }

  #take(sessions: readonly Session[]): void {
    this.#isLoading = false;
    this.#sessions = sessions.filter(({ id }) => !this.#forgotten.has(id));
    this.#onChange();
  }
}
