import type { ExternalStoreThreadData } from '@assistant-ui/react';
import type { Session } from '../client/contract.ts';
import { familiesOf } from './families.ts';
import type { Thread } from './thread.ts';

type Entry = ExternalStoreThreadData<'regular'>;

/** In characters, as the service's own titles. */
const LONGEST_TITLE = 60;

/** Which threads there are: one for each family of sessions, and those that no listed session is of yet. */
export class ThreadDirectory {
  /** In which thread each session was shown. A family of which none was is the thread of its first session's id. */
  readonly #shownIn = new Map<string, string>();
  #sessions: readonly Session[] = [];
  /** By their threads' ids. */
  #families: ReadonlyMap<string, readonly Session[]> = new Map();
  #unlisted = '[]';
  #entries: readonly Entry[] = [];

  /** The same object for as long as it says the same. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** The sessions of a thread that are listed, newest first. */
  sessionsOf(threadId: string): readonly Session[] {
    return this.#families.get(threadId) ?? [];
  }

  /** The thread of a session that is listed, or was shown. */
  threadOf(sessionId: string | undefined): string | undefined {
    const listed = [...this.#families].find(([, family]) => family.some(({ id }) => id === sessionId));
    return listed?.[0] ?? this.#shownIn.get(sessionId ?? '');
  }

  /**
   * @param sessions that are listed
   * @param open threads that are open
   */
  update(sessions: readonly Session[], open: readonly Thread[]): void {
    const isRegrouped = this.#note(open) || sessions !== this.#sessions;
    this.#sessions = sessions;
    if (isRegrouped) this.#families = this.#grouped();
    const unlisted = open
      .filter(({ id, state }) => !this.#families.has(id) && state.messages.length > 0)
      .map(unlistedEntry);
    const said = JSON.stringify(unlisted);
    if (isRegrouped || said !== this.#unlisted) this.#entries = [...unlisted, ...[...this.#families].map(listedEntry)];
    this.#unlisted = said;
  }

  /** @returns whether there was anything to note */
  #note(open: readonly Thread[]): boolean {
    let isNews = false;
    for (const { id, sessionIds } of open) {
      for (const sessionId of sessionIds) {
        isNews ||= this.#shownIn.get(sessionId) !== id;
        this.#shownIn.set(sessionId, id);
      }
    }
    return isNews;
  }

  #grouped(): ReadonlyMap<string, readonly Session[]> {
    const grouped = new Map<string, readonly Session[]>();
    for (const [root, family] of familiesOf(this.#sessions)) {
      const shown = family.find(({ id }) => this.#shownIn.has(id));
      const threadId = (shown && this.#shownIn.get(shown.id)) ?? root;
      grouped.set(threadId, [...(grouped.get(threadId) ?? []), ...family]);
    }
    return grouped;
  }
}

function listedEntry([id, family]: [string, readonly Session[]]): Entry {
  const { id: remoteId, title, assistant, updated, expires } = family[0] as Session;
  return { id, remoteId, title: title || undefined, status: 'regular', custom: { assistant, updated, expires } };
}

function unlistedEntry({ id, state }: Thread): Entry {
  const beginning = state.messages[0]?.content.slice(0, 2 * LONGEST_TITLE) ?? '';
  const title = [...beginning].slice(0, LONGEST_TITLE).join('');
  return { id, remoteId: state.sessionId, title: title || undefined, status: 'regular' };
}
