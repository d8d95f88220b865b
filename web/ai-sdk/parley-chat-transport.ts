import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import { ParleyClient, type ParleyClientOptions } from '../client/parley-client.ts';
import { type WantedTurn, wholeTurn } from '../client/whole-turn.ts';
import { chunksOf } from './chunks.ts';

export interface ParleyChatTransportOptions extends ParleyClientOptions {
  /** Of new sessions; by default the service's own default. */
  assistant?: string;
  /** Which session each chat is in, by the chat's id. One that outlives the page lets a chat go on after a reload. */
  sessions?: Pick<Map<string, string>, 'get' | 'set'>;
}

type SendOptions = Parameters<ChatTransport<UIMessage>['sendMessages']>[0];
type ReconnectOptions = Parameters<ChatTransport<UIMessage>['reconnectToStream']>[0];

/**
 * `useChat` of the AI SDK, on Parley. The service keeps the conversation: of the messages only the newest is sent, under
 * a key that it keeps, so that a message that failed is asked again and never twice.
 */
export class ParleyChatTransport implements ChatTransport<UIMessage> {
  /** A turn that is joined is told from its beginning. */
  readonly resumeStreamIsReplay = true;
  readonly #client: ParleyClient;
  readonly #assistant: string | undefined;
  readonly #sessions: Pick<Map<string, string>, 'get' | 'set'>;
  /** The ids of messages that have their answers. */
  readonly #answered = new Set<string>();
  /** The latest request of each chat. */
  readonly #latest = new Map<string, object>();

  constructor({ assistant, sessions = new Map(), ...place }: ParleyChatTransportOptions = {}) {
    this.#client = new ParleyClient(place);
    this.#assistant = assistant;
    this.#sessions = sessions;
  }

  /** @throws where the message has its answer: the service keeps every turn, so that it can be sent anew only */
  async sendMessages({ chatId, messages, abortSignal }: SendOptions): Promise<ReadableStream<UIMessageChunk>> {
    const message = messages.findLast(({ role }) => role === 'user');
    if (message === undefined) throw new Error('There is no message to send.');
    if (this.#answered.has(message.id)) throw new Error('This message has its answer. Send it anew to ask again.');
    const turn: WantedTurn = {
      message: message.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      sessionId: this.#sessions.get(chatId),
      assistant: this.#assistant,
      idempotencyKey: encodeURIComponent(`${chatId}:${message.id}`),
    };
    return this.#stream(chatId, turn, abortSignal, () => this.#answered.add(message.id));
  }

  /** @returns nothing where no turn is under way */
  async reconnectToStream({ chatId, abortSignal }: ReconnectOptions): Promise<ReadableStream<UIMessageChunk> | null> {
    const sessionId = this.#sessions.get(chatId);
    if (sessionId === undefined) return null;
    const turnId = await this.#client.runningTurn(sessionId);
    if (turnId === undefined) return null;
    const turn = { message: '', sessionId, idempotencyKey: '', opened: { sessionId, turnId } };
    return this.#stream(chatId, turn, abortSignal);
  }

  #stream(
    chatId: string,
    turn: WantedTurn,
    abortSignal?: AbortSignal,
    onAnswer = () => {},
  ): ReadableStream<UIMessageChunk> {
    const request = {};
    this.#latest.set(chatId, request);
    const session = Promise.withResolvers<string>();
    if (turn.opened) session.resolve(turn.opened.sessionId);
    const leaving = new AbortController();
    const stop = async () => {
      // It is a request of the same chat, not the user, that ends this one.
      await Promise.resolve();
      if (this.#latest.get(chatId) !== request) return leaving.abort();
      // The turn ends as the service says, with all that it keeps.
      await this.#client.stop(await session.promise).catch(() => leaving.abort());
    };
    if (abortSignal?.aborted) stop();
    else abortSignal?.addEventListener('abort', stop, { once: true });
    const onOpened = (sessionId: string) => {
      this.#sessions.set(chatId, sessionId);
      session.resolve(sessionId);
    };
    return chunksOf(wholeTurn(this.#client, turn, leaving.signal), { onOpened, onAnswer });
  }
}
