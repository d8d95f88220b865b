/**
 * Why a request has no answer. `lost`: the service answered this page before, or can be reached now, so that it may have
 * got the request. `never-reached`: nothing at its address has answered yet. `origin-refused`: the service is there, but
 * lets no page of this origin read its answers (CORS).
 */
export type UnreachableReason = 'lost' | 'never-reached' | 'origin-refused';

/** A request that was not answered. It is the `TypeError` of `fetch`, with what could be found out about it. */
export class UnreachableError extends TypeError {
  override readonly name = 'UnreachableError';
  readonly reason: UnreachableReason;
  /** The service's address, as it was given. */
  readonly baseUrl: string;

  constructor(reason: UnreachableReason, baseUrl: string, options: ErrorOptions) {
    super(messages[reason](baseUrl), options);
    this.reason = reason;
    this.baseUrl = baseUrl;
  }
}

const messages: Record<UnreachableReason, (baseUrl: string) => string> = {
  lost: () => 'The connection to the service was lost.',
  'never-reached': (baseUrl) => `The service at ${baseUrl} cannot be reached.`,
  'origin-refused': (baseUrl) =>
    `The service at ${baseUrl} does not allow requests from ${globalThis.location?.origin}.`,
};
