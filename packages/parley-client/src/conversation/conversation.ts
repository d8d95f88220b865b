import type { ParleyClient } from '../client/parley-client.ts';
import type { ConversationState } from './conversation-state.ts';
import { keepPendingTurn, keptPendingTurn, type PendingTurn } from './pending-turn.ts';
import { ShownConversation, type ShownConversationOptions } from './shown-conversation.ts';
import { TurnDriver } from './turn-driver.ts';
import { failureOf } from './turn-failure.ts';

export interface ConversationOptions extends ShownConversationOptions {
  /** Called when a turn has been stored. */
  onTurn?: (() => void) | undefined;
}

/**
 * One conversation, as its user acts on it. A message that was sent once is asked once: whatever happens to connections,
 * the page or the network, it is looked for under its own key until its answer or its failure is known.
 */
export class Conversation {
  readonly #client: ParleyClient;
  readonly #shown: ShownConversation;
  readonly #driver: TurnDriver;
  readonly #closed = new AbortController();

  constructor({ onTurn = () => {}, ...options }: ConversationOptions) {
    this.#client = options.client;
    this.#shown = new ShownConversation(options);
    this.#driver = new TurnDriver(options.client, this.#shown, onTurn, this.#closed.signal);
  }

  get state(): ConversationState {
    return this.#shown.state;
  }

  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    return this.#shown.subscribe(listener);
  }

  /** Reads what is stored, and joins a turn that is under way. */
  async open(): Promise<void> {
    const { sessionId } = this.state;
    this.#shown.change({ phase: 'loading', failure: undefined });
    try {
      const pending = keptPendingTurn(sessionId);
      const found = sessionId === undefined || (await this.#shown.readStored(sessionId));
      if (this.#closed.signal.aborted) return;
      if (pending !== undefined && !this.#shown.isStored(pending.opened?.turnId)) return await this.#resume(pending);
      if (pending !== undefined) keepPendingTurn(undefined);
      if (sessionId !== undefined && (await this.#joinRunningTurn(sessionId))) return;
      if (!found) {
        this.#shown.forgetStored('gone');
        this.#shown.moveTo(undefined);
      }
      this.#shown.change({ phase: 'ready' });
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#shown.change({ phase: 'ready', failure: failureOf(error) });
    }
  }

  /** Of the conversation, if it has not begun. */
  chooseAssistant(assistant: string | undefined): void {
    if (this.state.sessionId === undefined && this.#shown.turn === undefined) this.#shown.change({ assistant });
  }

  /** Asks the next turn. Nothing happens while another one has no ending. */
  async send(message: string): Promise<void> {
    await this.#ask(message);
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
    if (turn === undefined) return this.open();
    const { failure, ...again } = turn;
    // The session of the turn is gone, so that its key leads nowhere; what it was forked from is another one.
    const anew = failure?.code === 'session-not-found' || failure?.code === 'idempotency-key-reused';
    const sessionId = again.fork && again.sessionId;
    await this.#driver.run(anew ? { ...again, idempotencyKey: crypto.randomUUID(), sessionId } : again);
  }

  /** Gives up a turn that failed. */
  discard(): void {
    this.#shown.takeTurnBack();
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
    this.#shown.unsubscribeAll();
  }

  async #ask(message: string, fork: Pick<PendingTurn, 'after' | 'fork'> = {}): Promise<void> {
    const { phase, failure, sessionId, assistant } = this.state;
    if (phase !== 'ready' || failure !== undefined || message.trim() === '') return;
    await this.#driver.run({ idempotencyKey: crypto.randomUUID(), message, assistant, sessionId, ...fork });
  }

  async #askInstead(turnId: string | undefined, message: string): Promise<void> {
    if (turnId === undefined) return;
    try {
      await this.#ask(message, { after: await this.#shown.turnBefore(turnId), fork: true });
    } catch (error) {
      this.#shown.change({ failure: failureOf(error), returned: message });
    }
  }

  async #resume(pending: PendingTurn): Promise<void> {
    if (pending.fork) await this.#shown.readSource(pending);
    if (pending.failure === undefined) return this.#driver.run(pending);
    this.#shown.setTurn(pending, { phase: 'ready', failure: pending.failure, notice: undefined });
  }

  /** A turn that another page asked: what it was asked is known when it is stored. */
  async #joinRunningTurn(sessionId: string): Promise<boolean> {
    const turnId = await this.#client.runningTurn(sessionId, this.#closed.signal);
    if (turnId === undefined || this.#shown.isStored(turnId)) return false;
    const opened = { sessionId, turnId };
    await this.#driver.run({ idempotencyKey: '', message: undefined, assistant: undefined, sessionId, opened });
    return true;
  }
}
