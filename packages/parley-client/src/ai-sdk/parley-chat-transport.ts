import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import { ParleyClient, type ParleyClientOptions } from '../client/parley-client.ts';
import type { WantedTurn } from '../client/whole-turn.ts';
import { type ChatSessions, KnownChat } from './known-chat.ts';
import { waitingBefore } from './shown-answers.ts';
import { ShownTurn } from './shown-turn.ts';
import { Telling } from './telling.ts';
import { callsOf, messagesOf, textOf } from './ui-message.ts';

export interface ParleyChatTransportOptions extends ParleyClientOptions {
  /** Of new sessions; by default the service's own default. */
  assistant?: string;
  /** Which session each chat is in, by the chat's id. One that outlives the page lets a chat go on after a reload. */
  sessions?: ChatSessions;
}

type SendOptions = Parameters<ChatTransport<UIMessage>['sendMessages']>[0];
type ReconnectOptions = Parameters<ChatTransport<UIMessage>['reconnectToStream']>[0];

/**
 * `useChat` of the AI SDK, on Parley. The service keeps the conversation: of the messages only the newest is sent, under
 * a key of its own, so that a message that failed is asked again and never twice. One that was edited, or whose answer is
 * regenerated, is asked in a fork of the session, and the chat goes on there. What the user decides on an answer's calls is
 * sent in place of a message, and the answer goes on.
 *
 * Streams fail with a `ParleyError` where the service refused the turn or the turn failed.
 */
export class ParleyChatTransport implements ChatTransport<UIMessage> {
  /** A turn that is joined is told from its beginning. */
  readonly resumeStreamIsReplay = true;
  readonly #client: ParleyClient;
  readonly #assistant: string | undefined;
  readonly #sessions: ChatSessions;
  readonly #chats = new Map<string, KnownChat>();
  /** How often a turn was joined. */
  #joins = 0;

  constructor({ assistant, sessions = new Map(), ...place }: ParleyChatTransportOptions = {}) {
    this.#client = new ParleyClient(place);
    this.#assistant = assistant;
    this.#sessions = sessions;
  }

  /** The chat's newest messages that are stored, at most 100: what a page shows first. */
  async storedMessages(chatId: string): Promise<UIMessage[]> {
    const chat = this.#chat(chatId);
    const { sessionId } = chat;
    const history = sessionId === undefined ? undefined : await this.#client.findHistory(sessionId);
    const { assistant, messages = [] } = history ?? {};
    chat.shows(
      messages.map(({ turn_id }) => turn_id),
      assistant ?? undefined,
    );
    return history === undefined ? [] : await messagesOf(history);
  }

  async sendMessages(options: SendOptions): Promise<ReadableStream<UIMessageChunk>> {
    const { messages, messageId, trigger } = options;
    // An answer is sent with its id where its user has decided on its calls.
    const decided =
      trigger === 'submit-message' && messages.find(({ id, role }) => id === messageId && role === 'assistant');
    return decided ? await this.#decide(decided, options) : await this.#ask(options);
  }

  async #ask({ chatId, messages, trigger, messageId, abortSignal }: SendOptions) {
    const asked = messages.at(-1);
    if (asked?.role !== 'user') throw new Error('The last message is not the user’s: there is nothing to ask.');
    const message = textOf(asked);
    const before = messages.slice(0, -1);
    const chat = this.#chat(chatId);
    await chat.stopped;
    const { turn, isFirst } = await chat.questionOf({
      messageId: asked.id,
      message,
      before,
      // One that is sent with an id takes the place of the message of that id.
      isInPlace: trigger === 'regenerate-message' || messageId !== undefined,
    });
    abortSignal?.throwIfAborted();
    return this.#show(chat, turn, isFirst, Telling.answer(callsOf(before)), abortSignal);
  }

  async #decide(message: UIMessage, { chatId, abortSignal }: SendOptions) {
    const chat = this.#chat(chatId);
    await chat.stopped;
    const { turn, continued } = chat.decisionOf(message);
    abortSignal?.throwIfAborted();
    return this.#show(chat, turn, false, Telling.rest(continued), abortSignal);
  }

  /** @returns nothing where no turn is under way that the chat has not shown */
  async reconnectToStream({ chatId, abortSignal }: ReconnectOptions): Promise<ReadableStream<UIMessageChunk> | null> {
    this.#joins += 1;
    const chat = this.#chat(chatId);
    await chat.stopped;
    const { sessionId } = chat;
    if (sessionId === undefined) return null;
    // Where it is known what the chat shows, a turn that was stored since is news too.
    const turnId = await (chat.shown === undefined
      ? this.#client.runningTurn(sessionId, abortSignal)
      : this.#client.latestTurn(sessionId, abortSignal));
    abortSignal?.throwIfAborted();
    if (turnId === undefined || turnId === chat.shown) return null;
    const history = await this.#client.findHistory(sessionId);
    abortSignal?.throwIfAborted();
    const waiting = history && waitingBefore(turnId, history);
    const telling = waiting ? Telling.joined(waiting.events, chat.decides(turnId)) : Telling.answer();
    const turn = { message: '', sessionId, idempotencyKey: '', opened: { sessionId, turnId } };
    return this.#show(chat, turn, false, telling, abortSignal);
  }

  #chat(chatId: string): KnownChat {
    const chat = this.#chats.get(chatId) ?? new KnownChat(this.#client, chatId, this.#sessions, this.#assistant);
    this.#chats.set(chatId, chat);
    return chat;
  }

  #show(
    chat: KnownChat,
    turn: WantedTurn,
    isFirst: boolean,
    telling: Telling,
    abortSignal: AbortSignal | undefined,
  ): ReadableStream<UIMessageChunk> {
    const shownTurn = new ShownTurn(this.#client, turn, chat.listenTo(turn, isFirst, telling), telling);
    abortSignal?.addEventListener('abort', () => {
      shownTurn.letGo();
      chat.stopped = this.#stopOrLeave(shownTurn);
    });
    return shownTurn.chunks;
  }

  /** A chat that joins a turn again ends the stream that it had in the same moment; otherwise it is the user who stops. */
  async #stopOrLeave(turn: ShownTurn): Promise<void> {
    const joins = this.#joins;
    await Promise.resolve();
    if (this.#joins === joins) await turn.stop();
    else turn.leave();
  }
}
