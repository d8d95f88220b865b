import type { ToolCall, ToolResult } from '../client/steps.ts';
import type { ConversationKeeper } from './conversation-keeper.ts';
import type { Message, ShownStep } from './conversation-state.ts';
import { continued, newTurn, type PendingTurn } from './pending-turn.ts';
import type { BegunCall } from './turn-failure.ts';

/** The turns of a conversation that have no ending: the one that is shown, and one of the user's that waits behind it. */
export class OpenTurns {
  readonly #keeper: ConversationKeeper;
  #current: PendingTurn | undefined;
  #queued: PendingTurn | undefined;
  #answer = '';
  #steps: readonly ShownStep[] = [];

  constructor(keeper: ConversationKeeper) {
    this.#keeper = keeper;
  }

  /** What waited when the page was left. */
  restore(queued: PendingTurn | undefined): void {
    this.#queued = queued;
  }

  get current(): PendingTurn | undefined {
    return this.#current;
  }

  get queued(): PendingTurn | undefined {
    return this.#queued;
  }

  /** Nothing was said or done yet. */
  get isSilent(): boolean {
    return this.#answer === '' && this.#steps.length === 0;
  }

  /** What is newly known of the current one, or another one, or none. Its answer is heard from the beginning. */
  set(current: PendingTurn | undefined): void {
    this.#current = current;
    this.#answer = '';
    this.#steps = [];
    // What another page asked is that page's to keep.
    this.#keeper.keepTurn(current?.message === undefined ? undefined : current);
  }

  hear(token: string): void {
    this.#answer += token;
  }

  hearCall({ approve, ...call }: ToolCall): void {
    const status = approve || call.by_caller ? 'open' : 'running';
    this.#steps = [...this.#steps, { type: 'tool_call', ...call, status, ms: 0, at: this.#answer.length }];
  }

  /** Those that went out in the current one, so far. */
  get calls(): BegunCall[] {
    const begun = this.#steps.filter(({ status }) => status !== 'open' && status !== 'rejected');
    return begun.map(({ id, name, status }) => ({ id, name, isDone: status !== 'running' }));
  }

  hearResult(result: ToolResult): void {
    this.#steps = this.#steps.map((step) => (step.id === result.id ? { ...step, ...result } : step));
  }

  /** It is sent later: one message waits at most, and what comes to it is its next line. */
  queue(message: string): void {
    if (message.trim() === '') return;
    const next = newTurn({ message, assistant: undefined, sessionId: undefined });
    this.#setQueued(this.#queued ? continued(this.#queued, message) : next);
  }

  /** The current one was refused, and is asked later; what waits behind it already waits with it. */
  putOff(): void {
    const turn = this.#current;
    if (turn === undefined) return;
    this.#setQueued(this.#queued ? continued(turn, this.#queued.message) : turn);
    this.set(undefined);
  }

  /** @returns what waited, as it is to be asked there now; a fork is of its own source */
  unqueue(place: Pick<PendingTurn, 'sessionId' | 'assistant' | 'temporary'>): PendingTurn | undefined {
    const turn = this.#queued;
    this.dropQueued();
    return turn && { ...turn, ...(!turn.fork && place), askedAt: new Date().toISOString() };
  }

  dropQueued(): void {
    this.#setQueued(undefined);
  }

  /** What the current one was asked, and its answer so far; one that failed has none. */
  get messages(): Message[] {
    if (this.#current === undefined) return [];
    const { idempotencyKey, opened, failure } = this.#current;
    const asked = askedBy(this.#current);
    if (failure !== undefined) return asked;
    const key = `${idempotencyKey}-said`;
    const turnId = opened && { turnId: opened.turnId };
    const done = this.#steps.length > 0 && { steps: this.#steps };
    return [...asked, { key, role: 'assistant', content: this.#answer, ...done, ...turnId, isUnderWay: true }];
  }

  get messageQueued(): Message | undefined {
    return this.#queued && askedBy(this.#queued)[0];
  }

  #setQueued(turn: PendingTurn | undefined): void {
    this.#queued = turn;
    this.#keeper.keepQueued(turn);
  }
}

/** Nothing, where another page asked. */
function askedBy({ idempotencyKey, message, approve, askedAt, opened }: PendingTurn): Message[] {
  if (message === undefined) return [];
  const known = {
    ...(approve && { approve }),
    ...(askedAt && { timestamp: askedAt }),
    ...(opened && { turnId: opened.turnId }),
  };
  return [{ key: `${idempotencyKey}-asked`, role: 'user', content: message, ...known }];
}
