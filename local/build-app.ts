import { resolve } from 'node:path';
import { build as buildWithVite } from 'vite';
import { build } from './build.ts';

const project = resolve(import.meta.dirname, '..');

/** Builds all that is deployed: the bundle, and beside it `chat.html`, the chat page in one file. */
export async function buildApp(directory = 'dist'): Promise<void> {
  await build({ directory });
  // Vite would build a page for development where tests run.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  await buildWithVite({
    configFile: resolve(project, 'web/vite.config.ts'),
    build: { outDir: resolve(project, directory), emptyOutDir: false },
  });
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
}
