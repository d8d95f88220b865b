import type { UIMessage } from 'ai';
import type { TurnRequest } from '../client/contract.ts';
import type { ParleyClient } from '../client/parley-client.ts';
import { ParleyError } from '../client/problem.ts';
import type { Approval } from '../client/steps.ts';
import { isAbort, type TurnEvent } from '../client/turn-events.ts';
import type { WantedTurn } from '../client/whole-turn.ts';
import type { TurnListener } from './shown-turn.ts';
import type { Continued, Telling } from './telling.ts';
import { nextStepsOf, turnIdOf, waitingOf } from './ui-message.ts';

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

/** What has no answer yet: a message, or a decision on the calls of one. */
interface Asked {
  messageId: string;
  turn: TurnRequest;
}

interface Question extends Asked {
  /** No turn stands before it. */
  isFirst: boolean;
}

interface Decision extends Asked {
  turn: TurnRequest & { approve: readonly Approval[] };
  /** As they were when it was decided. */
  waiting: ReadonlyMap<string, boolean | undefined>;
  nextSteps: number;
}

/** What is known of a chat: its session, and which of the session's turns its messages are. */
export class KnownChat {
  readonly #client: ParleyClient;
  readonly #id: string;
  readonly #sessions: ChatSessions;
  /** Of its session, or of a new one. */
  #assistant: string | undefined;
  #asked: Question | Decision | undefined;
  /** The turn of a decision, as far as it is known to run. */
  #decides: string | undefined;
  /** By ids of messages that were told here. */
  readonly #lastTurns = new Map<string, string>();
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
    if (asked && 'isFirst' in asked && asked.messageId === messageId && asked.turn.message === message) return asked;
    const after = this.#lastOf(before);
    const { sessionId } = this;
    const turn = { message, sessionId, assistant: this.#assistant, idempotencyKey: crypto.randomUUID() };
    const isElsewhere = sessionId !== undefined && this.#last !== undefined && after !== this.#last;
    const isFork = isElsewhere && (isInPlace || this.#source !== undefined);
    const place = isFork ? { fork: true as const, after: after ?? (await this.#turnBefore(sessionId)) } : {};
    this.#source = isFork ? sessionId : undefined;
    const question = { messageId, turn: { ...turn, ...place }, isFirst: after === undefined };
    this.#asked = question;
    return question;
  }

  /**
   * The very same request for a decision that has no answer yet; what a failed one told of it is told anew.
   *
   * @throws where nothing was decided
   */
  decisionOf(message: UIMessage): { turn: TurnRequest; continued: Continued } {
    const waiting = waitingOf(message);
    const nextSteps = nextStepsOf(message);
    const approve = [...waiting].flatMap(([id, isAllowed]) =>
      isAllowed === undefined ? [] : { id, decision: isAllowed ? ('yes' as const) : ('no' as const) },
    );
    const asked = this.#decisionOn(message.id, approve);
    if (asked !== undefined) {
      const continued = { messageId: message.id, waiting: asked.waiting, isAgain: nextSteps > asked.nextSteps };
      return { turn: asked.turn, continued };
    }
    if (approve.length === 0)
      throw new Error('The last message is not the user’s, and has no decision: there is nothing to ask.');
    const { sessionId } = this;
    const turn = { message: '', approve, sessionId, assistant: this.#assistant, idempotencyKey: crypto.randomUUID() };
    this.#asked = { messageId: message.id, turn, waiting, nextSteps };
    return { turn, continued: { messageId: message.id, waiting, isAgain: false } };
  }

  /** Whether this turn is known to decide on calls. */
  decides(turnId: string): boolean {
    return this.#decides === turnId;
  }

  /** One that was asked already, and says all of this. */
  #decisionOn(messageId: string, approve: readonly Approval[]): Decision | undefined {
    const asked = this.#asked;
    if (asked === undefined || !('waiting' in asked) || asked.messageId !== messageId) return undefined;
    const isSaid = ({ id, decision }: Approval) =>
      asked.turn.approve.some((said) => said.id === id && said.decision === decision);
    return approve.every(isSaid) ? asked : undefined;
  }

  /** What the events of a turn say of the chat. */
  listenTo(turn: WantedTurn, isFirst: boolean, telling: Telling): TurnListener {
    let opened: (TurnEvent & { type: 'opened' }) | undefined;
    return {
      onEvent: (event) => {
        if (event.type === 'opened') {
          opened = event;
          this.#sessions.set(this.#id, event.session_id);
          this.#assistant = event.assistant;
          if (turn.approve) this.#decides = event.turn_id;
        } else if (event.type === 'finished' && opened !== undefined) {
          this.shown = opened.turn_id;
          this.#asked = undefined;
          if (!telling.hasTold) {
            this.#goBack();
            return;
          }
          if (telling.messageId !== undefined) this.#lastTurns.set(telling.messageId, opened.turn_id);
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
    const turnIds = messages.map((message) => this.#lastTurns.get(message.id) ?? turnIdOf(message));
    // An answer has the id of the first turn that it is of.
    const isThere = turnIds.includes(this.#first) || messages.some(({ id }) => id === this.#first);
    if (this.#first !== undefined && !isThere) return undefined;
    return turnIds.filter((turnId) => turnId !== undefined).at(-1);
  }

  /** What the session has before all messages. */
  async #turnBefore(sessionId: string): Promise<string | null> {
    return this.#first === undefined ? null : await this.#client.turnBefore(sessionId, this.#first);
  }
}
