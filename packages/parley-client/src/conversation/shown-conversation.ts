import type { TurnEvent } from '../client/turn-events.ts';
import { ConversationKeeper } from './conversation-keeper.ts';
import type { ShownConversationOptions } from './conversation-options.ts';
import { type ConversationState, type Message, type Notice, nothingYet, openSteps } from './conversation-state.ts';
import { OpenTurns } from './open-turns.ts';
import type { PendingTurn } from './pending-turn.ts';
import { SettledMessages } from './settled-messages.ts';

/** What a page shows of a conversation: what is stored of it, and the turns that have no ending yet. */
export class ShownConversation {
  readonly keeper: ConversationKeeper;
  /** What is changed here is shown with the next change. */
  readonly turns: OpenTurns;
  readonly #onSession: (sessionId: string | undefined) => void;
  readonly #listeners = new Set<() => void>();
  readonly #settled: SettledMessages;
  /** Ids of steps that are stored as open, and of which it is known that they wait no longer. */
  readonly #decided = new Set<string>();
  #state: ConversationState;

  constructor({ client, sessionId, name, onSession = () => {}, ...begun }: ShownConversationOptions) {
    this.#onSession = onSession;
    this.keeper = new ConversationKeeper(client.baseUrl, name);
    this.turns = new OpenTurns(this.keeper);
    this.#settled = new SettledMessages(client);
    this.#state = { ...nothingYet, sessionId, assistant: begun.assistant, isTemporary: begun.temporary === true };
  }

  get state(): ConversationState {
    return this.#state;
  }

