import type { ParleyClient } from '../client/parley-client.ts';
import type { Approval } from '../client/steps.ts';
import { onAttention } from './attention.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { type ConversationState, isUnderWay } from './conversation-state.ts';
import { isDeleted, onDeleted } from './deleted-sessions.ts';
import { newTurn, type PendingTurn, retried } from './pending-turn.ts';
import { ShownConversation } from './shown-conversation.ts';
import { TurnDriver } from './turn-driver.ts';
import { failureOf, type TurnFailure } from './turn-failure.ts';

/**
 * One conversation, as its user acts on it. A message that was sent once is asked once: whatever happens to connections,
 * the page or the network, it is looked for under its own key until its answer or its failure is known.
 */
export class Conversation {
  readonly #client: ParleyClient;
  readonly #onError: (failure: TurnFailure) => void;
  readonly #shown: ShownConversation;
  readonly #driver: TurnDriver;
  readonly #closed = new AbortController();

  constructor({ onTurn = () => {}, onError = () => {}, ...options }: ConversationOptions) {
    this.#client = options.client;
    this.#onError = onError;
    this.#shown = new ShownConversation(options);
    this.#driver = new TurnDriver({ ...options, shown: this.#shown, onTurn, onError, signal: this.#closed.signal });
  }

  get state(): ConversationState {
    return this.#shown.state;
  }

