import type { History, Summary } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import { type Message, messageOf } from './conversation-state.ts';

/** What a conversation's turns left behind, as far as it was read or seen: oldest first, without a gap. */
export class SettledMessages {
  readonly #client: ParleyClient;
  all: readonly Message[] = [];
  /** There are older ones than these. */
  hasMore = false;
  summaries: readonly Summary[] = [];

  constructor(client: ParleyClient) {
    this.#client = client;
  }

  /**
   * Reads the newest page as it is stored now. Messages that were there stay the same ones, and earlier pages stay where
   * this one adjoins them.
   *
   * @param isWanted asked when it was read: whether it is to be taken over
   * @returns nothing where there is no such session
   */
  async readNewest(sessionId: string, isWanted: () => boolean): Promise<History | undefined> {
    const history = await this.#client.findHistory(sessionId);
    if (history === undefined || !isWanted()) return history;
    const page = history.messages.map(messageOf);
    const known = new Map(this.all.map((message) => [identityOf(message), message.key]));
    const [first] = page;
    const from = this.all.findIndex((message) => first && identityOf(message) === identityOf(first));
    const earlier = this.all.slice(0, Math.max(from, 0));
    const read = page.map((message) => ({ ...message, key: known.get(identityOf(message)) ?? message.key }));
    this.all = [...earlier, ...read];
    if (earlier.length === 0) this.hasMore = history.has_more;
    this.summaries = history.summaries ?? [];
    return history;
  }

  async readEarlier(sessionId: string): Promise<void> {
    const [first] = this.all;
    if (first?.id === undefined || !this.hasMore) return;
    const { messages, has_more } = await this.#client.history(sessionId, { before: first.id });
    if (this.all[0]?.key !== first.key) return;
    this.all = [...messages.map(messageOf), ...this.all];
    this.hasMore = has_more;
  }

  async readSummaries(sessionId: string, isWanted: () => boolean): Promise<void> {
    const history = await this.#client.findHistory(sessionId, { limit: 1 });
    if (isWanted()) this.summaries = history?.summaries ?? [];
  }

  forget(): void {
    this.all = [];
    this.hasMore = false;
    this.summaries = [];
  }

  has(turnId: string | null | undefined): boolean {
    return typeof turnId === 'string' && this.all.some((message) => message.turnId === turnId);
  }

  /** Those up to and including a turn; none where that is `null`, or was not read. */
  through(turnId: string | null | undefined): readonly Message[] {
    const last = this.all.map((message) => message.turnId).lastIndexOf(turnId ?? undefined);
    return typeof turnId === 'string' ? this.all.slice(0, last + 1) : [];
  }

  /** @returns the turn before this one; `null` where that is the first */
  async turnBefore(sessionId: string, turnId: string): Promise<string | null> {
    while (this.hasMore && this.all[0]?.turnId === turnId) await this.readEarlier(sessionId);
    const place = this.all.findIndex((message) => message.turnId === turnId);
    return this.all[place - 1]?.turnId ?? null;
  }
}

/** Also of a turn that was seen to its end here, before the service's ids of its messages were read. */
function identityOf({ turnId, role }: Message): string {
  return `${turnId} ${role}`;
}
