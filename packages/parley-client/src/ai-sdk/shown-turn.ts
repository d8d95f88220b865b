import type { UIMessageChunk } from 'ai';
import type { ParleyClient } from '../client/parley-client.ts';
import type { TurnEvent } from '../client/turn-events.ts';
import type { WantedTurn } from '../client/whole-turn.ts';
import type { Telling } from './telling.ts';
import { turnToItsEnd } from './turn-to-its-end.ts';

/** How long the ending of a turn that was stopped is waited for. */
const STOP_MS = 10_000;

export interface TurnListener {
  /** Once it was told. */
  onEvent(event: TurnEvent): void;
  onFailure(error: unknown): void;
}

/**
 * One turn that a chat shows. It is followed to its end also when its reader was let go: until then its session takes
 * no other one.
 */
export class ShownTurn {
  readonly chunks: ReadableStream<UIMessageChunk>;
  readonly #client: ParleyClient;
  readonly #turn: WantedTurn;
  readonly #listener: TurnListener;
  readonly #telling: Telling;
  readonly #leaving = new AbortController();
  /** Never rejects. */
  readonly #ended: Promise<void>;
  #reader: ReadableStreamDefaultController<UIMessageChunk> | undefined;
  #opened: WantedTurn['opened'];
  #stopWanted = false;
  #over = false;

  constructor(client: ParleyClient, turn: WantedTurn, listener: TurnListener, telling: Telling) {
    this.#client = client;
    this.#turn = turn;
    this.#listener = listener;
    this.#telling = telling;
    this.#opened = turn.opened;
    this.chunks = new ReadableStream({
      start: (controller) => {
        this.#reader = controller;
      },
      cancel: () => {
        this.#reader = undefined;
      },
    });
    this.#ended = this.#follow();
  }

  /** Its reader gets no more of it. */
  letGo(): void {
    this.#reader?.enqueue({ type: 'abort' });
    this.#reader?.close();
    this.#reader = undefined;
  }

  /** The service goes on with it unheard. */
  leave(): void {
    this.#leaving.abort();
  }

  /** Resolves when the turn has ended, and its session takes the next one; or when that takes too long. */
  async stop(): Promise<void> {
    this.#stopWanted = true;
    const enough = setTimeout(() => this.leave(), STOP_MS);
    // Where it is not known yet, it is stopped when it is.
    await Promise.all([this.#askToStop(), this.#ended]);
    clearTimeout(enough);
  }

  async #follow(): Promise<void> {
    try {
      for await (const event of this.#events()) {
        for (const chunk of this.#telling.hear(event)) this.#reader?.enqueue(chunk);
        this.#listener.onEvent(event);
      }
      this.#reader?.close();
    } catch (error) {
      this.#listener.onFailure(error);
      this.#reader?.error(error);
    }
    this.#reader = undefined;
    this.#over = true;
  }

  async *#events(): AsyncGenerator<TurnEvent> {
    for await (const event of turnToItsEnd(this.#client, this.#turn, this.#leaving.signal)) {
      if (event.type === 'opened') {
        this.#opened = { sessionId: event.session_id, turnId: event.turn_id };
        if (this.#stopWanted) this.#askToStop();
      }
      yield event;
    }
  }

  /** Where that fails, the turn goes on to an end of its own. */
  async #askToStop(): Promise<void> {
    if (this.#opened === undefined || this.#over) return;
    await this.#client.stop(this.#opened, this.#leaving.signal).catch(() => {});
  }
}
