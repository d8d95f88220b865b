import type { StepWithheld, TurnEvent, TurnFinished, TurnStarted } from '../../conversation/events.ts';
import type { Failure } from '../../conversation/failure.ts';
import { errorOf } from './error-response.ts';
import { COUNTS, itemEvents, type UnnumberedEvent } from './item-events.ts';
import { answerStatus } from './items.ts';
import { type ItemChange, OutputItems } from './output-items.ts';
import { readEcho } from './response-echo.ts';
import { type ApiResponse, type Defaults, type ResponseState, responseOf } from './response-object.ts';

/** One of the API's typed events. */
export interface ApiEvent extends UnnumberedEvent {
  /** From 0, without a gap but for what is told no more. */
  sequence_number: number;
}

/**
 * A turn's events as those of the API, and the response as far as it is. It knows of nothing but the events, so that a
 * turn is the same response, under the same numbers, live, joined, replayed and from another instance.
 */
export class ResponseFold {
  readonly #defaultsOf: (assistant: string) => Defaults;
  #next = 0;
  #started: TurnStarted | undefined;
  #items = new OutputItems({ sessionId: '', turnId: '' }, 0);
  #ended: Omit<ResponseState, 'output'> | undefined;
  /** What is told no more next is what came of a function of the caller's, of which nothing was told. */
  #isUntold = false;

  /** @param defaultsOf what the assistant of that name has */
  constructor(defaultsOf: (assistant: string) => Defaults) {
    this.#defaultsOf = defaultsOf;
  }

  /** The response as far as it was told; there is none before the turn's start. */
  get response(): ApiResponse {
    const started = this.#started as TurnStarted;
    const { status } = this.#ended ?? { status: 'in_progress' };
    // A failed turn has left nothing behind: what was said in it is no output.
    const output = status === 'failed' ? [] : [...this.#items.all];
    return responseOf(started, this.#defaultsOf(started.assistant), { status, output, ...this.#ended });
  }

  tell(event: TurnEvent): ApiEvent[] {
    switch (event.type) {
      case 'turn-started': {
        const { session_id: sessionId, turn_id: turnId, echo } = event;
        this.#started = event;
        this.#items = new OutputItems({ sessionId, turnId }, readEcho(echo).brought ?? 0);
        return [this.#about('response.created'), this.#about('response.in_progress')];
      }
      case 'token-said':
      case 'tool-called':
      case 'tool-returned':
        return this.#changed(this.#items.tell(event));
      case 'tokens-withheld': {
        const opened = this.#changed(this.#items.open());
        this.#next += event.count;
        return opened;
      }
      case 'step-withheld':
        this.#pass(event);
        return [];
      case 'turn-finished':
        return this.#finish(event);
    }
  }

  fail(failure: Failure): ApiEvent[] {
    const { code, message } = errorOf(failure);
    this.#ended = { status: 'failed', error: { code, message } };
    return [this.#about('response.failed')];
  }

  /** Passes over the numbers of what is told no more. */
  #pass({ step }: StepWithheld): void {
    if (step === 'called-by-caller') this.#isUntold = true;
    else if (step === 'called') this.#next += COUNTS.called + (this.#items.withhold() ? COUNTS.ended : 0);
    else if (this.#isUntold) this.#isUntold = false;
    else this.#next += COUNTS.returned;
  }

  #finish({ finish_reason, usage, sources, finished_at }: TurnFinished): ApiEvent[] {
    const status = finish_reason === 'stopped' ? 'cancelled' : answerStatus(finish_reason);
    const ended = this.#changed(this.#items.end(answerStatus(finish_reason), sources));
    this.#ended = { status, usage, finishReason: finish_reason, finishedAt: finished_at };
    return [...ended, this.#about(status === 'completed' ? 'response.completed' : 'response.incomplete')];
  }

  #changed(changes: ItemChange[]): ApiEvent[] {
    return changes.flatMap(itemEvents).map((event) => this.#number(event));
  }

  #about(type: string): ApiEvent {
    return this.#number({ type, response: this.response });
  }

  #number(event: UnnumberedEvent): ApiEvent {
    return { ...event, sequence_number: this.#next++ };
  }
}
