import type { UIMessage } from 'ai';
import type { TurnRequest } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import { ParleyError } from '../client/problem.ts';
import { isAbort, type TurnEvent } from '../client/turn-events.ts';
import type { WantedTurn } from '../client/whole-turn.ts';
import type { TurnListener } from './shown-turn.ts';
import { turnIdOf } from './ui-message.ts';

/** Which session each chat is in, by the chat's id. */
export type ChatSessions = Pick<Map<string, string>, 'get'> & { set(chatId: string, sessionId: string): unknown };

/** What a chat asks for. */
export interface Wanted {
  messageId: string;
  message: string;
  /** The chat's messages before this one. */
  before: readonly UIMessage[];
  /** In place of all that came after these, where the chat went on. */
  isInPlace: boolean;
}

/** A message that has no answer yet. */
interface Question {
  messageId: string;
  turn: TurnRequest;
  /** No turn stands before it. */
  isFirst: boolean;
}

/** What is known of a chat: its session, and which of the session's turns its messages are. */
export class KnownChat {
  readonly #client: ParleyClient;
  readonly #id: string;
  readonly #sessions: ChatSessions;
  /** Of its session, or of a new one. */
  #assistant: string | undefined;
  #asked: Question | undefined;
  /** The first and the last turn of the session that have an answer among the messages. */
  #first: string | undefined;
  #last: string | undefined;
  /** The session that is being forked: the messages were cut for that, and a fork that comes to nothing leads back. */
  #source: string | undefined;
  /** The latest turn that was told; `null` where there is none, `undefined` where that is not known. */
  shown: string | null | undefined;
  /** Resolves when the turn that was stopped has ended. */
  stopped: Promise<void> | undefined;

  constructor(client: ParleyClient, id: string, sessions: ChatSessions, assistant: string | undefined) {
    this.#client = client;
    this.#id = id;
    this.#sessions = sessions;
    this.#assistant = assistant;
  }

  get sessionId(): string | undefined {
    return this.#sessions.get(this.#id);
  }

  /** Its messages are those of these turns. */
  shows(turnIds: string[], assistant: string | undefined): void {
    this.#assistant = assistant ?? this.#assistant;
    this.#first = turnIds.at(0);
    this.#last = turnIds.at(-1);
    this.#source = undefined;
    this.shown = this.#last ?? null;
  }

  /**
   * The very same request for a message that has no answer yet. Any other is asked at the session's end, or in a fork
   * where that is in place of turns that the session has.
   */
  async questionOf({ messageId, message, before, isInPlace }: Wanted): Promise<Question> {
    const asked = this.#asked;
    if (asked?.messageId === messageId && asked.turn.message === message) return asked;
    const after = this.#lastOf(before);
    const { sessionId } = this;
    const turn = { message, sessionId, assistant: this.#assistant, idempotencyKey: crypto.randomUUID() };
    const isElsewhere = sessionId !== undefined && this.#last !== undefined && after !== this.#last;
    const isFork = isElsewhere && (isInPlace || this.#source !== undefined);
    const place = isFork ? { fork: true as const, after: after ?? (await this.#turnBefore(sessionId)) } : {};
    this.#source = isFork ? sessionId : undefined;
    this.#asked = { messageId, turn: { ...turn, ...place }, isFirst: after === undefined };
    return this.#asked;
  }

  /** What the events of a turn say of the chat. */
  listenTo(turn: WantedTurn, isFirst: boolean): TurnListener {
    let opened: (TurnEvent & { type: 'opened' }) | undefined;
    let isSaid = false;
    return {
      onEvent: (event) => {
        if (event.type === 'opened') {
          opened = event;
          this.#sessions.set(this.#id, event.session_id);
          this.#assistant = event.assistant;
        } else if (event.type === 'token') isSaid = true;
        else if (opened !== undefined) {
          this.shown = opened.turn_id;
          this.#asked = undefined;
          if (!isSaid) {
            this.#goBack();
            return;
          }
          const isNewSession = !turn.fork && turn.sessionId !== opened.session_id;
          if (isFirst || isNewSession) this.#first = opened.turn_id;
          this.#last = opened.turn_id;
          this.#source = undefined;
        }
      },
      onFailure: (error) => {
        // A turn that is left goes on.
        if (isAbort(error)) return;
        this.#goBack();
        if (!(error instanceof ParleyError) || ![404, 422].includes(error.problem.status)) return;
        // The very same request would be refused again.
        this.#asked = undefined;
        // What it was to be forked from is gone.
        if (turn.fork && error.problem.code === 'invalid-request') this.#last = undefined;
      },
    };
  }

  /** A fork whose turn left nothing behind is no session. */
  #goBack(): void {
    if (this.#source === undefined) return;
    this.#sessions.set(this.#id, this.#source);
    this.shown = this.#last ?? null;
  }

  /** The last turn of the session among these messages; those of a session that expired stand before the first. */
  #lastOf(messages: readonly UIMessage[]): string | undefined {
    const turnIds = messages.map(turnIdOf);
    if (this.#first !== undefined && !turnIds.includes(this.#first)) return undefined;
    return turnIds.filter((turnId) => turnId !== undefined).at(-1);
  }

  /** What the session has before all messages. */
  async #turnBefore(sessionId: string): Promise<string | null> {
    return this.#first === undefined ? null : await this.#client.turnBefore(sessionId, this.#first);
  }
}
