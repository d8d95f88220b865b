import type { Tool, Toolbox, ToolCaller } from '../conversation/ports/toolbox.ts';

/** Where listed tools are: here, or at a server. It never throws. */
export type Shelf = (caller: ToolCaller) => readonly Tool[] | Promise<readonly Tool[]>;

const NONE: ReadonlyMap<string, Tool> = new Map();

/** The tools that assistants list. What is not listed does not exist for them. */
export class AssistantTools implements Toolbox {
  readonly #shelves: ReadonlyMap<string, readonly Shelf[]>;

  /** @param shelves by assistant, in the order of its list */
  constructor(shelves: ReadonlyMap<string, readonly Shelf[]>) {
    this.#shelves = shelves;
  }

  async toolsOf(assistant: string, caller: ToolCaller): Promise<ReadonlyMap<string, Tool>> {
    const shelves = this.#shelves.get(assistant) ?? [];
    if (shelves.length === 0) return NONE;
    const found = await Promise.all(shelves.map((shelf) => shelf(caller)));
    const tools = new Map<string, Tool>();
    // What is listed by its name, and with all others, is there once.
    for (const tool of found.flat()) if (!tools.has(tool.offered.name)) tools.set(tool.offered.name, tool);
    return tools;
  }
}
