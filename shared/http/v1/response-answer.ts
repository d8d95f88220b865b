import type { HttpResponseInit } from '@azure/functions';
import type { TurnEvent } from '../../conversation/events.ts';
import { rateLimitHeaders } from '../rate-limit-headers.ts';
import type { RequestLog } from '../request-log.ts';
import type { ResponseFold } from './response-fold.ts';

/**
 * A turn as one response in JSON, once it has ended.
 *
 * @throws {Failure} the turn's own
 */
export async function responseAnswer(
  events: AsyncIterable<TurnEvent>,
  log: RequestLog,
  fold: ResponseFold,
): Promise<HttpResponseInit> {
  let headers = {};
  for await (const event of events) {
    log.note(event);
    fold.tell(event);
    if (event.type === 'turn-started') headers = rateLimitHeaders(event.limits);
  }
  return { headers, jsonBody: fold.response };
}
