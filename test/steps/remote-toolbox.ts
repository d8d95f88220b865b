import type { Tool, Toolbox, ToolResult } from '../../shared/conversation/ports/toolbox.ts';

/**
 * Tools of a service under test, each with an object for its input, which a `ToolServer` at `TOOL_SERVER` does and keeps
 * books of. Where there is none, there are no tools. `pay` does something, `look` only looks, `ask` has to be approved, and `show` shows what came of it.
 */
export const remoteToolbox: Toolbox = {
  toolsOf: async () => new Map(process.env['TOOL_SERVER'] ? tools.map((each) => [each.offered.name, each]) : []),
};

const tools = [
  tool('pay'),
  tool('look', { isRepeatable: true }),
  tool('ask', { needsApproval: true }),
  tool('show', { isRepeatable: true, showsResults: true }),
];

function tool(name: string, traits: Partial<Tool> = {}): Tool {
  return {
    name,
    offered: { name, description: `Does ${name}.`, parameters: { type: 'object' } },
    isRepeatable: false,
    needsApproval: false,
    showsResults: false,
    ...traits,
    check: (written) => ({ input: JSON.parse(written) }),
    async call(input, { signal, idempotencyKey, caller }): Promise<ToolResult> {
      const response = await fetch(process.env['TOOL_SERVER'] ?? '', {
        method: 'POST',
        body: JSON.stringify({ tool: name, input, idempotencyKey, caller }),
        signal,
      });
      return { status: response.ok ? 'ok' : 'error', text: await response.text() };
    },
  };
}
