import { Failure, type FailureCode } from '../../conversation/failure.ts';

/** What OpenAI's API calls a failure where that says more than our own code. */
export const apiCodes = [
  'invalid_value',
  'missing_required_parameter',
  'not_supported',
  'previous_response_not_found',
  'unknown_parameter',
  'unsupported_content',
] as const;

export type ApiCode = (typeof apiCodes)[number];

/** A failure of a request to the API. The log and the records have it under `code`. */
export class ApiFailure extends Failure {
  readonly apiCode: ApiCode | undefined;
  /** The parameter that is wrong, such as `input[2].content`. */
  readonly param: string | null;

  constructor(code: FailureCode, apiCode: ApiCode | undefined, detail: string, param: string | null = null) {
    super(code, detail);
    this.apiCode = apiCode;
    this.param = param;
  }
}

/** A parameter that is not as it has to be: 400. */
export function refused(apiCode: ApiCode, param: string, detail: string): ApiFailure {
  return new ApiFailure('invalid-request', apiCode, detail, param);
}

/** 404, in the same words for what is gone, another caller's, or never was. */
export function notFound(what: 'conversation' | 'item' | 'response', param: string | null = null): ApiFailure {
  return new ApiFailure('session-not-found', undefined, `There is no such ${what}.`, param);
}
