import type { Idempotency } from '../../conversation/ports/turn-steps.ts';
import type { TurnRequest } from '../../conversation/turn-request.ts';
import type { Call } from '../endpoint.ts';
import { readJson } from '../read-json.ts';
import { idempotencyKeyOf } from '../requests.ts';
import { checkLength } from '../turn-request.ts';
import { type Brought, checkAccepted } from './accepted.ts';
import { ApiFailure, notFound, refused } from './api-failure.ts';
import { checkFunctions } from './check-functions.ts';
import { type FunctionTool, offeredFunctions, readFunctions, readToolChoice, turnChoice } from './functions.ts';
import { readConversationId, readResponseId, responseId } from './ids.ts';
import { type Input, readInput } from './input.ts';
import { readMetadata } from './metadata.ts';
import { type ResponseBody, readResponseBody } from './response-body.ts';
import { writeEcho } from './response-echo.ts';

export interface ResponseRequest {
  turn: TurnRequest;
  isStream: boolean;
}

/**
 * Reads and checks a request for a response.
 *
 * @throws {Failure} whatever is wrong with it; nothing was stored or counted.
 */
export async function readResponseRequest(call: Call): Promise<ResponseRequest> {
  const { request, requestId, traceparent, services } = call;
  const { settings } = services;
  const key = idempotencyKeyOf(request.headers);
  const body = readResponseBody(await readJson(request, settings.maxBodyBytes));
  const metadata = readMetadata(body.metadata);
  const place = placeOf(body);
  const assistant = body.model ?? undefined;
  const input = await readInput(call, body.input, place);
  const { message, brought, outputs, approve } = input;
  checkLength(message, settings.maxMessageCharacters);
  if (approve.length > 0 && body.store === false) {
    throw refused('not_supported', 'store', 'What is approved is done, and kept: it goes without store: false.');
  }
  const instructions = body.instructions || undefined;
  const tools = readFunctions(body.tools);
  const toolChoice = readToolChoice(body.tool_choice, tools);
  const isSingleCall = body.parallel_tool_calls === false;
  await checkAccepted(call, broughtOf(instructions, input, tools), assistant, place.sessionId);
  await checkFunctions(call, tools, assistant, place.sessionId);
  const turn: TurnRequest = {
    requestId,
    traceparent,
    message,
    approve: approve.length > 0 ? approve : undefined,
    outputs,
    brought,
    instructions,
    functions: offeredFunctions(tools),
    toolChoice: turnChoice(toolChoice),
    isSingleCall,
    ...place,
    isEphemeral: body.store === false,
    assistant,
    maxOutputTokens: body.max_output_tokens ?? undefined,
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    reasoningEffort: body.reasoning?.effort ?? undefined,
    echo: writeEcho({
      previous_response_id:
        place.after === undefined ? undefined : responseId({ sessionId: place.sessionId, turnId: place.after }),
      instructions,
      metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
      temperature: body.temperature,
      top_p: body.top_p,
      max_output_tokens: body.max_output_tokens,
      effort: body.reasoning?.effort,
      store: body.store === false ? false : undefined,
      tools: tools.length > 0 ? tools : undefined,
      tool_choice: toolChoice === 'auto' ? undefined : toolChoice,
      parallel_tool_calls: isSingleCall ? false : undefined,
      brought: brought.length || undefined,
    }),
    idempotency: idempotencyOf(call, 'response', body, key),
  };
  return { turn, isStream: body.stream === true };
}

/** Where the turn goes on: in a conversation, behind a response, or in a new conversation. */
export function placeOf({
  conversation,
  previous_response_id: previous,
}: Pick<ResponseBody, 'conversation' | 'previous_response_id'>) {
  if (typeof previous === 'string') {
    const place = readResponseId(previous);
    if (place === undefined) throw unknownPrevious();
    return { sessionId: place.sessionId, mustExist: true, after: place.turnId, fork: 'if-moved' } as const;
  }
  if (conversation === undefined || conversation === null) return { sessionId: undefined };
  const sessionId = readConversationId(typeof conversation === 'string' ? conversation : conversation.id);
  if (sessionId === undefined) throw notFound('conversation', 'conversation');
  return { sessionId, mustExist: true };
}

export function unknownPrevious(): ApiFailure {
  const detail = 'There is no such response to go on from.';
  return new ApiFailure('session-not-found', 'previous_response_not_found', detail, 'previous_response_id');
}

export function broughtOf(
  instructions: string | undefined,
  { instructing, remembering }: Pick<Input, 'instructing' | 'remembering'>,
  tools: readonly FunctionTool[] = [],
): Brought[] {
  return [
    ...(instructions === undefined ? [] : [{ kind: 'instructions' as const, param: 'instructions' }]),
    ...(instructing === undefined ? [] : [{ kind: 'instructions' as const, param: instructing }]),
    ...(remembering === undefined ? [] : [{ kind: 'history' as const, param: remembering }]),
    ...(tools.length === 0 ? [] : [{ kind: 'tools' as const, param: 'tools' }]),
  ];
}

/**
 * The key that the caller sent; else what it asks is one, where its client counts how often it has tried.
 *
 * OpenAI's clients send no key, but the count.
 */
export function idempotencyOf(
  { request, caller, services }: Call,
  what: 'response' | 'compaction',
  { stream: _, stream_options: __, ...asked }: Partial<ResponseBody>,
  key: string | undefined,
) {
  const fingerprint = services.hash('request', what, JSON.stringify(asked));
  if (key !== undefined) return { key: services.hash('key', caller.owner, key), fingerprint };
  const [count] = /^\d{1,3}$/.exec(request.headers.get('x-stainless-retry-count') ?? '') ?? [];
  if (count === undefined) return undefined;
  const implicit: Idempotency['implicit'] = Number(count) === 0 ? 'first' : 'retry';
  return { key: services.hash('key', caller.owner, 'implicit', fingerprint), fingerprint, implicit };
}