  /** The session that the turn which has no ending is forked from. */
  get source(): string | undefined {
    return this.#shown.turn?.fork && this.#shown.turn.sessionId;
  }

  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    return this.#shown.subscribe(listener);
  }

  /** Reads what is stored, and joins a turn that is under way; until it is closed, also whenever the user comes back. */
  async open(): Promise<void> {
    this.#shown.open();
    onAttention(() => this.refresh(), this.#closed.signal);
    onDeleted(this.#client.baseUrl, (id) => this.#isIdleIn(id) && this.#leaveGone(), this.#closed.signal);
    await this.#read();
  }

  /** Reads again what is stored, and joins a turn that another page has begun; nothing happens while a turn is shown. */
  async refresh(): Promise<void> {
    const { sessionId } = this.state;
    if (sessionId === undefined || !this.#isIdleIn(sessionId)) return;
    try {
      const found = await this.#shown.readStored(sessionId, () => this.#isIdleIn(sessionId));
      if (!this.#isIdleIn(sessionId)) return;
      if (found) await this.#driver.join(sessionId, () => this.#isIdleIn(sessionId));
      else this.#leaveGone();
    } catch {
      // What is shown may be old, and is no worse for that.
    }
  }

  /** Of the conversation, if it has not begun. */
  chooseAssistant(assistant: string | undefined): void {
    if (this.state.sessionId === undefined && this.#shown.turn === undefined) this.#shown.change({ assistant });
  }

  /** What the user has written and not sent is kept in the tab, and comes back as `returned` when it is opened again. */
  keepDraft(text: string): void {
    this.#shown.keeper.keepDraft(text);
  }

  /** Asks the next turn: once the one is stored that is under way. Nothing happens where that one has failed. */
  async send(message: string): Promise<void> {
    if (isUnderWay(this.state.phase)) this.#shown.queue(message);
    else await this.#ask(message);
  }

  /** Decides on the calls that wait for it: those that are not named are rejected. Nothing happens where none of them waits. */
  async approve(decisions: readonly Approval[]): Promise<void> {
    const { phase, failure, open, sessionId, assistant } = this.state;
    if (phase !== 'ready' || failure !== undefined) return;
    const approve = decisions.filter(({ id }) => open.some((step) => step.id === id));
    if (approve.length === 0 || sessionId === undefined) return;
    const askedAt = new Date().toISOString();
    await this.#driver.run(newTurn({ message: '', approve, askedAt, assistant, sessionId }));
  }

  /** Asks this in place of a message: in a conversation of its own, that shares what stands before the message. */
  async edit(messageKey: string, text: string): Promise<void> {
    const edited = this.state.messages.find(({ key }) => key === messageKey);
    await this.#askInstead(edited?.turnId, text);
  }

  /** Asks for another answer in place of this one, likewise. */
  async regenerate(messageKey: string): Promise<void> {
    const answer = this.state.messages.find(({ key }) => key === messageKey);
    const asked = this.state.messages.find(({ role, turnId }) => role === 'user' && turnId === answer?.turnId);
    await this.#askInstead(asked?.turnId, asked?.content ?? '');
  }

  /** Tries what has failed again: a turn under its own key, or else the reading of what is stored. */
  async retry(): Promise<void> {
    const { turn } = this.#shown;
    await (turn === undefined ? this.#read() : this.#driver.run(retried(turn)));
  }

  /** Gives up a turn that failed: its message goes back to where it was written. */
  discard(): void {
    this.#shown.takeTurnBack();
  }

  /** Likewise what is queued. */
  takeQueuedBack(): void {
    this.#shown.takeQueuedBack();
  }

  /** What is queued is not sent, and goes nowhere. */
  dropQueued(): void {
    this.#shown.dropQueued();
  }

  /** Whoever shows `returned` has taken it over. */
  takeReturned(): void {
    this.#shown.change({ returned: undefined });
  }

  dismissNotice(): void {
    this.#shown.change({ notice: undefined });
  }

  /** Stops the turn under way; what was said so far is kept. */
  async stop(): Promise<void> {
    await this.#driver.stop();
  }

  async loadEarlier(): Promise<void> {
    await this.#shown.readEarlier().catch(() => {});
  }

  /** The page shows it no longer; the service goes on with what was asked. */
  close(): void {
    this.#closed.abort();
    this.#shown.close();
  }

  async #read(): Promise<void> {
    const { sessionId } = this.state;
    const { signal } = this.#closed;
    const pending = this.#shown.keeper.turn;
    this.#shown.change({ phase: 'loading', failure: undefined });
    try {
      const found = sessionId === undefined || (await this.#shown.readStored(sessionId, () => !signal.aborted));
      if (signal.aborted) return;
      if (pending !== undefined && !this.#shown.isStored(pending.opened?.turnId)) return await this.#resume(pending);
      // It was stored, or there was none.
      this.#shown.turns.set(undefined);
      if (sessionId !== undefined && (await this.#driver.join(sessionId))) return;
      if (signal.aborted) return;
      if (!found) this.#leaveGone();
      this.#shown.change({ phase: 'ready' });
      await this.#driver.runQueued();
    } catch (error) {
      if (signal.aborted) return;
      const failure = { ...failureOf(error), retryable: true };
      this.#shown.change({ phase: 'ready', failure });
      this.#onError(failure);
    }
  }

  async #ask(message: string, fork: Pick<PendingTurn, 'after' | 'fork'> = {}): Promise<void> {
    const { phase, failure, sessionId, assistant, isTemporary } = this.state;
    if (phase !== 'ready' || failure !== undefined || message.trim() === '') return;
    const asked = { message, askedAt: new Date().toISOString(), assistant, sessionId };
    await this.#driver.run(newTurn({ ...asked, temporary: isTemporary || undefined, ...fork }));
  }

  async #askInstead(turnId: string | undefined, message: string): Promise<void> {
    if (turnId === undefined) return;
    try {
      await this.#ask(message, { after: await this.#shown.turnBefore(turnId), fork: true });
    } catch (error) {
      const failure = failureOf(error);
      this.#shown.change({ failure, returned: message });
      this.#onError(failure);
    }
  }

  async #resume(pending: PendingTurn): Promise<void> {
    if (pending.fork) await this.#shown.readSource(pending);
    if (pending.failure === undefined) return this.#driver.run({ ...pending, wasAsked: true });
    this.#shown.setTurn(pending, { phase: 'ready', failure: pending.failure, notice: undefined });
  }

  /** There is no such session any more. */
  #leaveGone(): void {
    const { sessionId = '' } = this.state;
    this.#shown.forgetStored(isDeleted(sessionId) ? 'deleted' : 'gone');
    this.#shown.moveTo(undefined);
    this.#shown.takeQueuedBack();
  }

  /** Nothing is under way or has failed, so that what is stored can be shown as it is. */
  #isIdleIn(sessionId: string): boolean {
    const { phase, failure, sessionId: shown } = this.state;
    return shown === sessionId && phase === 'ready' && failure === undefined && !this.#closed.signal.aborted;
  }
}
