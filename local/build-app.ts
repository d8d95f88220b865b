import { resolve } from 'node:path';
import { build as buildWithVite, type Plugin } from 'vite';
import { build } from './build.ts';

const project = resolve(import.meta.dirname, '..');

/**
 * Builds all that is deployed: the bundle, and beside it `chat.html`, the chat page in one file. Returns the paths of all
 * files of which something is in either.
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
  await buildWithVite({
    configFile: resolve(project, 'web/vite.config.ts'),
    build: { outDir: resolve(project, directory), emptyOutDir: false },
    plugins: [noteModules],
  });
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
  return modules;
}
