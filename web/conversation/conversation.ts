import type { ParleyClient } from '../client/parley-client.ts';
import { ParleyError } from '../client/problem.ts';
import type { TurnEvent } from '../client/turn-events.ts';
import { type Cut, wholeTurn } from '../client/whole-turn.ts';
import { type ConversationState, type Message, messageOf, type Notice, nothingYet } from './conversation-state.ts';
import { keepPendingTurn, keptPendingTurn, type PendingTurn } from './pending-turn.ts';
import { failureOf, type TurnFailure } from './turn-failure.ts';

export interface ConversationOptions {
  client: ParleyClient;
  /** One to go on with. */
  sessionId?: string | undefined;
  /** Of a new conversation. */
  assistant?: string | undefined;
  /** Called when the conversation has another session than before: a new one, or none, when the old one is gone. */
  onSession?: ((sessionId: string | undefined) => void) | undefined;
  /** Called when a turn has been stored. */
  onTurn?: (() => void) | undefined;
}

/**
 * One conversation as a page shows it. A message that was sent once is asked once: whatever happens to connections,
 * the page or the network, it is looked for under its own key until its answer or its failure is known.
 */
export class Conversation {
  readonly #client: ParleyClient;
  readonly #onSession: (sessionId: string | undefined) => void;
  readonly #onTurn: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  #state: ConversationState;
  /** The messages of turns that have ended. */
  #settled: readonly Message[] = [];
  #turn: PendingTurn | undefined;
  #answer = '';
  #painting = 0;
  #stopWanted = false;

  constructor({ client, sessionId, assistant, onSession = () => {}, onTurn = () => {} }: ConversationOptions) {
    this.#client = client;
    this.#onSession = onSession;
    this.#onTurn = onTurn;
    this.#state = { ...nothingYet, sessionId, assistant };
  }

  get state(): ConversationState {
    return this.#state;
  }

