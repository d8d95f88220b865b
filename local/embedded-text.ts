import { readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vitest/config';
import { parseAssistant } from '../shared/assistants/parse-assistant.ts';

// Text files become modules in three tools, the bundler, the test runner and Node itself; what a module holds is said here, once.
// shared/text.d.ts gives the same modules their types.

const assistants = '#assistants';
const directory = resolve(import.meta.dirname, '..', 'assistants');

/**
 * The source of `#assistants`: what every `assistants/<name>.md` says, in the order of the names. It is read here, so that
 * no instance loads a parser of YAML before its first answer.
 *
 * @throws {Error} that names the file that is wrong.
 */
function assistantsModule(): string {
  const files = readdirSync(directory).filter((file) => file.endsWith('.md'));
  const read = (file: string) =>
    parseAssistant(file.slice(0, -'.md'.length), readFileSync(join(directory, file), 'utf8'));
  return `export default ${JSON.stringify(files.sort().map(read))};`;
}

function textModule(path: string): string {
  return `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`;
}

/** `#assistants` and `.lua` files for Node, in what this process imports from now on: for tools that run the sources. */
export function embedTextInNode(): void {
  const module = (source: string) => ({ format: 'module', source, shortCircuit: true });
  registerHooks({
    resolve: (name, context, next) =>
      name === assistants ? { url: `embedded-text:${assistants}`, shortCircuit: true } : next(name, context),
    load(url, context, next) {
      if (url === `embedded-text:${assistants}`) return module(assistantsModule());
      return url.endsWith('.lua') ? module(textModule(fileURLToPath(url))) : next(url, context);
    },
  });
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
    if (id.endsWith('.lua')) return textModule(id);
    return undefined;
  },
};
