import { Failure } from '../conversation/failure.ts';

/**
 * A caller that is not known. Why is not told apart further: an attacker learns nothing, an app sees what it lacks.
 *
 * @param challenge what a caller has to show, as in `WWW-Authenticate`
 */
export function unauthenticated(detail: string, challenge: string, cause?: unknown): Failure {
  return new Failure('unauthenticated', detail, { challenge, cause });
}
