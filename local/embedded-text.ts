import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vitest/config';

// Text files become modules in two tools, the bundler and the test runner; what a module holds is said here, once.
// shared/text.d.ts gives the same modules their types.

const assistants = '#assistants';
const directory = resolve(import.meta.dirname, '..', 'assistants');

/** The source of `#assistants`: the text of every `assistants/<name>.md`, by name, in the order of the names. */
function assistantsModule(): string {
  const files = readdirSync(directory).filter((file) => file.endsWith('.md'));
  const texts = files.sort().map((file) => [file.slice(0, -'.md'.length), readFileSync(join(directory, file), 'utf8')]);
  return `export default ${JSON.stringify(Object.fromEntries(texts))};`;
}

/** `#assistants` for esbuild, whose own `text` loader serves the `.lua` files. */
export const embeddedTextForEsbuild: EsbuildPlugin = {
  name: 'embedded-text',
  setup(build) {
    build.onResolve({ filter: /^#assistants$/ }, () => ({ path: assistants, namespace: 'embedded-text' }));
    build.onLoad({ filter: /./, namespace: 'embedded-text' }, () => ({ contents: assistantsModule() }));
  },
};

/** `#assistants` and `.lua` files for Vite, and so for Vitest. */
export const embeddedTextForVite: VitePlugin = {
  name: 'embedded-text',
  enforce: 'pre',
  resolveId(source) {
    // By Rollup's convention a leading NUL keeps other plugins from treating the name as a file.
    return source === assistants ? `\0${assistants}` : undefined;
  },
  load(id) {
    if (id === `\0${assistants}`) return assistantsModule();
    if (id.endsWith('.lua')) return `export default ${JSON.stringify(readFileSync(id, 'utf8'))};`;
    return undefined;
  },
};
