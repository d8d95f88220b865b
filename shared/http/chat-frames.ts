import type { StepWithheld, TokensWithheld, TurnEvent } from '../conversation/events.ts';
import type { Failure } from '../conversation/failure.ts';
import { LOST_ENDING } from '../conversation/follow.ts';
import type { Frames } from './event-stream.ts';
import { problemOf } from './problem.ts';

/** A turn as `/chat/stream` tells it: one frame an event, numbered from 1, and exactly one ending. */
export class ChatFrames implements Frames {
  readonly #after: number;
  #id = 0;

  /** @param after frames up to this number were received before, and are not sent again, but for the ending */
  constructor(after = 0) {
    this.#after = after;
  }

  of(event: TurnEvent): string[] {
    if (event.type === 'tokens-withheld') {
      this.#id += event.count;
      return [];
    }
    if (event.type === 'step-withheld') {
      this.#id += 1;
      return [];
    }
    return this.#frame(dataOf(event));
  }

  ofFailure(failure: Failure, requestId: string): string[] {
    this.#id = failure.code === 'turn-lost' ? LOST_ENDING - 1 : Math.max(this.#id, this.#after);
    return this.#frame({ error: problemOf(failure, requestId) });
  }

  #frame(data: object): string[] {
    this.#id += 1;
    return this.#id > this.#after ? [`id: ${this.#id}\ndata: ${JSON.stringify(data)}\n\n`] : [];
  }
}

function dataOf(event: Exclude<TurnEvent, TokensWithheld | StepWithheld>): object {
  switch (event.type) {
    case 'turn-started':
      return { session_id: event.session_id, turn_id: event.turn_id, assistant: event.assistant };
    case 'token-said':
      return { token: event.token };
    case 'tool-called': {
      const { type: _, ...call } = event;
      return { tool_call: call };
    }
    case 'tool-returned': {
      const { type: _, ...result } = event;
      return { tool_result: result };
    }
    case 'turn-finished': {
      const { finish_reason, usage, context, sources } = event;
      return { finish_reason, usage, context, ...(sources && { sources }) };
    }
  }
}
