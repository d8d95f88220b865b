import type { Tool, ToolContext, ToolResult } from '../../../shared/conversation/ports/toolbox.ts';

/** One call that a tool received. */
export interface ReceivedCall extends ToolContext {
  tool: string;
  input: unknown;
}

interface Traits {
  isRepeatable?: boolean;
  needsApproval?: boolean;
  showsResults?: boolean;
  /** What comes of a call; the input again in JSON where it does not say. */
  run?: (input: Record<string, unknown>, context: ToolContext) => Promise<ToolResult> | ToolResult;
}

/** A tool that keeps a list of the calls that it received. It takes an object, and no other JSON. */
export function testTool(
  name: string,
  traits: Traits = {},
  received: ReceivedCall[] = [],
): Tool & { received: ReceivedCall[] } {
  const { isRepeatable = false, needsApproval = false, showsResults = false, run } = traits;
  return {
    received,
    name,
    offered: { name: name.replaceAll('/', '__'), description: `Does ${name}.`, parameters: { type: 'object' } },
    isRepeatable,
    needsApproval,
    showsResults,
    check(written) {
      try {
        const input: unknown = JSON.parse(written);
        if (typeof input === 'object' && input !== null) return { input };
      } catch {}
      return { problem: 'the arguments are no object in JSON.' };
    },
    async call(input, context) {
      received.push({ tool: name, input, ...context });
      return run?.(input as Record<string, unknown>, context) ?? { status: 'ok', text: JSON.stringify(input) };
    },
  };
}

/** The text of a result. */
export function ok(text: string, more: Partial<ToolResult> = {}): ToolResult {
  return { status: 'ok', text, ...more };
}
