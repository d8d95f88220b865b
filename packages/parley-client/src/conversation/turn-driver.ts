import type { ParleyClient } from '../client/parley-client.ts';
import { pauseBefore } from '../client/pause.ts';
import type { Approval } from '../client/steps.ts';
import type { TurnEvent } from '../client/turn-events.ts';
import { type Cut, wholeTurn } from '../client/whole-turn.ts';
import { mayHaveSummaries } from './may-have-summaries.ts';
import { onceAFrame } from './once-a-frame.ts';
import { type PendingTurn, turnOfAnotherPage } from './pending-turn.ts';
import type { ShownConversation } from './shown-conversation.ts';
import type { TurnDriverOptions } from './turn-driver-options.ts';
import { failureOf, isBusy, isDecided, type TurnFailure } from './turn-failure.ts';

/** How often a turn is asked while others' keep its session busy. */
const TRIES = 12;

/** How a turn ended. `unanswered`: nothing of it is stored. `busy`: it was refused, as its session answers another one. */
type Ending = 'stored' | 'unanswered' | 'busy' | 'left';

/** Takes a conversation's turns to their ends, one after the other, and shows what comes of them. */
export class TurnDriver {
  readonly #options: TurnDriverOptions;
  readonly #client: ParleyClient;
  readonly #shown: ShownConversation;
  readonly #signal: AbortSignal;
  /** Ids of turns that were shown, whatever came of them: none is joined again. */
  readonly #heard = new Set<string>();
  #stopWanted = false;
  /** Something was heard since the connection was last opened or cut: only then is the turn answering. */
  #isHeard = false;

  constructor(options: TurnDriverOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#shown = options.shown;
    this.#signal = options.signal;
  }

