import type { Item } from '../../conversation/ports/stored.ts';
import type { Citation } from './citations.ts';

// What the API calls items.

export interface MessageItem {
  id: string;
  type: 'message';
  status: 'in_progress' | 'completed' | 'incomplete';
  role: Item['role'];
  content: TextPart[];
}

export type TextPart =
  | { type: 'input_text'; text: string }
  | { type: 'output_text'; text: string; annotations: Citation[]; logprobs: [] };

/** A call of one of Parley's tools. */
export interface McpCallItem {
  id: string;
  type: 'mcp_call';
  status: 'in_progress' | 'completed' | 'failed';
  /** Where it had to be approved. */
  approval_request_id: string | null;
  arguments: string;
  /** Why there is no output, in words. */
  error: { type: 'mcp_tool_execution_error'; content: [{ type: 'text'; text: string }] } | null;
  name: string;
  /** Only of a tool that shows its results. */
  output: string | null;
  /** The server's name; `parley` for a tool that is a file. */
  server_label: string;
}

export interface ApprovalRequestItem {
  id: string;
  type: 'mcp_approval_request';
  arguments: string;
  name: string;
  server_label: string;
}

export interface ApprovalResponseItem {
  id: string;
  type: 'mcp_approval_response';
  approval_request_id: string;
  approve: boolean;
  reason: null;
}

/** A call of a function of the caller's. */
export interface FunctionCallItem {
  id: string;
  type: 'function_call';
  status: 'in_progress' | 'completed';
  arguments: string;
  call_id: string;
  name: string;
}

export interface FunctionOutputItem {
  id: string;
  type: 'function_call_output';
  status: 'completed';
  call_id: string;
  output: string;
}

/** What stands in a response. */
export type OutputItem = MessageItem | McpCallItem | ApprovalRequestItem | FunctionCallItem;

export type ApiItem = OutputItem | ApprovalResponseItem | FunctionOutputItem;

export function textPart(role: Item['role'], text: string, annotations: Citation[] = []): TextPart {
  return role === 'assistant' ? { type: 'output_text', text, annotations, logprobs: [] } : { type: 'input_text', text };
}
