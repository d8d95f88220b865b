import type { TurnEvent, TurnFinished, TurnStarted } from '../../conversation/events.ts';
import type { Failure } from '../../conversation/failure.ts';
import { errorOf } from './error-response.ts';
import { answerItem, answerStatus, type MessageItem, type TextPart, textPart } from './items.ts';
import { readEcho } from './response-echo.ts';
import { type ApiResponse, type Defaults, type ResponseState, responseOf } from './response-object.ts';

/** One of the API's typed events. */
export interface ApiEvent {
  type: string;
  /** From 0, without a gap but for what is told no more. */
  sequence_number: number;
  [field: string]: unknown;
}

/**
 * A turn's events as those of the API, and the response as far as it is. It knows of nothing but the events, so that a
 * turn is the same response, under the same numbers, live, joined, replayed and from another instance.
 */
export class ResponseFold {
  readonly #defaultsOf: (assistant: string) => Defaults;
  #next = 0;
  #started: TurnStarted | undefined;
  #text = '';
  #isOpen = false;
  #state: ResponseState = { status: 'in_progress', output: [] };

  /** @param defaultsOf what the assistant of that name has */
  constructor(defaultsOf: (assistant: string) => Defaults) {
    this.#defaultsOf = defaultsOf;
  }

  /** The response as far as it was told; there is none before the turn's start. */
  get response(): ApiResponse {
    const started = this.#started as TurnStarted;
    return responseOf(started, this.#defaultsOf(started.assistant), this.#state);
  }

  tell(event: TurnEvent): ApiEvent[] {
    switch (event.type) {
      case 'turn-started':
        this.#started = event;
        return [this.#about('response.created'), this.#about('response.in_progress')];
      case 'token-said':
        return [...this.#open(), this.#say(event.token)];
      case 'tokens-withheld': {
        const opened = this.#open();
        this.#next += event.count;
        return opened;
      }
      // What was done is not told here yet.
      case 'tool-called':
      case 'tool-returned':
      case 'step-withheld':
        return [];
      case 'turn-finished':
        return this.#finish(event);
    }
  }

  /** A failed turn has left nothing behind: what was said in it is no output. */
  fail(failure: Failure): ApiEvent[] {
    const { code, message } = errorOf(failure);
    this.#state = { status: 'failed', output: [], error: { code, message } };
    return [this.#about('response.failed')];
  }

  #open(): ApiEvent[] {
    if (this.#isOpen) return [];
    this.#isOpen = true;
    return [
      this.#event('response.output_item.added', {
        output_index: 0,
        item: { ...this.#item('in_progress'), content: [] },
      }),
      this.#part('response.content_part.added', { part: textPart('assistant', '') }),
    ];
  }

  #say(token: string): ApiEvent {
    this.#text += token;
    this.#state = { status: 'in_progress', output: [this.#item('in_progress')] };
    return this.#part('response.output_text.delta', { delta: token, logprobs: [] });
  }

  #finish({ finish_reason, usage, finished_at }: TurnFinished): ApiEvent[] {
    const status = finish_reason === 'stopped' ? 'cancelled' : answerStatus(finish_reason);
    const item = this.#item(answerStatus(finish_reason));
    const output = this.#isOpen ? [item] : [];
    this.#state = { status, output, usage, finishReason: finish_reason, finishedAt: finished_at };
    return [
      ...(this.#isOpen ? this.#close(item) : []),
      this.#about(status === 'completed' ? 'response.completed' : 'response.incomplete'),
    ];
  }

  #close(item: MessageItem): ApiEvent[] {
    return [
      this.#part('response.output_text.done', { text: this.#text, logprobs: [] }),
      this.#part('response.content_part.done', { part: item.content[0] as TextPart }),
      this.#event('response.output_item.done', { output_index: 0, item }),
    ];
  }

  #item(status: MessageItem['status']): MessageItem {
    const { session_id: sessionId, turn_id: turnId, echo } = this.#started as TurnStarted;
    return answerItem({ sessionId, turnId }, readEcho(echo).brought ?? 0, status, this.#text);
  }

  #about(type: string): ApiEvent {
    return this.#event(type, { response: this.response });
  }

  #part(type: string, fields: object): ApiEvent {
    return this.#event(type, { item_id: this.#item('in_progress').id, output_index: 0, content_index: 0, ...fields });
  }

  #event(type: string, fields: object): ApiEvent {
    return { type, sequence_number: this.#next++, ...fields };
  }
}
