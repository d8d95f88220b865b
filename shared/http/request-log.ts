import type { InvocationContext } from '@azure/functions';
import type { FinishReason, TurnEvent } from '../conversation/events.ts';
import { Failure, type FailureCode } from '../conversation/failure.ts';
import { framesOf, reasonOf } from '../conversation/reason.ts';

/** What a request's line says beside the rest. */
interface Noted {
  turn?: string;
  code?: FailureCode;
  finish_reason?: FinishReason;
}

/**
 * What the log has of a request: one line at its end, which of a stream is the stream's end, and before it the reason
 * of a failure that hides one. No text of the caller's, or of a model's, is in it; `docs/telemetry.md` explains it.
 */
export class RequestLog {
  /** `X-Request-Id` of the answer. */
  readonly requestId: string;
  readonly #context: InvocationContext;
  readonly #startedAt = performance.now();
  readonly #noted: Noted = {};
  #isInvoked = true;

  constructor(context: InvocationContext) {
    this.requestId = context.invocationId;
    this.#context = context;
  }

  /** Notes which turn it is, and how it ends. */
  note(event: TurnEvent): void {
    if (event.type === 'turn-started') this.#noted.turn = event.turn_id;
    else if (event.type === 'turn-finished') this.#noted.finish_reason = event.finish_reason;
  }

  /** Makes of whatever was thrown a failure that the caller may see, and notes it. What is no `Failure` is a bug. */
  fail(error: unknown): Failure {
    const failure = error instanceof Failure ? error : new Failure('internal', 'A bug.', { cause: error });
    this.#noted.code = failure.code;
    if (failure !== error) {
      this.#print('error', `${this.requestId}: a bug: ${[reasonOf(error), ...framesOf(error)].join(' ')}`);
    } else if (failure.cause !== undefined) {
      this.#print('warn', `${this.requestId}: ${failure.code}: ${reasonOf(failure)}`);
    }
    return failure;
  }

  /** The answer is chosen, and the platform's invocation over; a stream goes on. */
  leave(): void {
    this.#isInvoked = false;
  }

  /** @param status of the answer */
  end(status = 200): void {
    const { functionName: endpoint } = this.#context;
    const ms = Math.round(performance.now() - this.#startedAt);
    this.#print('log', JSON.stringify({ request: this.requestId, endpoint, status, ...this.#noted, ms }));
  }

  /** The platform keeps lines with their invocation, and complains of those that come after it. */
  #print(level: 'log' | 'warn' | 'error', line: string): void {
    if (this.#isInvoked) this.#context[level](line);
    // It tells by the words of a line on stderr how severe that is.
    else console[level](level === 'log' ? line : `${level === 'warn' ? 'warning' : level}: ${line}`);
  }
}
