import type { ParleyClient } from '../client/parley-client.ts';
import type { TurnEvent } from '../client/turn-events.ts';
import { type ConversationState, type Message, messageOf, type Notice, nothingYet } from './conversation-state.ts';
import { keepPendingTurn, type PendingTurn } from './pending-turn.ts';

export interface ShownConversationOptions {
  client: ParleyClient;
  /** One to go on with. */
  sessionId?: string | undefined;
  /** Of a new conversation. */
  assistant?: string | undefined;
  /** Called when the conversation has another session than before: a new one, or none, when the old one is gone. */
  onSession?: ((sessionId: string | undefined) => void) | undefined;
}

/** What a page shows of a conversation: what is stored of it, and the turn that has no ending yet. */
export class ShownConversation {
  readonly #client: ParleyClient;
  readonly #onSession: (sessionId: string | undefined) => void;
  readonly #listeners = new Set<() => void>();
  #state: ConversationState;
  /** The messages of turns that have ended. */
  #settled: readonly Message[] = [];
  #turn: PendingTurn | undefined;
  #answer = '';

  constructor({ client, sessionId, assistant, onSession = () => {} }: ShownConversationOptions) {
    this.#client = client;
    this.#onSession = onSession;
    this.#state = { ...nothingYet, sessionId, assistant };
  }

  get state(): ConversationState {
    return this.#state;
  }

  /** The one that has no ending. */
  get turn(): PendingTurn | undefined {
    return this.#turn;
  }

  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  unsubscribeAll(): void {
    this.#listeners.clear();
  }

  change(change: Partial<ConversationState>): void {
    this.#state = { ...this.#state, ...change, messages: [...this.#beforeTurn(), ...this.#messagesOfTurn()] };
    for (const listener of this.#listeners) listener();
  }

  /** A turn, or what is newly known of it; its answer is heard from the beginning. */
  setTurn(turn: PendingTurn, change: Partial<ConversationState>): void {
    this.#turn = turn;
    this.#answer = '';
    keepPendingTurn(turn);
    this.change(change);
  }

  /** It is shown with the next change. */
  hear(token: string): void {
    this.#answer += token;
  }

  /** The turn comes to nothing: its message goes back to where it was written, unless the conversation has it still. */
  takeTurnBack(): void {
    const { message, fork } = this.#turn ?? {};
    const isStillThere = fork && this.#settled.some(({ role, content }) => role === 'user' && content === message);
    this.dropTurn({ failure: undefined, returned: isStillThere ? undefined : message });
  }

  /** The turn is over, and is shown no longer but where it was read among what is stored. */
  dropTurn(change: Partial<ConversationState> = {}): void {
    this.#turn = undefined;
    keepPendingTurn(undefined);
    this.change({ ...change, phase: 'ready' });
  }

  /** @returns whether anything was said; if not, nothing is stored, and the turn has come to nothing */
  settleTurn({ finish_reason, usage, context }: TurnEvent & { type: 'finished' }): boolean {
    if (this.#answer === '') return false;
    const answered = this.#messagesOfTurn().map((message) =>
      message.role === 'user' ? message : { ...message, finishReason: finish_reason },
    );
    const notice = this.#turn?.fork && { notice: 'forked' as const };
    this.#settled = [...this.#beforeTurn(), ...answered];
    this.dropTurn({ usage, context, ...notice });
    return true;
  }

  /** The conversation goes on there; a session whose first turn left nothing behind is none. */
  moveTo(sessionId: string | undefined): void {
    if (this.#state.sessionId === sessionId) return;
    this.change({ sessionId });
    this.#onSession(sessionId);
  }

  /** Its session is gone, and so are its messages. */
  forgetStored(notice: Notice): void {
    this.#settled = [];
    this.change({ notice, hasMore: false, summaries: [] });
  }

  /** @returns whether there is anything stored under that id */
  async readStored(sessionId: string): Promise<boolean> {
    const history = await this.#client.findHistory(sessionId);
    if (history === undefined) return false;
    const { messages, has_more, summaries = [] } = history;
    // One without a turn has none: the one that was picked stays.
    const assistant = history.assistant ?? this.#state.assistant;
    const { usage, context } = messages.at(-1) ?? {};
    this.#settled = messages.map(messageOf);
    this.change({ assistant, hasMore: has_more, summaries, usage, context });
    return true;
  }

  /** What is shown of the conversation beside them stays as it is. */
  async readSummaries(): Promise<void> {
    const { sessionId } = this.#state;
    const history = sessionId && (await this.#client.findHistory(sessionId, { limit: 1 }));
    if (history && this.#state.sessionId === sessionId) this.change({ summaries: history.summaries ?? [] });
  }

  async readEarlier(): Promise<void> {
    await this.#readEarlier(this.#turn?.fork ? this.#turn.sessionId : this.#state.sessionId);
  }

  /** What stands before a fork is its source's, until its own turn is stored. */
  async readSource({ sessionId, after }: PendingTurn): Promise<void> {
    if (sessionId !== undefined) await this.readStored(sessionId);
    while (this.#state.hasMore && !this.isStored(after)) await this.#readEarlier(sessionId);
  }

  /** @returns the turn before this one; `null` where that is the first */
  async turnBefore(turnId: string): Promise<string | null> {
    const place = () => this.#settled.findIndex((message) => message.turnId === turnId);
    while (this.#state.hasMore && place() === 0) await this.readEarlier();
    return this.#settled[place() - 1]?.turnId ?? null;
  }

  isStored(turnId: string | null | undefined): boolean {
    return typeof turnId === 'string' && this.#settled.some((message) => message.turnId === turnId);
  }

  async #readEarlier(sessionId: string | undefined): Promise<void> {
    const before = this.#settled[0]?.key;
    if (sessionId === undefined || before === undefined || !this.#state.hasMore) return;
    const history = await this.#client.history(sessionId, { before });
    if (this.#settled[0]?.key !== before) return;
    this.#settled = [...history.messages.map(messageOf), ...this.#settled];
    this.change({ hasMore: history.has_more });
  }

  /** Of a fork, what stands before it alone. */
  #beforeTurn(): readonly Message[] {
    const { fork, after } = this.#turn ?? {};
    if (!fork) return this.#settled;
    return this.#settled.slice(0, this.#settled.findLastIndex(({ turnId }) => turnId === after) + 1);
  }

  /** What the turn under way was asked, and its answer so far; a turn that failed has none. */
  #messagesOfTurn(): Message[] {
    if (this.#turn === undefined) return [];
    const { idempotencyKey, message, opened, failure } = this.#turn;
    const turnId = opened && { turnId: opened.turnId };
    const asked = { key: `${idempotencyKey}-asked`, role: 'user' as const, content: message ?? '', ...turnId };
    const said = { key: `${idempotencyKey}-said`, role: 'assistant' as const, content: this.#answer, ...turnId };
    return [...(message === undefined ? [] : [asked]), ...(failure === undefined ? [said] : [])];
  }
}
