import { type AppendMessage, MessageNotSentError, type RespondToToolApprovalOptions } from '@assistant-ui/react';
import { openSteps } from '../conversation/conversation-state.ts';
import { textOf } from './append-message.ts';
import type { Thread } from './thread.ts';

/**
 * What users do in a thread, in assistant-ui's words. A message that cannot be asked now is refused, and goes back to where
 * it was written.
 */
export class ThreadActions {
  readonly #thread: Thread;

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  /** Asks behind what is shown. */
  async send(message: AppendMessage): Promise<void> {
    const text = textOf(message);
    this.#mustBeReady();
    await this.#thread.conversation.send(text);
  }

  /** Asks in place of a message. */
  async edit(message: AppendMessage): Promise<void> {
    const text = textOf(message);
    const place = this.#placeBehind(message.parentId);
    this.#giveUpFailed(place);
    this.#mustBeReady();
    const { conversation, state } = this.#thread;
    const edited = state.messages[place];
    await (edited === undefined ? conversation.send(text) : conversation.edit(edited.key, text));
  }

  /** Asks for another answer, or tries again what failed. */
  async reload(parentId: string | null): Promise<void> {
    const place = this.#placeBehind(parentId);
    const { conversation, state } = this.#thread;
    const isDecision = state.messages[place]?.approve !== undefined;
    if (state.failure !== undefined && place + Number(isDecision) >= state.messages.length) return conversation.retry();
    this.#giveUpFailed();
    this.#mustBeReady();
    // A decision asks nothing: what led to it is asked again.
    const before = this.#thread.state.messages.slice(0, place + 1);
    const question = before
      .filter(({ role, approve, isOutput }) => role === 'user' && approve === undefined && !isOutput)
      .at(-1);
    if (question !== undefined) await conversation.regenerate(question.key);
  }

  /** Decides on a call that waits for it. */
  respond({ approvalId: id, approved }: RespondToToolApprovalOptions): void {
    this.#mustBeReady();
    if (!openSteps(this.#thread.state.messages).some((step) => step.id === id)) {
      throw new Error('The call waits for no decision any more.');
    }
    this.#thread.decide({ id, decision: approved ? 'yes' : 'no' });
  }

  /** Takes back a message that waits for another page's turn, or stops what is under way. */
  async cancel(): Promise<void> {
    const { conversation, state } = this.#thread;
    if (state.queued) conversation.takeQueuedBack();
    else await conversation.stop();
  }

  /** Takes back a message that failed. */
  delete(messageId: string): void {
    const { path, repository } = this.#thread.shown;
    if (!this.#hasFailed || (messageId !== path.at(-1)?.id && messageId !== repository.headId)) {
      throw new Error('The service keeps what was answered: only a message that failed can be deleted.');
    }
    this.#thread.conversation.discard();
  }

  /** Shows the branch that ends with this message. */
  showBranch(lastId: string | undefined): void {
    const sessionId = this.#thread.shown.ends.get(lastId ?? '');
    if (sessionId === undefined) return;
    this.#giveUpFailed();
    if (sessionId !== this.#thread.state.sessionId) this.#thread.showBranch(sessionId);
  }

  /** The last message is a question that failed. */
  get #hasFailed(): boolean {
    const { failure, messages } = this.#thread.state;
    return failure !== undefined && messages.at(-1)?.role === 'user';
  }

  /** @param place where another text takes its place, so that its own goes nowhere */
  #giveUpFailed(place?: number): void {
    if (!this.#hasFailed) return;
    const { conversation, state } = this.#thread;
    const isReplaced = place === state.messages.length - 1;
    conversation.discard();
    if (isReplaced) conversation.takeReturned();
  }

  #mustBeReady(): void {
    const { phase, failure } = this.#thread.state;
    if (failure !== undefined) throw new MessageNotSentError(failure.detail);
    if (phase !== 'ready') throw new MessageNotSentError('The message was not sent: another one has no answer yet.');
  }

  /** @returns where the message behind this one stands among those that are shown */
  #placeBehind(messageId: string | null): number {
    if (messageId === null) return 0;
    const place = this.#thread.shown.path.findIndex(({ id }) => id === messageId);
    if (place === -1) throw new MessageNotSentError('The message was not sent: its place is not shown any longer.');
    return place + 1;
  }
}
