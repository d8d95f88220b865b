import type { UIMessageChunk } from 'ai';
import type { ToolCall, ToolResult } from '../client/steps.ts';

/** A call as the SDK's part of a tool that the app does not know: its service makes it. */
export function* calledChunks({ id, name, arguments: written, approve }: ToolCall): Generator<UIMessageChunk> {
  const called = { toolCallId: id, toolName: name, input: inputOf(written) };
  yield { type: 'tool-input-available', ...called, dynamic: true, providerExecuted: true };
  if (approve) yield { type: 'tool-approval-request', approvalId: id, toolCallId: id };
}

/** What came of it: that it did its work is told also where the service does not show its result. */
export function returnedChunk({ id, ...returned }: ToolResult): UIMessageChunk {
  const { status, result = 'The tool failed.' } = returned;
  if (status === 'ok') return { type: 'tool-output-available', toolCallId: id, output: returned };
  if (status === 'error') return { type: 'tool-output-error', toolCallId: id, errorText: result };
  return { type: 'tool-output-denied', toolCallId: id };
}

/** The text itself, where the model wrote no JSON. */
function inputOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}