  /** Takes a turn to its end, and then what waits behind it, if that has an answer to follow. Never rejects. */
  async run(turn: PendingTurn): Promise<void> {
    this.#shown.change({ failure: undefined, notice: undefined });
    let refusals = 0;
    for (let next: PendingTurn | undefined = turn; next !== undefined; next = this.#shown.takeQueued()) {
      const ending = await this.#takeToItsEnd(next, refusals < TRIES);
      refusals = ending === 'busy' ? refusals + 1 : 0;
      if (ending === 'busy') await this.#waitBehindAnother(next.sessionId, refusals);
      if (ending === 'unanswered' || (ending === 'stored' && this.#leftOpen)) this.#shown.takeQueuedBack();
      // What the page shows no longer stays kept; and where the user took this back and sent something else, that runs.
      if (this.#signal.aborted || this.#shown.turn !== undefined) return;
    }
  }

  /** What waited when the page was left. */
  async runQueued(): Promise<void> {
    if (this.#leftOpen) return this.#shown.takeQueuedBack();
    const turn = this.#shown.takeQueued();
    if (turn !== undefined) await this.run(turn);
  }

  /**
   * Shows a turn that another page has asked, to its end.
   *
   * @param isWanted asked once more when it is known which: the user may have sent something meanwhile
   * @returns whether there is one that was not shown yet
   * @throws what `latestTurn` throws
   */
  async join(sessionId: string, isWanted = () => true): Promise<boolean> {
    const turn = await this.#turnToJoin(sessionId);
    if (turn === undefined || !isWanted()) return false;
    await this.run(turn);
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

  async #takeToItsEnd(turn: PendingTurn, mayWait: boolean): Promise<Ending> {
    this.#stopWanted = false;
    this.#isHeard = false;
    this.#shown.setTurn(turn, { phase: 'waiting' });
    const { message = '', ...rest } = turn;
    const events = wholeTurn(this.#client, { message, ...rest }, this.#signal);
    let ending: Ending = 'unanswered';
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (this.#signal.aborted) return 'left';
        if (done) return value ? ending : await this.#settle();
        if (value.type === 'finished') ending = await this.#takeFinished(value);
        else this.#take(value);
      }
    } catch (error) {
      if (this.#signal.aborted) return 'left';
      if (turn.approve !== undefined && isDecided(error)) return await this.#leaveDecided(turn.approve);
      if (isBusy(error) && mayWait) return 'busy';
      this.#fail(failureOf(error));
      return 'unanswered';
    }
  }

  /** Another page's turn keeps the session busy. It is shown to its end, and then this one is asked, under its own key. */
  async #waitBehindAnother(sessionId: string | undefined, refusals: number): Promise<void> {
    this.#shown.turns.putOff();
    this.#shown.change({ phase: 'waiting' });
    const other = sessionId && (await this.#turnToJoin(sessionId).catch(() => undefined));
    // Also where what waits was taken back meanwhile.
    if (other && this.#shown.turn === undefined && !this.#signal.aborted) {
      const ending = await this.#takeToItsEnd(other, false);
      if (ending === 'stored' && this.#leftOpen) this.#shown.takeQueuedBack();
    }
    await pauseBefore(refusals - 1, this.#signal);
  }

  /** The last turn wants a decision. A message would be one, and what waits was written before that was known. */
  get #leftOpen(): boolean {
    return this.#shown.state.open.length > 0;
  }

  /** It was decided elsewhere, by a turn that may be under way, or has gone out before. What is stored tells. */
  async #leaveDecided(approve: readonly Approval[]): Promise<Ending> {
    const { sessionId = '' } = this.#turn;
    this.#shown.noteDecided(approve);
    this.#shown.dropTurn({ notice: 'decided' });
    try {
      await this.#shown.readStored(sessionId);
      const other = await this.#turnToJoin(sessionId);
      if (other !== undefined && this.#shown.turn === undefined) return await this.#takeToItsEnd(other, false);
    } catch {
      // It is read again when the user comes back.
    }
    return 'unanswered';
  }

  async #turnToJoin(sessionId: string): Promise<PendingTurn | undefined> {
    const turnId = await this.#client.latestTurn(sessionId, this.#signal);
    const isKnown = turnId === undefined || this.#shown.isStored(turnId) || this.#heard.has(turnId);
    return isKnown ? undefined : turnOfAnotherPage(sessionId, turnId);
  }

  get #turn(): PendingTurn {
    return this.#shown.turn as PendingTurn;
  }

  #take(event: Exclude<TurnEvent, { type: 'finished' }> | Cut): void {
    this.#isHeard = event.type !== 'opened' && event.type !== 'cut';
    if (event.type === 'opened') this.#takeOpened(event);
    else if (event.type === 'cut') this.#shown.change({ phase: 'reconnecting' });
    else {
      this.#hear(event);
      this.#paint();
    }
  }

  #hear(event: Exclude<TurnEvent, { type: 'opened' | 'finished' }>): void {
    const { turns } = this.#shown;
    if (event.type === 'token') turns.hear(event.token);
    else if (event.type === 'called') turns.hearCall(event.call);
    else turns.hearResult(event.result);
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

  async #takeFinished(finished: TurnEvent & { type: 'finished' }): Promise<Ending> {
    const { message, sessionId } = this.#turn;
    const before = this.#shown.state.context;
    if (!this.#shown.turns.isSilent) this.#options.onTurn();
    if (!this.#shown.settleTurn(finished)) {
      this.#shown.moveTo(sessionId);
      this.#shown.takeTurnBack();
      if (message !== undefined) this.#shown.takeQueuedBack();
      return 'unanswered';
    }
    // Only the service knows what another page asked.
    if (message === undefined && sessionId !== undefined) await this.#shown.readStored(sessionId).catch(() => {});
    else if (mayHaveSummaries(finished.context, before)) this.#shown.readSummaries().catch(() => {});
    return 'stored';
  }

  /** The turn is over, and how it ended has to be seen from what is stored. */
  async #settle(): Promise<Ending> {
    const { opened } = this.#turn;
    if (opened !== undefined) await this.#shown.readStored(opened.sessionId);
    if (this.#shown.isStored(opened?.turnId)) {
      this.#options.onTurn();
      this.#shown.dropTurn();
      return 'stored';
    }
    const detail = 'The answer was lost before it could be stored.';
    this.#fail({ code: 'turn-lost', detail, retryable: true });
    return 'unanswered';
  }

  #fail(reason: TurnFailure): void {
    const { opened: _, ...again } = this.#turn;
    const { calls } = this.#shown.turns;
    const failure = calls.length > 0 ? { ...reason, calls } : reason;
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
  readonly #paint = onceAFrame(() => {
    const { turn } = this.#shown;
    if (!this.#isHeard || turn === undefined || turn.failure !== undefined) return;
    this.#shown.change({ phase: this.#stopWanted ? 'stopping' : 'answering' });
  });
}
