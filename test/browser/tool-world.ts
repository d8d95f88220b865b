import { build } from '../../local/build.ts';
import { followPlan } from '../steps/planned-model.ts';
import { ToolServer } from '../steps/tool-server.ts';
import { withTools } from '../steps/with-tools.ts';
import { type StoreKind, startWorld, type World, type WorldApp } from './world.ts';

/** A world whose assistants have the tools of `remoteToolbox`, and whose model follows the plan in its user's message. */
export interface ToolWorld extends World {
  tools: ToolServer;
}

/** @param name of the test: what it builds is its own */
export async function startToolWorld(store: StoreKind, name: string): Promise<ToolWorld> {
  const directory = `.cache/${name}`;
  const [tools] = await Promise.all([ToolServer.start(), build({ directory, plugins: [withTools] })]);
  const app: WorldApp = { bundle: `${directory}/functions.js`, respond: ({ body }) => followPlan(body) };
  const world = await startWorld(store, { TOOL_SERVER: tools.url }, app);
  return {
    ...world,
    tools,
    async stop() {
      await world.stop();
      await tools.stop();
    },
  };
}
