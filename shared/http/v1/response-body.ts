import * as z from 'zod/mini';
import { refused } from './api-failure.ts';
import { checkBody } from './check-body.ts';

export const text = z.string().check(z.refine((value) => value.isWellFormed(), 'must be well-formed Unicode'));

/** Taken, whatever it is, and without effect. */
export const any = z.optional(z.unknown());

function range(least: number, most: number) {
  const how = `must be from ${least} to ${most}`;
  return z.nullish(z.number().check(z.minimum(least, how), z.maximum(most, how)));
}

const responseBody = z.strictObject({
  model: z.nullish(text),
  input: any,
  instructions: z.nullish(text),
  conversation: z.nullish(z.union([text, z.strictObject({ id: text })], 'must be an id, or an object with one')),
  previous_response_id: z.nullish(text),
  store: z.nullish(z.boolean()),
  stream: z.nullish(z.boolean()),
  metadata: any,
  temperature: range(0, 2),
  top_p: range(0, 1),
  max_output_tokens: z.nullish(z.int().check(z.minimum(16, 'must be at least 16'))),
  reasoning: z.nullish(
    z.looseObject({ effort: z.nullish(z.string().check(z.regex(/^[a-z]{1,16}$/, 'is no effort'))) }),
  ),
  // What only one value of is served.
  background: any,
  context_management: any,
  prompt: any,
  text: any,
  tools: any,
  top_logprobs: any,
  frequency_penalty: any,
  presence_penalty: any,
  include: any,
  max_tool_calls: any,
  parallel_tool_calls: any,
  prompt_cache_key: any,
  prompt_cache_retention: any,
  safety_identifier: any,
  service_tier: any,
  stream_options: any,
  tool_choice: any,
  truncation: any,
  user: any,
});

export type ResponseBody = z.infer<typeof responseBody>;

/**
 * The body of `POST /v1/responses`, but for its `input` and `metadata`, which are not looked into here.
 *
 * @throws {ApiFailure} 400
 */
export function readResponseBody(value: unknown): ResponseBody {
  const body = checkBody(responseBody, value);
  const wanted = Object.keys(body).find((name) => !isServed(name, body[name as keyof ResponseBody]));
  if (wanted !== undefined) throw refused('not_supported', wanted, `${wanted} is not supported, or not like this.`);
  if (!isGiven(body.input)) {
    throw refused('missing_required_parameter', 'input', 'input is missing.');
  }
  if (isGiven(body.conversation) && isGiven(body.previous_response_id)) {
    throw refused('invalid_value', 'previous_response_id', 'conversation and previous_response_id exclude each other.');
  }
  return body;
}

export function isGiven(value: unknown): value is NonNullable<unknown> {
  return value !== undefined && value !== null;
}

/** Whether what is asked for is what there is anyway. */
function isServed(name: string, value: unknown): boolean {
  if (!isGiven(value)) return true;
  switch (name) {
    case 'background':
      return value === false;
    case 'top_logprobs':
    case 'frequency_penalty':
    case 'presence_penalty':
      return value === 0;
    case 'context_management':
      return Array.isArray(value) && value.length === 0;
    case 'prompt':
      return false;
    case 'text':
      return isPlainText(value);
    case 'reasoning':
      return Object.entries(value).every(([key, each]) => key === 'effort' || each === null);
    default:
      return true;
  }
}

function isPlainText(value: unknown): boolean {
  const { format, verbosity, ...rest } = Object(value) as Record<string, unknown>;
  const { type = 'text', ...more } = Object(format ?? {}) as Record<string, unknown>;
  const isDefault = verbosity === undefined || verbosity === null || verbosity === 'medium';
  return type === 'text' && isDefault && Object.keys({ ...rest, ...more }).length === 0;
}
