import type { Session } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import type { Approval } from '../client/steps.ts';
import { Conversation } from '../conversation/conversation.ts';
import { type ConversationState, openSteps } from '../conversation/conversation-state.ts';
import type { TurnFailure } from '../conversation/turn-failure.ts';
import { Branches } from './branches.ts';
import { loadingThread, type ShownThread, ThreadView } from './thread-view.ts';

export interface ThreadOptions {
  client: ParleyClient;
  /** Of a new session. */
  assistant: string | undefined;
  /** The session that is shown first. */
  sessionId: string | undefined;
  /** Those of its sessions that are listed, newest first; nothing before the list has been read. */
  listed: () => readonly Session[] | undefined;
  onChange: () => void;
  /** Another session is shown than before. */
  onSession: (sessionId: string | undefined) => void;
  /** A turn has been stored. */
  onTurn: () => void;
  onError: (failure: TurnFailure) => void;
}

/** What assistant-ui calls a thread: sessions that were forked of one another, of which one is shown. */
export class Thread {
  readonly id: string;
  /** Those that were shown, and what they were forked from. */
  readonly sessionIds = new Set<string>();
  readonly #options: ThreadOptions;
  readonly #view = new ThreadView();
  readonly #branches: Branches;
  #conversation: Conversation;
  /** Its branches have been looked for: before that, they could not be shown in their order. */
  #isRead: boolean;
  /** A branch that is to be shown, and what is shown where it is gone. */
  #switch: { from: string; to: string } | undefined;
  #shown = loadingThread;
  #draft = '';
  /** Of calls that are decided on together, before all are. */
  #decisions: readonly Approval[] = [];

  constructor(id: string, options: ThreadOptions) {
    this.id = id;
    this.#options = options;
    this.#branches = new Branches(options.client);
    this.#isRead = options.sessionId === undefined;
    this.#conversation = this.#begin(options.sessionId);
  }

  /** The session that is shown, as its user acts on it. */
  get conversation(): Conversation {
    return this.#conversation;
  }

  get state(): ConversationState {
    return this.#conversation.state;
  }

  get shown(): ShownThread {
    return this.#shown;
  }

  /** What is written in it and not sent. */
  get draft(): string {
    return this.#draft;
  }

  /** It is kept in the tab, with what is shown. */
  keepDraft(text: string): void {
    if (text === this.#draft) return;
    this.#draft = text;
    this.#conversation.keepDraft(text);
  }

  /** Nothing would be lost if it were closed. */
  get isIdle(): boolean {
    const { phase, failure } = this.state;
    return (phase === 'ready' || phase === 'loading') && failure === undefined;
  }

  /** Also again, after `close`. */
  open(sessionId = this.state.sessionId): void {
    const draft = this.#draft;
    this.keepDraft('');
    this.close();
    this.#conversation = this.#begin(sessionId);
    this.#conversation.subscribe(() => this.#change());
    this.#conversation.open();
    this.keepDraft(draft);
    this.#change();
  }

  /** The service goes on with what was asked. */
  close(): void {
    this.#conversation.close();
  }

  /** Decides on a call that waits; all that do so are decided on in one turn, once that is known of each. */
  decide(decision: Approval): void {
    const open = openSteps(this.state.messages);
    const others = this.#decisions.filter(({ id }) => id !== decision.id && open.some((step) => step.id === id));
    const decisions = [...others, decision];
    const isWhole = decisions.length === open.length;
    this.#decisions = isWhole ? [] : decisions;
    if (isWhole) this.#conversation.approve(decisions);
    else this.#change();
  }

  /** Shows another one of its sessions. */
  showBranch(to: string): void {
    const { sessionId: from } = this.state;
    this.#switch = from === undefined ? undefined : { from, to };
    this.open(to);
    this.#options.onSession(to);
  }

  /** Of the sessions that are listed. */
  async readBranches(): Promise<void> {
    const listed = this.#options.listed();
    if (listed === undefined) return;
    await this.#branches.read(listed, this.state);
    this.#isRead = true;
    this.#change();
  }

  #begin(sessionId: string | undefined): Conversation {
    if (sessionId !== undefined) this.sessionIds.add(sessionId);
    const { client, assistant, onTurn, onError } = this.#options;
    const onSession = (id: string | undefined) => this.#moveTo(id);
    return new Conversation({ client, assistant, sessionId, onSession, onTurn, onError });
  }

  #moveTo(sessionId: string | undefined): void {
    if (sessionId === undefined && this.#switch !== undefined) {
      this.#goBack(this.#switch);
      return;
    }
    if (sessionId !== undefined && !this.sessionIds.has(sessionId)) {
      // What begins anew has no branches but itself.
      if (this.#conversation.source === undefined) {
        this.sessionIds.clear();
        this.#branches.clear();
      }
      this.sessionIds.add(sessionId);
    }
    this.#options.onSession(sessionId);
  }

  #goBack({ from, to }: { from: string; to: string }): void {
    this.#switch = undefined;
    this.sessionIds.delete(to);
    this.#branches.delete(to);
    this.open(from);
    this.#options.onSession(from);
  }

  #change(): void {
    const { state, source } = this.#conversation;
    const { sessionId, phase, failure, queued, hasMore } = state;
    const messages = queued ? [...state.messages, queued] : state.messages;
    if (phase !== 'loading') this.#switch = undefined;
    const isRelated = source !== undefined && !this.sessionIds.has(source);
    if (isRelated) {
      this.sessionIds.add(source);
      this.#isRead = false;
    }
    const now = { messages, isWhole: !hasMore };
    const isStored = phase === 'ready' ? failure === undefined : phase === 'loading' && messages.length > 0;
    if (sessionId !== undefined && source === undefined && isStored) this.#branches.set(sessionId, now);
    const known = messages.length === 0 ? this.#branches.get(sessionId ?? '') : undefined;
    const shown = known ?? this.#branches.branchOf(sessionId, now);
    const others = this.#branches.except(sessionId === source ? undefined : sessionId);
    this.#shown = this.#isRead ? this.#view.show(state, shown, others, this.#decisions) : loadingThread;
    this.#options.onChange();
    if (isRelated) this.readBranches();
  }
}
