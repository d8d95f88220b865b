import type { ExternalStoreThreadData } from '@assistant-ui/react';
import { ParleyClient, type ParleyClientOptions } from '../client/parley-client.ts';
import type { TurnFailure } from '../conversation/turn-failure.ts';
import { SessionList } from './session-list.ts';
import { Thread } from './thread.ts';
import { ThreadDirectory } from './thread-directory.ts';
import type { ShownThread } from './thread-view.ts';

export interface ParleyThreadsOptions extends ParleyClientOptions {
  /** The session to go on with; without one, the first message begins one. */
  sessionId?: string | undefined;
  /** Of a new session, until its first message; by default the service's own default. */
  assistant?: string | undefined;
  /** Called when another session is shown than before: after a switch, an edit, or the first message of a new one. */
  onSession?: ((sessionId: string | undefined) => void) | undefined;
  /** Called when a turn has been stored. */
  onTurn?: (() => void) | undefined;
  /** Called when a turn, or the reading of what is stored, has failed. It is shown all the same. */
  onError?: ((failure: TurnFailure) => void) | undefined;
}

/** What is shown, at one moment. */
export interface Shown extends ShownThread {
  thread: Thread;
  threads: readonly ExternalStoreThreadData<'regular'>[];
  isListLoading: boolean;
}

/** The user's threads, of which one is shown. */
export class ParleyThreads {
  readonly client: ParleyClient;
  readonly #list: SessionList;
  readonly #directory = new ThreadDirectory();
  readonly #listeners = new Set<() => void>();
  /** The one that is shown, and those that would lose something if they were closed. */
  readonly #open = new Map<string, Thread>();
  #options: ParleyThreadsOptions;
  #begun = 0;
  #thread: Thread;
  #shown: Shown;

  constructor(options: ParleyThreadsOptions) {
    this.#options = options;
    this.client = new ParleyClient(options);
    this.#list = new SessionList(this.client, () => this.#listChanged());
    this.#thread = this.#create(options.sessionId);
    this.#shown = this.#atThisMoment();
  }

  /** Calls `listener` after each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object until the next change. */
  readonly shown = (): Shown => this.#shown;

  /** Reads what is stored; also again, after `close`. */
  open(): void {
    this.#open.set(this.#thread.id, this.#thread);
    this.#thread.open();
    this.#list.read();
  }

  /** Nothing is shown any longer; the service goes on with what was asked. */
  close(): void {
    for (const thread of this.#open.values()) this.#close(thread);
  }

  /** From now on these are called, and new sessions get this assistant. */
  update(options: ParleyThreadsOptions): void {
    const { assistant } = this.#options;
    this.#options = options;
    if (options.assistant !== assistant) this.#thread.conversation.chooseAssistant(options.assistant);
  }

  switchToThread(threadId: string): void {
    const [newest] = this.#directory.sessionsOf(threadId);
    this.#show(this.#open.get(threadId) ?? this.#create(newest?.id, threadId));
  }

  switchToNewThread(): void {
    this.#show(this.#create(undefined));
  }

  /** In the thread that it is of. */
  showSession(sessionId: string | undefined): void {
    if (sessionId === this.#thread.state.sessionId) return;
    const threadId = this.#directory.threadOf(sessionId);
    const open = this.#open.get(threadId ?? '');
    this.#show(open ?? this.#create(sessionId, threadId));
    if (sessionId !== undefined && open !== undefined && open.state.sessionId !== sessionId) open.showBranch(sessionId);
  }

  /** Deletes all sessions of a thread; rejects where one could not be deleted. */
  async delete(threadId: string): Promise<void> {
    const thread = this.#open.get(threadId);
    const listed = this.#directory.sessionsOf(threadId).map(({ id }) => id);
    await this.#list.forget(new Set([...listed, ...(thread?.sessionIds ?? [])]));
    if (thread !== undefined) this.#close(thread);
    if (thread === this.#thread) this.switchToNewThread();
    this.#change();
  }

  #create(sessionId: string | undefined, id = `thread-${++this.#begun}`): Thread {
    const thread: Thread = new Thread(id, {
      ...{ client: this.client, assistant: this.#options.assistant, sessionId },
      listed: () => (this.#list.isLoading ? undefined : this.#directory.sessionsOf(id)),
      onChange: () => this.#changeOf(thread),
      onSession: (shown) => thread === this.#thread && this.#options.onSession?.(shown),
      onTurn: () => {
        this.#options.onTurn?.();
        this.#list.read();
      },
      onError: (failure) => this.#options.onError?.(failure),
    });
    return thread;
  }

  #show(thread: Thread): void {
    const left = this.#thread;
    if (thread === left) return;
    this.#thread = thread;
    if (left.isIdle) this.#close(left);
    if (!this.#open.has(thread.id)) {
      this.#open.set(thread.id, thread);
      thread.open();
      thread.readBranches();
    }
    this.#options.onSession?.(thread.state.sessionId);
    this.#change();
  }

  #close(thread: Thread): void {
    thread.close();
    this.#open.delete(thread.id);
  }

  #listChanged(): void {
    this.#change();
    this.#thread.readBranches();
  }

  #changeOf(thread: Thread): void {
    if (thread !== this.#thread && thread.isIdle) this.#close(thread);
    this.#change();
  }

  #change(): void {
    this.#directory.update(this.#list.sessions, [...this.#open.values()]);
    this.#shown = this.#atThisMoment();
    for (const listener of this.#listeners) listener();
  }

  #atThisMoment(): Shown {
    const { entries: threads } = this.#directory;
    return { thread: this.#thread, ...this.#thread.shown, threads, isListLoading: this.#list.isLoading };
  }
}
