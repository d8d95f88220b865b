import type { ParleyClient } from '../client/parley-client.ts';
import { pauseBefore } from '../client/pause.ts';
import { ParleyError } from '../client/problem.ts';
import type { Context, TurnEvent } from '../client/turn-events.ts';
import { type Cut, wholeTurn } from '../client/whole-turn.ts';
import { type PendingTurn, turnOfAnotherPage } from './pending-turn.ts';
import type { ShownConversation } from './shown-conversation.ts';
import { failureOf, type TurnFailure } from './turn-failure.ts';

/** How often a turn is asked while others' keep its session busy. */
const TRIES = 12;

export interface TurnDriverOptions {
  client: ParleyClient;
  shown: ShownConversation;
  /** Called when a turn has been stored, and is still kept: so that a list loses nothing in between. */
  onTurn: () => void;
  /** Called when a turn has failed. */
  onError: (failure: TurnFailure) => void;
  /** Nothing is shown any longer. */
  signal: AbortSignal;
}

/** Takes a conversation's turns to their ends, one after the other, and shows what comes of them. */
export class TurnDriver {
  readonly #options: TurnDriverOptions;
  readonly #client: ParleyClient;
  readonly #shown: ShownConversation;
  readonly #signal: AbortSignal;
  /** Ids of turns that were shown, whatever came of them: none is joined again. */
  readonly #heard = new Set<string>();
  #painting = 0;
  #stopWanted = false;

  constructor(options: TurnDriverOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#shown = options.shown;
    this.#signal = options.signal;
  }

  /** Never rejects. */
  async run(turn: PendingTurn, attempt = 0): Promise<void> {
    this.#stopWanted = false;
    this.#shown.setTurn(turn, { phase: 'waiting', failure: undefined, notice: undefined });
    const { message = '', ...rest } = turn;
    const events = wholeTurn(this.#client, { message, ...rest }, this.#signal);
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (this.#signal.aborted) return;
        if (done) return value ? undefined : await this.#settle();
        await this.#take(value);
      }
    } catch (error) {
      if (this.#signal.aborted) return;
      if (isBusy(error) && attempt < TRIES) await this.#runBehindAnother(turn, attempt);
      else this.#fail(failureOf(error));
    }
  }

  /**
   * Shows a turn that another page has asked, to its end.
   *
   * @param isWanted asked once more when it is known which: the user may have sent something meanwhile
   * @returns whether there is one that was not shown yet
   * @throws what `latestTurn` throws
   */
  async join(sessionId: string, isWanted = () => true): Promise<boolean> {
    const turnId = await this.#client.latestTurn(sessionId, this.#signal);
    if (turnId === undefined || this.#shown.isStored(turnId) || this.#heard.has(turnId) || !isWanted()) return false;
    await this.run(turnOfAnotherPage(sessionId, turnId));
    return true;
  }

  /** What was said so far is kept. */
  async stop(): Promise<void> {
    const { turn } = this.#shown;
    // It is about to be asked.
    if (turn === undefined) return this.#shown.takeQueuedBack();
    if (turn.failure !== undefined) return;
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

  /** Another page's turn keeps the session busy. It is shown to its end, and then this one is asked, under its own key. */
  async #runBehindAnother(turn: PendingTurn, attempt: number): Promise<void> {
    this.#shown.queue(turn);
    if (turn.sessionId !== undefined) await this.join(turn.sessionId).catch(() => {});
    await pauseBefore(attempt, this.#signal);
    // The user may have taken it back; what the page shows no longer stays kept.
    if (this.#signal.aborted || this.#shown.turns.queued !== turn) return;
    this.#shown.turns.unqueue();
    await this.run(turn, attempt + 1);
  }

  get #turn(): PendingTurn {
    return this.#shown.turn as PendingTurn;
  }

  async #take(event: TurnEvent | Cut): Promise<void> {
    if (event.type === 'opened') this.#takeOpened(event);
    else if (event.type === 'finished') await this.#takeFinished(event);
    else if (event.type === 'cut') this.#shown.change({ phase: 'reconnecting' });
    else {
      this.#shown.turns.hear(event.token);
      this.#paint();
    }
  }

  #takeOpened({ session_id, turn_id, assistant }: TurnEvent & { type: 'opened' }): void {
    this.#heard.add(turn_id);
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

  async #takeFinished(finished: TurnEvent & { type: 'finished' }): Promise<void> {
    const { message, sessionId } = this.#turn;
    const before = this.#shown.state.context;
    if (!this.#shown.turns.isSilent) this.#options.onTurn();
    if (!this.#shown.settleTurn(finished)) {
      this.#shown.moveTo(sessionId);
      this.#shown.takeTurnBack();
      return;
    }
    // Only the service knows what another page asked.
    if (message === undefined && sessionId !== undefined) await this.#shown.readStored(sessionId).catch(() => {});
    else if (mayHaveSummaries(finished.context, before)) this.#shown.readSummaries().catch(() => {});
  }

  /** The turn is over, and how it ended has to be seen from what is stored. */
  async #settle(): Promise<void> {
    const { opened } = this.#turn;
    if (opened !== undefined) await this.#shown.readStored(opened.sessionId);
    if (this.#shown.isStored(opened?.turnId)) {
      this.#options.onTurn();
      this.#shown.dropTurn();
      return;
    }
    const detail = 'The answer was lost before it could be stored.';
    this.#fail({ code: 'turn-lost', detail, retryable: true });
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
    this.#options.onError(failure);
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

/** The session answers another message, which the user may have sent from another page. */
function isBusy(error: unknown): boolean {
  return error instanceof ParleyError && error.problem.code === 'session-busy';
}

/** The turn asked for a summary, or one came too late for the turn before, or a fork took fewer along. */
function mayHaveSummaries(context: Context, before: Context | undefined): boolean {
  return context.summary_tokens > 0 || context.summarized_messages !== (before?.summarized_messages ?? 0);
}
