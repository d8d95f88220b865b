import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ParleyError, type Problem } from './problem.ts';
import type { Source } from './source.ts';
import type { ToolCall, ToolResult } from './steps.ts';

/** `approval`: calls of tools wait for it; `tool_calls`: some are for the caller to make, through OpenAI's API. */
export type FinishReason = 'stop' | 'length' | 'stopped' | 'deadline' | 'approval' | 'tool_calls';

/** In tokens. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  cached_tokens: number;
  /** The model's provider did not say; these are upper bounds. */
  estimated?: true;
}

/** How much of the conversation the model was shown. */
export interface Context {
  messages: number;
  /** Stored ones that it was not shown at all. */
  dropped_messages: number;
  /** Stored ones that it was shown in summary only. */
  summarized_messages: number;
  /** In tokens, what the summary cost that was asked for beside the answer; 0 where none was. */
  summary_tokens: number;
  prompt_tokens: number;
  max_prompt_tokens: number;
  /** `prompt_tokens` is an upper bound. */
  estimated?: true;
}

interface Opened {
  session_id: string;
  turn_id: string;
  assistant: string;
}

interface Finished {
  finish_reason: FinishReason;
  /** Where the model named some, or tools did. */
  sources?: Source[];
  usage: Usage;
  context: Context;
}

/**
 * A turn's events in their order: `opened`, tokens and among them what tools are called for, `finished`. `id` is what a
 * client names to get the rest of them.
 */
export type TurnEvent =
  | ({ type: 'opened'; id: string } & Opened)
  | { type: 'token'; id: string; token: string }
  | { type: 'called'; id: string; call: ToolCall }
  | { type: 'returned'; id: string; result: ToolResult }
  | ({ type: 'finished'; id: string } & Finished);

/** The stream ended before the turn did: join the turn to get the rest. */
export class CutError extends Error {
  override readonly name = 'CutError';
}

/**
 * Reads server-sent events of one turn.
 *
 * @throws {ParleyError} what an `error` frame says
 * @throws {CutError} where the stream ended, or the connection broke, before the turn did
 */
export async function* turnEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<TurnEvent> {
  const frames = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  let finished = false;
  let ended = false;
  try {
    for (;;) {
      const { done, value: frame } = await frames.read().catch((cause: unknown) => {
        if (isAbort(cause)) throw cause;
        if (finished) return { done: true, value: undefined };
        throw new CutError('The connection broke.', { cause });
      });
      if (done && !finished) throw new CutError('The stream ended before the turn did.');
      if (frame === undefined || frame.data === '[DONE]') break;
      const event = eventOf(frame.id ?? '', JSON.parse(frame.data));
      // Of a version that tells more.
      if (event === undefined) continue;
      finished = event.type === 'finished';
      yield event;
    }
    ended = true;
  } finally {
    // Whoever stops reading needs no more of it.
    if (!ended) await frames.cancel().catch(() => {});
  }
}

function eventOf(id: string, data: object): TurnEvent | undefined {
  if ('error' in data) throw new ParleyError(data.error as Problem);
  if ('token' in data) return { type: 'token', id, token: String(data.token) };
  if ('tool_call' in data) return { type: 'called', id, call: data.tool_call as ToolCall };
  if ('tool_result' in data) return { type: 'returned', id, result: data.tool_result as ToolResult };
  if ('finish_reason' in data) return { type: 'finished', id, ...(data as Finished) };
  return 'session_id' in data ? { type: 'opened', id, ...(data as Opened) } : undefined;
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
