import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { build } from '../../local/build.ts';

const project = resolve(import.meta.dirname, '../..');

/** The name of a file below `assistants/` or `tools/`, and what it says. */
export type OwnFiles = Record<string, string>;

/** An assistant that lists tools. */
export function listing(...tools: string[]): string {
  return `---\ntitle: A\ndescription: B\ntools: ${JSON.stringify(tools)}\n---\nBe brief.\n`;
}

/** A file of a tool that says what it is told, as a team would write it. */
export const echoTool = `import * as z from 'zod';
import { tool } from '../../../../shared/tools/tool.ts';
export default tool({ description: 'Echoes.', input: z.object({ text: z.string() }), run: ({ text }) => text });
`;

/**
 * Builds the app with assistants and tools of its own, in place of the project's.
 *
 * @param name of its folder: no other app of the suite has it
 * @returns the bundle's path
 */
export async function ownApp(name: string, files: OwnFiles): Promise<string> {
  // Inside the project, so that its packages are found.
  const folder = resolve(project, '.cache/own-apps', name);
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries({ 'assistants/default.md': listing(), ...files })) {
    await mkdir(dirname(resolve(folder, path)), { recursive: true });
    await writeFile(resolve(folder, path), text);
  }
  const folders = { assistants: resolve(folder, 'assistants'), tools: resolve(folder, 'tools') };
  await build({ directory: `.cache/own-apps/${name}/dist`, folders });
  return `.cache/own-apps/${name}/dist/functions.js`;
}
