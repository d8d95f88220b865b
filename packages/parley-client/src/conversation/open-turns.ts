import type { ConversationKeeper } from './conversation-keeper.ts';
import type { Message } from './conversation-state.ts';
import type { PendingTurn } from './pending-turn.ts';

/** The turns of a conversation that have no ending: the one that is shown, and one of the user's that waits behind it. */
export class OpenTurns {
  readonly #keeper: ConversationKeeper;
  #current: PendingTurn | undefined;
  #queued: PendingTurn | undefined;
  #answer = '';

  constructor(keeper: ConversationKeeper) {
    this.#keeper = keeper;
  }

  get current(): PendingTurn | undefined {
    return this.#current;
  }

  get queued(): PendingTurn | undefined {
    return this.#queued;
  }

  /** Nothing was said yet. */
  get isSilent(): boolean {
    return this.#answer === '';
  }

  /** What is newly known of the current one, or another one, or none. Its answer is heard from the beginning. */
  set(current: PendingTurn | undefined): void {
    this.#current = current;
    this.#answer = '';
    this.#keep();
  }

  hear(token: string): void {
    this.#answer += token;
  }

  /** It is asked later. */
  queue(turn: PendingTurn): void {
    this.#queued = turn;
    this.set(undefined);
  }

  unqueue(): PendingTurn | undefined {
    const turn = this.#queued;
    this.#queued = undefined;
    this.#keep();
    return turn;
  }

  /** What the current one was asked, and its answer so far; one that failed has none. */
  get messages(): Message[] {
    if (this.#current === undefined) return [];
    const { idempotencyKey, opened, failure } = this.#current;
    const asked = askedBy(this.#current);
    if (failure !== undefined) return asked;
    const key = `${idempotencyKey}-said`;
    const turnId = opened && { turnId: opened.turnId };
    return [...asked, { key, role: 'assistant', content: this.#answer, ...turnId, isUnderWay: true }];
  }

  get messagesQueued(): Message[] {
    return this.#queued ? askedBy(this.#queued) : [];
  }

  /** What another page asked is that page's to keep. */
  #keep(): void {
    const turn = this.#queued ?? this.#current;
    this.#keeper.keepTurn(turn?.message === undefined ? undefined : turn);
  }
}

/** Nothing, where another page asked. */
function askedBy({ idempotencyKey, message, opened }: PendingTurn): Message[] {
  if (message === undefined) return [];
  const turnId = opened && { turnId: opened.turnId };
  return [{ key: `${idempotencyKey}-asked`, role: 'user', content: message, ...turnId }];
}
