import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import { build } from './build.ts';
import { buildPage } from './build-page.ts';

const project = resolve(import.meta.dirname, '..');

/**
 * Builds all that is deployed: the bundle, and beside it the chat page. Returns the paths of all files of which something is
 * in either.
 */
export async function buildApp(directory = 'dist'): Promise<string[]> {
  const { modules } = await build({ directory });
  const noteModules: Plugin = {
    name: 'note-modules',
    generateBundle(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        for (const [path, { renderedLength }] of Object.entries(output.modules)) {
          if (renderedLength > 0) modules.push(path);
        }
      }
    },
  };
  // Vite would build a page for development where tests run.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  await buildPage(resolve(project, directory), [noteModules]);
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
  return modules;
}
