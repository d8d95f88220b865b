import type { Source } from './source.ts';

/** A tool is called. */
export interface ToolCall {
  /** Of the step; the same in frames, in `steps` and in history. */
  id: string;
  name: string;
  /** The text that the model wrote: JSON, unless it made a mistake. */
  arguments: string;
  /** It waits for the caller's approval, and nothing comes of it in this turn. */
  approve?: true;
  /** It is a function of an app's own, which makes the call itself and brings what came of it. */
  by_caller?: true;
}

/** What came of a call. */
export interface ToolResult {
  id: string;
  /** `error`: the tool says that it failed. `rejected`: its caller did not allow it. */
  status: 'ok' | 'error' | 'rejected';
  ms: number;
  /** Of a tool that shows its results. Data, whatever it says. */
  result?: string;
  /** Where the tool found it. */
  sources?: Source[];
}

/** A call of a tool, and what came of it, beside an answer. */
export interface Step extends Omit<ToolCall, 'approve'>, Omit<ToolResult, 'status'> {
  type: 'tool_call';
  /** `open`: it waits for an approval. What comes of it is a step of a later turn, under the same id. */
  status: ToolResult['status'] | 'open';
  /** Where in the answer's text it happened: so many UTF-16 units were said before. */
  at: number;
}

/** Whether a call that waits for it is to be made. */
export interface Approval {
  /** Of the step. */
  id: string;
  decision: 'yes' | 'no';
}
