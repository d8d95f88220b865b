/** Holds an answer back until the test opens it. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();
  readonly passed = this.#opened.promise;

  open(): void {
    this.#opened.resolve();
  }
}

/** What the upstream answers to one request. Everything that is left out is as a healthy model has it. */
export interface Script {
  /** Said one after the other; a gate holds back what follows. */
  deltas?: (string | Gate)[];
  /** Pause before each delta, or each piece of `raw`. */
  delayMs?: number;
  /** Called behind the deltas, in pieces where the API cuts them; arguments as the model wrote them. */
  calls?: { id: string; name: string; arguments: string }[];
  /** What responses hand over of their thoughts. */
  thoughts?: object[];
  /** `null`: the stream ends without one. */
  finishReason?: string | null;
  /** `null`: none is sent. */
  usage?: { prompt_tokens?: number; completion_tokens?: number; cached_tokens?: number } | null;
  /**
   * After the deltas, in place of a good end: the connection is cut, or goes silent, or the body just ends, or an error
   * comes as an event.
   */
  ending?: 'cut' | 'silence' | 'end' | { error: object };
  /** An answer that is no stream. */
  status?: number;
  headers?: Record<string, string>;
  body?: object | string;
  /** Bytes in place of everything else but an ending in silence, written in these pieces; see `eventsOf`. */
  raw?: Iterable<string | Uint8Array>;
}

/** Server-sent events of these data, for `raw`: text as it is, anything else as JSON. */
export function eventsOf(...data: unknown[]): string[] {
  return data.map((each) => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`);
}

/** What the model says where no script is given: the message again, in words. */
export function echoOf(message: string): string {
  return `You said: ${message}`;
}
