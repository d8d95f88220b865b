import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import { ParleyClient, type ParleyClientOptions, type TurnRequest } from '../client/parley-client.ts';
import { ParleyError } from '../client/problem.ts';
import type { TurnEvent } from '../client/turn-events.ts';
import type { WantedTurn } from '../client/whole-turn.ts';
import { ShownTurn } from './shown-turn.ts';
import { messageOf, textOf } from './ui-message.ts';

export interface ParleyChatTransportOptions extends ParleyClientOptions {
  /** Of new sessions; by default the service's own default. */
  assistant?: string;
  /** Which session each chat is in, by the chat's id. One that outlives the page lets a chat go on after a reload. */
  sessions?: Pick<Map<string, string>, 'get'> & { set(chatId: string, sessionId: string): unknown };
}

type SendOptions = Parameters<ChatTransport<UIMessage>['sendMessages']>[0];
type ReconnectOptions = Parameters<ChatTransport<UIMessage>['reconnectToStream']>[0];

/** What is known of a chat. */
interface Chat {
  /** Of its session. */
  assistant?: string;
  /** The latest turn among its messages; `undefined` where there is none. */
  shown?: string | undefined;
  /** The message that has no answer yet, and how it was asked. */
  asked?: { messageId: string; turn: TurnRequest };
  /** Resolves when the turn that was stopped has ended. */
  stopped?: Promise<void>;
}

/**
 * `useChat` of the AI SDK, on Parley. The service keeps the conversation: of the messages only the newest is sent, under
 * a key of its own, so that a message that failed is asked again and never twice.
 *
 * Streams fail with a `ParleyError` where the service refused the turn or the turn failed.
 */
export class ParleyChatTransport implements ChatTransport<UIMessage> {
  /** A turn that is joined is told from its beginning. */
  readonly resumeStreamIsReplay = true;
  readonly #client: ParleyClient;
  readonly #assistant: string | undefined;
  readonly #sessions: NonNullable<ParleyChatTransportOptions['sessions']>;
  readonly #chats = new Map<string, Chat>();
  /** How often a turn was joined. */
  #joins = 0;

  constructor({ assistant, sessions = new Map(), ...place }: ParleyChatTransportOptions = {}) {
    this.#client = new ParleyClient(place);
    this.#assistant = assistant;
    this.#sessions = sessions;
  }

  /** The chat's newest messages that are stored, at most 100: what a page shows first. */
  async storedMessages(chatId: string): Promise<UIMessage[]> {
    const sessionId = this.#sessions.get(chatId);
    const history = sessionId === undefined ? undefined : await this.#client.findHistory(sessionId);
    const { assistant, messages = [] } = history ?? {};
    Object.assign(this.#chat(chatId), { shown: messages.at(-1)?.turn_id, ...(assistant && { assistant }) });
    return messages.map(messageOf);
  }

  async sendMessages({ chatId, messages, abortSignal }: SendOptions): Promise<ReadableStream<UIMessageChunk>> {
    const message = messages.at(-1);
    if (message?.role !== 'user') throw new Error('The last message is not the user’s: there is nothing to ask.');
    const text = textOf(message);
    await this.#chat(chatId).stopped;
    abortSignal?.throwIfAborted();
    return this.#show(chatId, this.#turnOf(chatId, message.id, text), abortSignal);
  }

  /** @returns nothing where no turn is under way that the chat has not shown */
  async reconnectToStream({ chatId, abortSignal }: ReconnectOptions): Promise<ReadableStream<UIMessageChunk> | null> {
    this.#joins += 1;
    const chat = this.#chat(chatId);
    await chat.stopped;
    const sessionId = this.#sessions.get(chatId);
    if (sessionId === undefined) return null;
    // Where it is known what the chat shows, a turn that was stored since is news too.
    const turnId = await ('shown' in chat
      ? this.#client.latestTurn(sessionId, abortSignal)
      : this.#client.runningTurn(sessionId, abortSignal));
    abortSignal?.throwIfAborted();
    if (turnId === undefined || turnId === chat.shown) return null;
    const turn = { message: '', sessionId, idempotencyKey: '', opened: { sessionId, turnId } };
    return this.#show(chatId, turn, abortSignal);
  }

  #chat(chatId: string): Chat {
    const chat = this.#chats.get(chatId) ?? {};
    this.#chats.set(chatId, chat);
    return chat;
  }

  /** The very same request for a message that has no answer yet; one that has its answer is asked anew. */
  #turnOf(chatId: string, messageId: string, message: string): TurnRequest {
    const chat = this.#chat(chatId);
    const { asked, assistant = this.#assistant } = chat;
    if (asked?.messageId === messageId && asked.turn.message === message) return asked.turn;
    const sessionId = this.#sessions.get(chatId);
    const turn = { message, sessionId, assistant, idempotencyKey: crypto.randomUUID() };
    chat.asked = { messageId, turn };
    return turn;
  }

  #show(chatId: string, turn: WantedTurn, abortSignal: AbortSignal | undefined): ReadableStream<UIMessageChunk> {
    const chat = this.#chat(chatId);
    let shown: string | undefined;
    const onEvent = (event: TurnEvent) => {
      if (event.type === 'opened') {
        this.#sessions.set(chatId, event.session_id);
        chat.assistant = event.assistant;
        shown = event.turn_id;
      } else if (event.type === 'finished') {
        chat.shown = shown;
        delete chat.asked;
      }
    };
    const onFailure = (error: unknown) => {
      // The very same request would be refused again.
      if (error instanceof ParleyError && [404, 422].includes(error.problem.status)) delete chat.asked;
    };
    const shownTurn = new ShownTurn(this.#client, turn, { onEvent, onFailure });
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
