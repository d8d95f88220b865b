import type { Message } from '../conversation/conversation-state.ts';

/**
 * Ids of a thread's messages, which stay for as long as the page does. A turn has the same in all sessions that were
 * forked behind it, and a question the same where it is asked again in its place: what differs then is the answer.
 */
export class MessageIds {
  readonly #ofTurns = new Map<string, string>();
  readonly #ofQuestions = new Map<string, string>();
  /** Most messages are the objects that they were a moment ago. */
  readonly #ofMessages = new WeakMap<Message, string>();

  /** @param parentId of the message before this one; `null` where there is none */
  of(message: Message, parentId: string | null): string {
    const known = this.known(message);
    if (known !== undefined) return known;
    const id = message.role === 'user' ? this.#ofQuestion(message, parentId) : message.key;
    this.#ofMessages.set(message, id);
    if (message.turnId !== undefined) this.#ofTurns.set(turnOf(message), id);
    return id;
  }

  /** Of a message that has been seen, or is of a turn that has. */
  known(message: Message): string | undefined {
    const known = this.#ofMessages.get(message) ?? (message.turnId && this.#ofTurns.get(turnOf(message)));
    if (known) this.#ofMessages.set(message, known);
    return known || undefined;
  }

  #ofQuestion({ key, content }: Message, parentId: string | null): string {
    const question = `${parentId} ${content}`;
    const id = this.#ofQuestions.get(question) ?? key;
    this.#ofQuestions.set(question, id);
    return id;
  }
}

function turnOf({ turnId, role }: Message): string {
  return `${turnId} ${role}`;
}
