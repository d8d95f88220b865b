import * as z from 'zod/mini';
import { compaction } from '../../conversation/compaction.ts';
import type { Call } from '../endpoint.ts';
import { readJson } from '../read-json.ts';
import { idempotencyKeyOf } from '../requests.ts';
import { checkAccepted } from './accepted.ts';
import { ApiFailure, refused } from './api-failure.ts';
import { checkBody } from './check-body.ts';
import { readSaid } from './input.ts';
import { any, isGiven, text } from './response-body.ts';
import { writeEcho } from './response-echo.ts';
import { broughtOf, idempotencyOf, placeOf, type ResponseRequest } from './response-request.ts';

const compactBody = z.strictObject({
  model: z.nullish(text),
  input: any,
  instructions: z.nullish(text),
  previous_response_id: z.nullish(text),
  prompt_cache_key: any,
  prompt_cache_retention: any,
  service_tier: any,
});

/**
 * Reads and checks a request for a compaction: a turn that summarises what the caller brings, and what was said before.
 *
 * @throws {Failure} whatever is wrong with it; nothing was stored or counted.
 */
export async function readCompactRequest(call: Call): Promise<ResponseRequest> {
  const { request, requestId, traceparent, services } = call;
  const key = idempotencyKeyOf(request.headers);
  const body = checkBody(compactBody, await readJson(request, services.settings.maxBodyBytes));
  const { model, input, instructions: given, previous_response_id: previous } = body;
  if (!isGiven(model)) throw refused('missing_required_parameter', 'model', 'model is missing.');
  if (!isGiven(input) && !isGiven(previous)) {
    throw refused('missing_required_parameter', 'input', 'input is missing, and there is no previous_response_id.');
  }
  const assistant = services.assistants.get(model);
  if (assistant === undefined) {
    throw new ApiFailure('unknown-assistant', undefined, 'There is no such model.', 'model');
  }
  const { said: brought, ...kinds } = await readSaid(call, input ?? [], { sessionId: undefined });
  if (!isGiven(previous) && brought.every(({ content, call: called }) => content.trim() === '' && !called)) {
    throw refused('invalid_value', 'input', 'What is to be compacted must not be blank.');
  }
  const instructions = given || undefined;
  await checkAccepted(call, broughtOf(instructions, kinds), model, undefined);
  const turn = {
    requestId,
    traceparent,
    ...compaction(services.turns.prompts, assistant),
    brought,
    instructions,
    ...placeOf(body),
    assistant: model,
    echo: writeEcho({ store: false }),
    idempotency: idempotencyOf(call, 'compaction', body, key),
  };
  return { turn, isStream: false };
}
