import type { Echo } from '../../conversation/ports/echo.ts';
import type { Metadata } from '../../conversation/ports/metadata.ts';
import type { FunctionTool, ToolChoice } from './functions.ts';

/** What a response tells again of its request, kept with its turn: only what is not as it is without a word. */
export interface ResponseEcho {
  previous_response_id?: string;
  instructions?: string;
  metadata?: Metadata;
  temperature?: number;
  top_p?: number;
  /** As it was asked for; the assistant's own limit may be less. */
  max_output_tokens?: number;
  /** Of `reasoning`. */
  effort?: string;
  /** Nothing of the turn is kept. */
  store?: false;
  /** Functions of the caller's, what it wants of them, and `false` for one call at a time. */
  tools?: readonly FunctionTool[];
  tool_choice?: ToolChoice;
  parallel_tool_calls?: boolean;
  /** How many items the caller brought before its message: the message's own place follows from it. */
  brought?: number;
}

export function writeEcho(echo: { [K in keyof ResponseEcho]?: ResponseEcho[K] | null | undefined }): Echo | undefined {
  const said = Object.entries(echo).filter(([, value]) => value !== undefined && value !== null);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

/** It is nobody's but ours: what stands in it was written by `writeEcho`. */
export function readEcho(echo: Echo | undefined): ResponseEcho {
  return echo ?? {};
}