  /** The one that is shown and has no ending. */
  get turn(): PendingTurn | undefined {
    return this.turns.current;
  }

  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on the tab keeps what has to be kept; the draft that it kept is shown. */
  open(): void {
    const { draft, queued, temporary } = this.keeper.open(this.#state.sessionId);
    this.turns.restore(queued);
    this.change({ returned: draft, ...(temporary && { isTemporary: true }) });
  }

  close(): void {
    this.keeper.close();
    this.#listeners.clear();
  }

  change(change: Partial<ConversationState>): void {
    const { hasMore, summaries } = this.#settled;
    const messages = [...this.#beforeTurn(), ...this.#messagesOfTurn()];
    const open = openSteps(messages).filter(({ id }) => !this.#decided.has(id));
    const failed = this.turn?.failure && this.turn;
    const discards = failed && this.#discardOf(failed);
    const { messageQueued: queued } = this.turns;
    this.#state = { ...this.#state, ...change, messages, open, hasMore, summaries, discards, queued };
    this.keeper.isTemporary = this.#state.isTemporary;
    for (const listener of this.#listeners) listener();
  }

  /** A turn, or what is newly known of it; its answer is heard from the beginning. */
  setTurn(turn: PendingTurn, change: Partial<ConversationState>): void {
    this.turns.set(turn);
    this.change(change);
  }

  /** What comes to one that waits already is its next line. */
  queue(message: string): void {
    this.turns.queue(message);
    this.change({});
  }

  /** @returns what waited, as it is to be asked now */
  takeQueued(): PendingTurn | undefined {
    const { sessionId, assistant, isTemporary } = this.#state;
    return this.turns.unqueue({ sessionId, assistant, temporary: isTemporary || undefined });
  }

  /** The turn comes to nothing: its message goes back to where it was written, unless the conversation has it still. */
  takeTurnBack(): void {
    // A call that has gone out is decided on, whatever came of it: asked for under another key, it would be refused.
    const { failure, approve = [] } = this.turn ?? {};
    this.noteDecided(failure?.code === 'tool-in-doubt' ? approve : (failure?.calls ?? []));
    this.dropTurn({ failure: undefined, returned: this.#returnedOf(this.turn) });
  }

  /** These steps are no longer offered. It is shown with the next change. */
  noteDecided(steps: readonly { id: string }[]): void {
    for (const { id } of steps) this.#decided.add(id);
  }

  /** Likewise what is queued; what runs goes on. */
  takeQueuedBack(): void {
    this.#unqueue({ returned: this.#returnedOf(this.turns.queued) });
  }

  /** What is queued is not sent. */
  dropQueued(): void {
    this.#unqueue({});
  }

  /** The turn is over, and is shown no longer but where it was read among what is stored. */
  dropTurn(change: Partial<ConversationState> = {}): void {
    this.turns.set(undefined);
    this.change({ ...change, phase: this.turns.queued ? 'waiting' : 'ready' });
  }

  /** @returns whether anything was said; if not, nothing is stored, and the turn has come to nothing */
  settleTurn({ finish_reason, usage, context, sources }: TurnEvent & { type: 'finished' }): boolean {
    if (this.turns.isSilent) return false;
    const ended = {
      timestamp: new Date().toISOString(),
      finishReason: finish_reason,
      usage,
      context,
      ...(sources && { sources }),
    };
    const messages = this.#messagesOfTurn().map(({ isUnderWay, ...all }) => (isUnderWay ? { ...all, ...ended } : all));
    const notice = this.turn?.fork && { notice: 'forked' as const };
    this.#settled.all = [...this.#beforeTurn(), ...messages];
    this.dropTurn({ usage, context, ...notice });
    return true;
  }

  /** The conversation goes on there; a session whose first turn left nothing behind is none. */
  moveTo(sessionId: string | undefined): void {
    if (this.#state.sessionId === sessionId) return;
    this.keeper.moveTo(sessionId);
    this.change({ sessionId });
    this.#onSession(sessionId);
  }

  /** Its session is gone, and so are its messages. */
  forgetStored(notice: Notice): void {
    this.#settled.forget();
    this.change({ notice, title: undefined, usage: undefined, context: undefined });
  }

  /**
   * @param isWanted asked when it was read: whether it is to be shown
   * @returns whether there is anything stored under that id
   */
  async readStored(sessionId: string, isWanted: () => boolean = () => true): Promise<boolean> {
    const history = await this.#settled.readNewest(sessionId, isWanted);
    if (history === undefined || !isWanted()) return history !== undefined;
    const { usage, context } = history.messages.at(-1) ?? {};
    // One without a turn has none: the one that was picked stays.
    const assistant = history.assistant ?? this.#state.assistant;
    this.change({ title: history.title, isTemporary: history.temporary === true, assistant, usage, context });
    return true;
  }

  /** What is shown of the conversation beside them stays as it is. */
  async readSummaries(): Promise<void> {
    const { sessionId } = this.#state;
    if (sessionId === undefined) return;
    await this.#settled.readSummaries(sessionId, () => this.#state.sessionId === sessionId);
    this.change({});
  }

  async readEarlier(): Promise<void> {
    const sessionId = this.turn?.fork ? this.turn.sessionId : this.#state.sessionId;
    if (sessionId !== undefined) await this.#settled.readEarlier(sessionId);
    this.change({});
  }

  /** What stands before a fork is its source's, until its own turn is stored. */
  async readSource({ sessionId, after }: PendingTurn): Promise<void> {
    if (sessionId === undefined) return;
    await this.readStored(sessionId);
    while (this.#settled.hasMore && !this.isStored(after)) await this.#settled.readEarlier(sessionId);
  }

  /** @returns the turn before this one; `null` where that is the first */
  async turnBefore(turnId: string): Promise<string | null> {
    const { sessionId } = this.#state;
    return sessionId === undefined ? null : await this.#settled.turnBefore(sessionId, turnId);
  }

  isStored(turnId: string | null | undefined): boolean {
    return this.#settled.has(turnId);
  }

  #discardOf(turn: PendingTurn): ConversationState['discards'] {
    if (turn.approve !== undefined) return 'approval';
    return this.#isStillThere(turn) ? 'answer' : 'message';
  }

  #unqueue(change: Partial<ConversationState>): void {
    if (this.turns.queued === undefined) return;
    this.turns.dropQueued();
    this.change({ ...change, ...(this.turn === undefined && this.#state.phase === 'waiting' && { phase: 'ready' }) });
  }

  /** With what went back before it, and was not taken over yet. */
  #returnedOf(turn: PendingTurn | undefined): string | undefined {
    const message = turn && !this.#isStillThere(turn) ? turn.message : undefined;
    return [this.#state.returned, message].filter(Boolean).join('\n') || undefined;
  }

  /** What it asks stands in the conversation as it is, with the answer that there was. */
  #isStillThere({ fork, message }: PendingTurn): boolean {
    return fork === true && this.#settled.all.some(({ role, content }) => role === 'user' && content === message);
  }

  /** Of a fork, what stands before it alone. */
  #beforeTurn(): readonly Message[] {
    return this.turn?.fork ? this.#settled.through(this.turn.after) : this.#settled.all;
  }

  /** One that was read among what is stored is shown there. */
  #messagesOfTurn(): readonly Message[] {
    return this.isStored(this.turn?.opened?.turnId) ? [] : this.turns.messages;
  }
}
