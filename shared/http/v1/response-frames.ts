import type { TurnEvent } from '../../conversation/events.ts';
import type { Failure } from '../../conversation/failure.ts';
import { DONE, type Frames } from '../event-stream.ts';
import type { ApiEvent, ResponseFold } from './response-fold.ts';

/** A turn as the API's typed events. Every stream that was not cut ends with `[DONE]`, also that of a failed turn. */
export class ResponseFrames implements Frames {
  readonly #fold: ResponseFold;
  readonly #after: number;

  /** @param after events up to this `sequence_number` were received before, and are not sent again, but for the ending */
  constructor(fold: ResponseFold, after = -1) {
    this.#fold = fold;
    this.#after = after;
  }

  of(event: TurnEvent): string[] {
    return this.#frames(this.#fold.tell(event), event.type === 'turn-finished');
  }

  ofFailure(failure: Failure): string[] {
    return [...this.#frames(this.#fold.fail(failure), true), DONE];
  }

  #frames(events: ApiEvent[], isEnd: boolean): string[] {
    return events
      .filter(({ sequence_number }, place) => sequence_number > this.#after || (isEnd && place === events.length - 1))
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
}
