import type { FinishReason, TurnStarted } from '../../conversation/events.ts';
import type { Usage } from '../../conversation/ports/model.ts';
import type { OutputItem } from './api-items.ts';
import type { FunctionTool, ToolChoice } from './functions.ts';
import { conversationId, responseId } from './ids.ts';
import { readEcho } from './response-echo.ts';

/** What an assistant has where a request says nothing, and at most. */
export interface Defaults {
  temperature: number;
  maxOutputTokens: number;
}

/** How far a response is. */
export interface ResponseState {
  status: 'in_progress' | 'completed' | 'incomplete' | 'cancelled' | 'failed';
  output: OutputItem[];
  usage?: Usage;
  finishReason?: FinishReason;
  /** Milliseconds since 1970. */
  finishedAt?: number | undefined;
  error?: { code: string; message: string };
}

export type ApiResponse = ReturnType<typeof responseOf>;

/** A response as the API has it, with every field that it has there. */
export function responseOf(started: TurnStarted, defaults: Defaults, state: ResponseState) {
  const { session_id: sessionId, turn_id: turnId, assistant, asked_at = 0 } = started;
  const { status, output, usage, finishReason, finishedAt, error } = state;
  const echo = readEcho(started.echo);
  const { max_output_tokens: most } = echo;
  const reason = finishReason === 'length' ? 'max_output_tokens' : 'deadline';
  return {
    id: responseId({ sessionId, turnId }),
    object: 'response',
    created_at: seconds(asked_at),
    completed_at: status === 'completed' && finishedAt !== undefined ? seconds(finishedAt) : null,
    status,
    error: error ?? null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    model: assistant,
    conversation: echo.store === false ? null : { id: conversationId(sessionId) },
    previous_response_id: echo.previous_response_id ?? null,
    output,
    usage: usage === undefined ? null : usageOf(usage),
    instructions: echo.instructions ?? null,
    metadata: echo.metadata ?? {},
    temperature: echo.temperature ?? defaults.temperature,
    top_p: echo.top_p ?? 1,
    max_output_tokens: most === undefined ? null : Math.min(most, defaults.maxOutputTokens),
    reasoning: { effort: echo.effort ?? null, summary: null },
    store: echo.store ?? true,
    access_programs: null,
    background: false,
    frequency_penalty: 0,
    max_tool_calls: null,
    parallel_tool_calls: echo.parallel_tool_calls ?? true,
    presence_penalty: 0,
    prompt: null,
    prompt_cache_key: null,
    prompt_cache_retention: null,
    safety_identifier: null,
    service_tier: 'default',
    text: { format: { type: 'text' } },
    tool_choice: echo.tool_choice ?? ('auto' as ToolChoice),
    tools: echo.tools ?? ([] as readonly FunctionTool[]),
    top_logprobs: 0,
    // The oldest turns are left out where a conversation is too long, whoever asks.
    truncation: 'auto',
    user: null,
  } as const;
}

function usageOf({ prompt_tokens, completion_tokens, total_tokens, cached_tokens }: Usage) {
  return {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens, cache_write_tokens: 0 },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens,
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
