import type { LimitState } from './limits.ts';
import { Reason } from './reason.ts';

/** What a code means to a client: the HTTP status, a title for people, and whether the same request may succeed later. */
interface FailureKind {
  status: number;
  title: string;
  retryable: boolean;
}

/** Every way in which a request can fail. The one table for JSON answers and for errors inside a stream. */
export const failureKinds = {
  'invalid-json': { status: 400, title: 'The body is not JSON', retryable: false },
  'invalid-encoding': { status: 400, title: 'The body is not UTF-8', retryable: false },
  'invalid-idempotency-key': { status: 400, title: 'The Idempotency-Key is not usable', retryable: false },
  unauthenticated: { status: 401, title: 'The caller is not known', retryable: false },
  'session-not-found': { status: 404, title: 'There is no such session', retryable: false },
  'session-busy': { status: 409, title: 'The session is answering another message', retryable: true },
  'session-moved': { status: 409, title: 'Another turn came in between', retryable: false },
  'turn-in-progress': { status: 409, title: 'The turn with this key is still running', retryable: true },
  'too-many-pinned': { status: 409, title: 'Too many sessions are pinned', retryable: false },
  'body-too-large': { status: 413, title: 'The body is too large', retryable: false },
  'unsupported-media-type': { status: 415, title: 'The body is not application/json in UTF-8', retryable: false },
  'invalid-request': { status: 422, title: 'The request is not valid', retryable: false },
  'message-too-long': { status: 422, title: 'The message is too long', retryable: false },
  'unknown-assistant': { status: 422, title: 'There is no such assistant', retryable: false },
  'idempotency-key-reused': { status: 422, title: 'The key belongs to another turn', retryable: false },
  'content-filtered': { status: 422, title: 'The content filter refused the turn', retryable: false },
  'context-too-long': { status: 422, title: 'The conversation is too long for the model', retryable: false },
  'output-limit-reached': { status: 422, title: 'The answer needs more tokens than it may have', retryable: false },
  'rate-limited': { status: 429, title: 'Too many requests', retryable: true },
  'token-limit-exceeded': { status: 429, title: 'The token limit is reached', retryable: true },
  internal: { status: 500, title: 'The service failed', retryable: false },
  'tool-in-doubt': { status: 500, title: 'Whether a tool did its work is not known', retryable: false },
  'turn-lost': { status: 500, title: 'The turn was lost and nothing was stored', retryable: true },
  'model-failed': { status: 502, title: 'The model failed', retryable: true },
  'model-busy': { status: 503, title: 'The model is busy', retryable: true },
  'store-unavailable': { status: 503, title: 'The session store cannot be reached', retryable: true },
  'identity-unavailable': { status: 503, title: 'Callers cannot be checked', retryable: true },
  'model-timeout': { status: 504, title: 'The model took too long', retryable: true },
} satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failureKinds;

/** What a provider's content filter refused: which text, and for which of its categories, such as `violence`. */
export interface FilterResult {
  refused: 'prompt' | 'answer';
  categories: string[];
}

export interface FailureOptions {
  /** Seconds after which a retry makes sense; sent as `Retry-After`, rounded up. */
  retryAfterSeconds?: number | undefined;
  /** For validation errors: which field is wrong, and how. */
  errors?: { field: string; detail: string }[];
  /** For 401: what a caller has to show, as in `WWW-Authenticate`. */
  challenge?: string;
  /** For limits: where the caller stands with each. */
  limits?: LimitState[];
  /** For `session-moved`: the session's last turn. */
  lastTurnId?: string;
  /** Of what waits for its caller, or is said to. */
  stepId?: string;
  /** For `content-filtered`; for the audit, not for the caller. */
  filter?: FilterResult | undefined;
  /** For `model-timeout`: the model was at it before it went silent, so that another call would be paid for as well. */
  wasAlive?: boolean;
  /** The request under which it is in the log, where the caller is told of it by another one. */
  requestId?: string | undefined;
  /** For the log, which has of it what `reasonOf` tells. */
  cause?: unknown;
}

/**
 * An expected failure, with a code that the contract knows. Its message is shown to the caller: it never holds
 * secrets, message text of others, or internals. Anything else that is thrown is a bug and answered as `internal`.
 */
export class Failure extends Reason {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly retryAfterSeconds: number | undefined;
  readonly errors: { field: string; detail: string }[] | undefined;
  readonly challenge: string | undefined;
  readonly limits: LimitState[] | undefined;
  readonly lastTurnId: string | undefined;
  readonly stepId: string | undefined;
  readonly filter: FilterResult | undefined;
  readonly wasAlive: boolean;
  readonly requestId: string | undefined;

  constructor(code: FailureCode, detail: string, options: FailureOptions = {}) {
    super(detail, options);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.errors = options.errors;
    this.challenge = options.challenge;
    this.limits = options.limits;
    this.lastTurnId = options.lastTurnId;
    this.stepId = options.stepId;
    this.filter = options.filter;
    this.wasAlive = options.wasAlive ?? false;
    this.requestId = options.requestId;
  }
}

/** The code under which the caller learns of whatever was thrown. */
export function codeOf(error: unknown): FailureCode {
  return error instanceof Failure ? error.code : 'internal';
}
