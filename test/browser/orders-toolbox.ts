import type { Tool, Toolbox, ToolResult } from '../../shared/conversation/ports/toolbox.ts';

/**
 * The tools of a shop, of `SHOP_ASSISTANT` or else of all assistants, which a `ToolServer` at `TOOL_SERVER` does. `orders/search` shows its results, `orders/track` keeps
 * them to itself; a refund and a cancellation have to be approved.
 */
export const remoteToolbox: Toolbox = {
  async toolsOf(assistant) {
    const { SHOP_ASSISTANT = assistant } = process.env;
    return new Map(assistant === SHOP_ASSISTANT ? tools.map((each) => [each.offered.name, each]) : []);
  },
};

const tools = [
  tool('search', { showsResults: true }),
  tool('track', { isRepeatable: false }),
  tool('refund', { needsApproval: true, isRepeatable: false }),
  tool('cancel', { needsApproval: true, isRepeatable: false, showsResults: true }),
];

function tool(name: string, traits: Partial<Tool>): Tool {
  return {
    name: `orders/${name}`,
    offered: { name: `orders__${name}`, description: `Does ${name}.`, parameters: { type: 'object' } },
    isRepeatable: true,
    needsApproval: false,
    showsResults: false,
    ...traits,
    // What the model has written goes out, whatever it is.
    check: (written) => ({ input: written }),
    async call(input, { signal, idempotencyKey, caller }): Promise<ToolResult> {
      const response = await fetch(process.env['TOOL_SERVER'] ?? '', {
        method: 'POST',
        body: JSON.stringify({ tool: name, input, idempotencyKey, caller }),
        signal,
      });
      const { isLost, ...result } = JSON.parse(await response.text());
      if (isLost) throw new Error('The connection broke.');
      return { status: 'ok', ...result };
    },
  };
}