  /** Calls `listener` after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads what is stored, and joins a turn that is under way. */
  async open(): Promise<void> {
    const { sessionId } = this.#state;
    this.#change({ phase: 'loading', failure: undefined });
    try {
      const pending = keptPendingTurn(sessionId);
      const found = sessionId === undefined || (await this.#readHistory(sessionId));
      if (this.#closed.signal.aborted) return;
      if (pending !== undefined && !this.#isStored(pending.opened?.turnId)) return await this.#resume(pending);
      if (pending !== undefined) keepPendingTurn(undefined);
      if (sessionId !== undefined && (await this.#joinRunningTurn(sessionId))) return;
      if (!found) this.#leaveSession('gone');
      this.#change({ phase: 'ready' });
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#change({ phase: 'ready', failure: failureOf(error) });
    }
  }

  /** Of the conversation, if it has not begun. */
  chooseAssistant(assistant: string | undefined): void {
    if (this.#state.sessionId === undefined && this.#turn === undefined) this.#change({ assistant });
  }

  /** Asks the next turn. Nothing happens while another one has no ending. */
  async send(message: string): Promise<void> {
    const { phase, failure, sessionId, assistant } = this.#state;
    if (phase !== 'ready' || failure !== undefined || message.trim() === '') return;
    await this.#run({ idempotencyKey: crypto.randomUUID(), message, assistant, sessionId });
  }

  /** Tries what has failed again: a turn under its own key, or else the reading of what is stored. */
  async retry(): Promise<void> {
    const turn = this.#turn;
    if (turn === undefined) return this.open();
    const { failure, ...again } = turn;
    // The session of the turn is gone, so that its key leads nowhere.
    const anew = failure?.code === 'session-not-found' || failure?.code === 'idempotency-key-reused';
    await this.#run(anew ? { ...again, idempotencyKey: crypto.randomUUID(), sessionId: undefined } : again);
  }

  /** Gives up a turn that failed; its message goes back to where it was written. */
  discard(): void {
    this.#endTurn({ failure: undefined, returned: this.#turn?.message });
  }

  /** Whoever shows `returned` has taken it over. */
  takeReturned(): void {
    this.#change({ returned: undefined });
  }

  dismissNotice(): void {
    this.#change({ notice: undefined });
  }

  /** Stops the turn under way; what was said so far is kept. */
  async stop(): Promise<void> {
    if (this.#turn === undefined || this.#turn.failure !== undefined) return;
    this.#stopWanted = true;
    this.#change({ phase: 'stopping' });
    const { opened } = this.#turn;
    // Where it is not known yet it is stopped when it is.
    if (opened === undefined) return;
    await this.#client.stop(opened).catch(() => {
      // The user may try it again.
      this.#stopWanted = false;
      this.#change({ phase: 'answering' });
    });
  }

  async loadEarlier(): Promise<void> {
    const { sessionId, hasMore } = this.#state;
    const before = this.#settled[0]?.key;
    if (sessionId === undefined || before === undefined || !hasMore) return;
    const history = await this.#client.history(sessionId, { before }).catch(() => undefined);
    if (history === undefined || this.#settled[0]?.key !== before) return;
    this.#settled = [...history.messages.map(messageOf), ...this.#settled];
    this.#change({ hasMore: history.has_more });
  }

  /** The page shows it no longer; the service goes on with what was asked. */
  close(): void {
    this.#closed.abort();
    cancelAnimationFrame(this.#painting);
    this.#listeners.clear();
  }

  /** Whether there is anything stored under that id. */
  async #readHistory(sessionId: string): Promise<boolean> {
    try {
      const { messages, assistant, has_more } = await this.#client.history(sessionId);
      const { usage, context } = messages.at(-1) ?? {};
      this.#settled = messages.map(messageOf);
      this.#change({ assistant, hasMore: has_more, usage, context });
      return true;
    } catch (error) {
      if (error instanceof ParleyError && error.problem.code === 'session-not-found') return false;
      throw error;
    }
  }

  async #resume(pending: PendingTurn): Promise<void> {
    if (pending.failure === undefined) return this.#run(pending);
    this.#begin(pending);
    this.#change({ phase: 'ready', failure: pending.failure });
  }

  /** A turn that another page asked: what it was asked is known when it is stored. */
  async #joinRunningTurn(sessionId: string): Promise<boolean> {
    const turnId = await this.#client.runningTurn(sessionId, this.#closed.signal);
    if (turnId === undefined || this.#isStored(turnId)) return false;
    const opened = { sessionId, turnId };
    await this.#run({ idempotencyKey: '', message: undefined, assistant: undefined, sessionId, opened });
    return true;
  }

  /** Takes a turn to its end. Never rejects. */
  async #run(turn: PendingTurn): Promise<void> {
    this.#begin(turn);
    const { message = '', ...rest } = turn;
    const events = wholeTurn(this.#client, { message, ...rest }, this.#closed.signal);
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (done) return value ? undefined : await this.#settle();
        this.#take(value);
      }
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#fail(failureOf(error));
    }
  }

  #begin(turn: PendingTurn): void {
    this.#turn = turn;
    this.#answer = '';
    this.#stopWanted = false;
    keepPendingTurn(turn);
    this.#change({ phase: 'waiting', failure: undefined, notice: undefined });
  }

  #take(event: TurnEvent | Cut): void {
    if (event.type === 'opened') this.#takeOpened(event);
    else if (event.type === 'finished') this.#takeFinished(event);
    else if (event.type === 'cut') this.#change({ phase: 'reconnecting' });
    else {
      this.#answer += event.token;
      this.#paint();
    }
  }

  #takeOpened({ session_id, turn_id, assistant }: TurnEvent & { type: 'opened' }): void {
    const turn = this.#turn as PendingTurn;
    this.#answer = '';
    this.#turn = { ...turn, opened: { sessionId: session_id, turnId: turn_id } };
    keepPendingTurn(this.#turn);
    const before = this.#state.sessionId;
    const phase = this.#stopWanted ? 'stopping' : 'waiting';
    this.#change({ sessionId: session_id, assistant, phase });
    if (turn.sessionId !== undefined && turn.sessionId !== session_id) {
      // The service began a new session, as the old one is gone, and so are its messages.
      this.#settled = [];
      this.#change({ notice: 'expired', hasMore: false });
    }
    if (before !== session_id) this.#onSession(session_id);
    if (this.#stopWanted) this.stop();
  }

  #takeFinished({ finish_reason, usage, context }: TurnEvent & { type: 'finished' }): void {
    const turn = this.#turn as PendingTurn;
    const [said, asked] = this.#messagesOfTurn().reverse();
    // Stopped before it said anything, nothing is stored.
    if (said === undefined || said.content === '') {
      this.#returnTo(turn.sessionId);
      return void this.#endTurn({ returned: turn.message });
    }
    this.#settled = [...this.#settled, ...(asked ? [asked] : []), { ...said, finishReason: finish_reason }];
    this.#endTurn({ usage, context });
    this.#onTurn();
    // Only the service knows what another page asked.
    if (turn.message === undefined && turn.sessionId !== undefined) this.#readHistory(turn.sessionId).catch(() => {});
  }

  /** The turn is over, and how it ended has to be seen from what is stored. */
  async #settle(): Promise<void> {
    const { opened } = this.#turn as PendingTurn;
    if (opened !== undefined && (await this.#readHistory(opened.sessionId)) && this.#isStored(opened.turnId)) {
      this.#endTurn({});
      return this.#onTurn();
    }
    this.#fail({ code: 'turn-lost', detail: 'The answer was lost before it could be stored.' });
  }

  #fail(failure: TurnFailure): void {
    const turn = this.#turn as PendingTurn;
    // What another page asked is that page's to try again.
    if (turn.message === undefined) return void this.#endTurn({});
    const { opened: _, ...again } = turn;
    this.#turn = { ...again, failure };
    // Who is not signed in goes on where it ended; anything else is told, also after a reload.
    keepPendingTurn(failure.code === 'unauthenticated' ? again : this.#turn);
    this.#returnTo(turn.sessionId);
    this.#change({ phase: 'ready', failure });
  }

  #endTurn(change: Partial<ConversationState>): void {
    this.#turn = undefined;
    keepPendingTurn(undefined);
    this.#change({ ...change, phase: 'ready' });
  }

  /** A session whose first turn left nothing behind is none. */
  #returnTo(sessionId: string | undefined): void {
    if (this.#state.sessionId === sessionId) return;
    this.#change({ sessionId });
    this.#onSession(sessionId);
  }

  #leaveSession(notice: Notice): void {
    this.#settled = [];
    this.#change({ notice });
    this.#returnTo(undefined);
  }

  #isStored(turnId: string | undefined): boolean {
    return turnId !== undefined && this.#settled.some((message) => message.turnId === turnId);
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

  /** However fast tokens arrive, they are shown once a frame. */
  #paint(): void {
    if (this.#painting !== 0) return;
    this.#painting = requestAnimationFrame(() => {
      this.#painting = 0;
      if (this.#turn === undefined || this.#turn.failure !== undefined) return;
      this.#change({ phase: this.#stopWanted ? 'stopping' : 'answering' });
    });
  }

  #change(change: Partial<ConversationState>): void {
    this.#state = { ...this.#state, ...change, messages: [...this.#settled, ...this.#messagesOfTurn()] };
    for (const listener of this.#listeners) listener();
  }
}
