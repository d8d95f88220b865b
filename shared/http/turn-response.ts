import type { HttpResponseInit } from '@azure/functions';
import type { TurnEvent } from '../conversation/events.ts';
import { ToldSteps } from '../conversation/steps/told-steps.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import type { RequestLog } from './request-log.ts';

/**
 * A turn as one answer in JSON: its events, folded.
 *
 * @throws {Failure} the turn's own
 */
export async function turnResponse(events: AsyncIterable<TurnEvent>, log: RequestLog): Promise<HttpResponseInit> {
  const tokens: string[] = [];
  const steps = new ToldSteps();
  let started = {};
  let finished = {};
  let headers = {};
  for await (const event of events) {
    log.note(event);
    steps.hear(event);
    if (event.type === 'token-said') tokens.push(event.token);
    else if (event.type === 'turn-started') {
      const { session_id, turn_id, assistant, limits } = event;
      started = { session_id, turn_id, assistant };
      headers = rateLimitHeaders(limits);
    } else if (event.type === 'turn-finished') {
      const { finish_reason, usage, context, sources } = event;
      finished = { finish_reason, usage, context, ...(sources && { sources }) };
    }
  }
  return { headers, jsonBody: { ...started, response: tokens.join(''), ...steps.told, ...finished } };
}
