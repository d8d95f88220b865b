import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { build } from '../../local/build.ts';
import type { ToolResult } from '../../shared/conversation/ports/toolbox.ts';
import { pageFiles } from '../../shared/http/page-script.ts';
import { ToolServer } from '../steps/tool-server.ts';
import { withToolbox } from '../steps/with-tools.ts';
import type { Script } from '../upstream/script.ts';
import { type StoreKind, startWorld, type World } from './world.ts';

const project = resolve(import.meta.dirname, '../..');

/** A world whose assistants have the tools of a shop. Its page is the one that was built last. */
export interface Shop extends World {
  tools: ToolServer;
}

/** @param assistant the only one that has them, if it is not all */
export async function openShop(store: StoreKind, assistant?: string): Promise<Shop> {
  await mkdir(resolve(project, '.cache'), { recursive: true });
  const folder = await mkdtemp(resolve(project, '.cache/shop-'));
  const plugins = [withToolbox(resolve(import.meta.dirname, 'orders-toolbox.ts'))];
  const [tools] = await Promise.all([ToolServer.start(), build({ directory: relative(project, folder), plugins })]);
  for (const file of ['chat.html', ...pageFiles]) await copyFile(resolve(project, 'dist', file), resolve(folder, file));
  tools.answer = () => returned('Done.');
  const bundle = resolve(folder, 'functions.js');
  const world = await startWorld(
    store,
    { TOOL_SERVER: tools.url, ...(assistant && { SHOP_ASSISTANT: assistant }) },
    { bundle },
  );
  return {
    ...world,
    tools,
    async stop() {
      await world.stop();
      await tools.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** What the tool server answers for a tool to return this. */
export function returned(text: string, more: Partial<ToolResult> = {}): string {
  return JSON.stringify({ text, ...more });
}

/** Its connection breaks, so that nobody knows what was done. */
export const lost = JSON.stringify({ isLost: true });

/** What a model says that calls tools of the shop, each with what it writes for them. */
export function calling(says: string, ...calls: [tool: string, input: object | string][]): Script {
  return {
    deltas: says === '' ? [] : [says],
    calls: calls.map(([tool, input], place) => ({
      id: `c${place}`,
      name: `orders__${tool}`,
      arguments: typeof input === 'string' ? input : JSON.stringify(input),
    })),
  };
}
