import type { Assistant } from '../conversation/assistant.ts';
import type { Tool, Toolbox } from '../conversation/ports/toolbox.ts';
import type { Environment } from '../platform/environment.ts';
import { AssistantTools, type Shelf } from './assistant-tools.ts';
import { fileTool } from './file-tool.ts';
import type { OwnTools } from './load-tools.ts';
import { McpServer } from './mcp/mcp-server.ts';
import { readMcpSettings } from './mcp-settings.ts';
import { offeredName } from './offered-name.ts';

export interface ToolboxParts extends OwnTools {
  assistants: ReadonlyMap<string, Assistant>;
  environment: Environment;
  /** Why tools cannot be offered to the model, as the end of a sentence, where they cannot. */
  refused?: string | undefined;
}

/** What is there to be listed. A name without a value is there, and cannot be used. */
interface Known {
  files: ReadonlyMap<string, Tool | undefined>;
  servers: ReadonlyMap<string, McpServer>;
}

/**
 * Judges all that is here: what files export, what `mcp.json` says, and what assistants list. No server is asked.
 *
 * @param faults is told all that is wrong; after any, the toolbox is not to be used
 */
export function createToolbox({ assistants, environment, refused, ...own }: ToolboxParts, faults: string[]): Toolbox {
  const settings = own.mcp === undefined ? [] : readMcpSettings(own.mcp, environment, faults);
  const servers = new Map(settings.map((each) => [each.name, new McpServer(each)]));
  const known = { files: fileTools(own.files, faults), servers };
  const shelves = new Map<string, Shelf[]>();
  for (const { name: assistant, tools = [] } of assistants.values()) {
    const wrong = tools.length > 0 && refused !== undefined ? [`lists tools, and ${refused}`] : faultsOf(tools, known);
    faults.push(...wrong.map((how) => `assistants/${assistant}.md ${how}`));
    shelves.set(
      assistant,
      tools.flatMap((entry) => shelfOf(entry, known)),
    );
  }
  return new AssistantTools(shelves);
}

function fileTools(files: OwnTools['files'], faults: string[]): Known['files'] {
  const tools = new Map<string, Tool | undefined>();
  for (const [name, exported] of Object.entries(files)) {
    tools.set(name, undefined);
    try {
      tools.set(name, fileTool(name, exported));
    } catch (error) {
      faults.push(`tools/${name}.ts ${(error as Error).message}`);
    }
  }
  return tools;
}

function faultsOf(listed: readonly string[], { files, servers }: Known): string[] {
  const faults: string[] = [];
  const offered = new Map<string, string>();
  for (const entry of listed) {
    const { server, tool } = partsOf(entry);
    if (server === undefined && !files.has(entry)) faults.push(`lists ${entry}, and there is no tools/${entry}.ts`);
    if (server !== undefined && !servers.has(server)) {
      faults.push(`lists ${entry}, and tools/mcp.json has no server ${server}`);
    }
    if (tool === '*') continue;
    const name = offeredName(entry);
    if (name === undefined) {
      faults.push(`lists ${entry}, whose name is too long for a model`);
      continue;
    }
    const other = offered.get(name);
    if (other !== undefined && other !== entry) faults.push(`lists ${other} and ${entry}, which are one to a model`);
    offered.set(name, entry);
  }
  return faults;
}

function shelfOf(entry: string, { files, servers }: Known): Shelf[] {
  const { server, tool } = partsOf(entry);
  if (server === undefined) {
    const found = files.get(tool);
    return found === undefined ? [] : [() => [found]];
  }
  const found = servers.get(server);
  return found === undefined ? [] : [(caller) => found.tools(caller, tool === '*' ? undefined : tool)];
}

/** `orders/search` is of a server, `clock` of a file. */
function partsOf(entry: string): { server?: string; tool: string } {
  const slash = entry.indexOf('/');
  return slash === -1 ? { tool: entry } : { server: entry.slice(0, slash), tool: entry.slice(slash + 1) };
}
