import type { ParleyClient } from '../client/parley-client.ts';
import type { Context, TurnEvent } from '../client/turn-events.ts';
import { type Cut, wholeTurn } from '../client/whole-turn.ts';
import type { PendingTurn } from './pending-turn.ts';
import type { ShownConversation } from './shown-conversation.ts';
import { failureOf, type TurnFailure } from './turn-failure.ts';

/** Takes a conversation's turns to their ends, one after the other, and shows what comes of them. */
export class TurnDriver {
  readonly #client: ParleyClient;
  readonly #shown: ShownConversation;
  readonly #onTurn: () => void;
  readonly #signal: AbortSignal;
  #painting = 0;
  #stopWanted = false;

  /**
   * @param onTurn called when a turn has been stored
   * @param signal nothing is shown any longer
   */
  constructor(client: ParleyClient, shown: ShownConversation, onTurn: () => void, signal: AbortSignal) {
    this.#client = client;
    this.#shown = shown;
    this.#onTurn = onTurn;
    this.#signal = signal;
  }

  /** Never rejects. */
  async run(turn: PendingTurn): Promise<void> {
    this.#stopWanted = false;
    this.#shown.setTurn(turn, { phase: 'waiting', failure: undefined, notice: undefined });
    const { message = '', ...rest } = turn;
    const events = wholeTurn(this.#client, { message, ...rest }, this.#signal);
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (done) return value ? undefined : await this.#settle();
        this.#take(value);
      }
    } catch (error) {
      if (!this.#signal.aborted) this.#fail(failureOf(error));
    }
  }

  /** What was said so far is kept. */
  async stop(): Promise<void> {
    const { turn } = this.#shown;
    if (turn === undefined || turn.failure !== undefined) return;
    this.#stopWanted = true;
    this.#shown.change({ phase: 'stopping' });
    // Where it is not known yet it is stopped when it is.
    if (turn.opened === undefined) return;
    await this.#client.stop(turn.opened).catch(() => {
      // The user may try it again.
      this.#stopWanted = false;
      this.#shown.change({ phase: 'answering' });
    });
  }

  get #turn(): PendingTurn {
    return this.#shown.turn as PendingTurn;
  }

  #take(event: TurnEvent | Cut): void {
    if (event.type === 'opened') this.#takeOpened(event);
    else if (event.type === 'finished') this.#takeFinished(event);
    else if (event.type === 'cut') this.#shown.change({ phase: 'reconnecting' });
    else {
      this.#shown.hear(event.token);
      this.#paint();
    }
  }

  #takeOpened({ session_id, turn_id, assistant }: TurnEvent & { type: 'opened' }): void {
    const turn = this.#turn;
    const opened = { sessionId: session_id, turnId: turn_id };
    const phase = this.#stopWanted ? 'stopping' : 'waiting';
    this.#shown.setTurn({ ...turn, opened }, { assistant, phase });
    // The service began a new session, as the old one is gone, and so are its messages.
    const isAnew = !turn.fork && turn.sessionId !== undefined && turn.sessionId !== session_id;
    if (isAnew) this.#shown.forgetStored('expired');
    this.#shown.moveTo(session_id);
    if (this.#stopWanted) this.stop();
  }

  #takeFinished(finished: TurnEvent & { type: 'finished' }): void {
    const { message, sessionId } = this.#turn;
    const before = this.#shown.state.context;
    if (!this.#shown.settleTurn(finished)) {
      this.#shown.moveTo(sessionId);
      this.#shown.takeTurnBack();
      return;
    }
    this.#onTurn();
    // Only the service knows what another page asked.
    if (message === undefined && sessionId !== undefined) this.#shown.readStored(sessionId).catch(() => {});
    else if (mayHaveSummaries(finished.context, before)) this.#shown.readSummaries().catch(() => {});
  }

  /** The turn is over, and how it ended has to be seen from what is stored. */
  async #settle(): Promise<void> {
    const { opened } = this.#turn;
    if (opened !== undefined) await this.#shown.readStored(opened.sessionId);
    if (this.#shown.isStored(opened?.turnId)) {
      this.#shown.dropTurn();
      this.#onTurn();
    } else this.#fail({ code: 'turn-lost', detail: 'The answer was lost before it could be stored.' });
  }

  #fail(failure: TurnFailure): void {
    const { opened: _, ...again } = this.#turn;
    // What another page asked is that page's to try again.
    if (again.message === undefined) {
      this.#shown.dropTurn();
      return;
    }
    this.#shown.setTurn({ ...again, failure }, { phase: 'ready', failure });
    this.#shown.moveTo(again.sessionId);
  }

  /** However fast tokens arrive, they are shown once a frame. */
  #paint(): void {
    if (this.#painting !== 0) return;
    this.#painting = requestAnimationFrame(() => {
      this.#painting = 0;
      const { turn } = this.#shown;
      if (turn === undefined || turn.failure !== undefined) return;
      this.#shown.change({ phase: this.#stopWanted ? 'stopping' : 'answering' });
    });
  }
}

/** The turn asked for a summary, or one came too late for the turn before, or a fork took fewer along. */
function mayHaveSummaries(context: Context, before: Context | undefined): boolean {
  return context.summary_tokens > 0 || context.summarized_messages !== (before?.summarized_messages ?? 0);
}
