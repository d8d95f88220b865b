import type { Tool, ToolCaller, ToolContext, ToolResult } from '../../shared/conversation/ports/toolbox.ts';
import { McpServer, type McpServerOptions } from '../../shared/tools/mcp/mcp-server.ts';
import type { McpServerSettings } from '../../shared/tools/mcp-settings.ts';
import { eventually } from '../eventually.ts';

export const somebody: ToolCaller = { id: 'a'.repeat(32) };

/** The server `orders` of an `mcp.json`, and what it has written to the log. */
export function connected(
  url: string,
  settings: Partial<McpServerSettings> = {},
  options: McpServerOptions = {},
): { server: McpServer; lines: string[] } {
  const lines: string[] = [];
  const server = new McpServer(
    { name: 'orders', url, headers: {}, auth: { kind: 'none' }, tools: {}, ...settings },
    { complain: (line) => lines.push(line), ...options },
  );
  return { server, lines };
}

/** A list that came too late for one turn is there for the next. */
export async function toolOf(server: McpServer, name: string, caller: ToolCaller = somebody): Promise<Tool> {
  return await eventually(async () => (await server.tools(caller, name))[0]);
}

export function contextOf(context: Partial<ToolContext> = {}): ToolContext {
  return { signal: new AbortController().signal, idempotencyKey: 'key-1', caller: somebody, ...context };
}

export async function call(
  server: McpServer,
  name: string,
  input: object = {},
  context: Partial<ToolContext> = {},
): Promise<ToolResult> {
  const tool = await toolOf(server, name, context.caller);
  return tool.call(input, contextOf(context));
}
