import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vitest/config';
import { parseAssistant } from '../shared/assistants/parse-assistant.ts';

// Text files become modules in three tools, the bundler, the test runner and Node itself; what a module holds is said here, once.
// shared/text.d.ts gives the same modules their types.

const project = resolve(import.meta.dirname, '..');

/** Where a team's own files are. */
export interface Folders {
  assistants: string;
  tools: string;
}

const ownFolders: Folders = { assistants: resolve(project, 'assistants'), tools: resolve(project, 'tools') };

/** What the modules hold that stand for all files of a folder, and how they name a file to import. */
const modules: Record<string, (folders: Folders, imported: (path: string) => string) => string> = {
  '#assistants': assistantsModule,
  '#tools': toolsModule,
};

/**
 * The source of `#assistants`: what every `assistants/<name>.md` says, in the order of the names. It is read here, so that
 * no instance loads a parser of YAML before its first answer.
 *
 * @throws {Error} that names the file that is wrong.
 */
function assistantsModule({ assistants: directory }: Folders): string {
  const files = readdirSync(directory).filter((file) => file.endsWith('.md'));
  const read = (file: string) =>
    parseAssistant(file.slice(0, -'.md'.length), readFileSync(join(directory, file), 'utf8'));
  return `export default ${JSON.stringify(files.sort().map(read))};`;
}

/**
 * The source of `#tools`: what each `tools/<name>.ts` exports, by the names in their order, and what `mcp.json` beside them
 * says, where it is there.
 */
function toolsModule({ tools: directory }: Folders, imported: (path: string) => string): string {
  const files = existsSync(directory) ? readdirSync(directory).sort() : [];
  const names = files.filter((file) => /(?<!\.d)\.ts$/.test(file)).map((file) => file.slice(0, -'.ts'.length));
  const mcp = files.includes('mcp.json') ? readFileSync(join(directory, 'mcp.json'), 'utf8') : undefined;
  return [
    ...names.map(
      (name, place) => `import * as tool${place} from ${JSON.stringify(imported(join(directory, `${name}.ts`)))};`,
    ),
    `export const files = {${names.map((name, place) => `${JSON.stringify(name)}: tool${place}.default`)}};`,
    `export const mcp = ${JSON.stringify(mcp)};`,
  ].join('\n');
}

function textModule(path: string): string {
  return `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`;
}

/** `#assistants`, `#tools` and `.lua` files for Node, in what this process imports from now on: for tools that run the sources. */
export function embedTextInNode(): void {
  const module = (source: string) => ({ format: 'module', source, shortCircuit: true });
  registerHooks({
    resolve: (name, context, next) =>
      name in modules ? { url: `embedded-text:${name}`, shortCircuit: true } : next(name, context),
    load(url, context, next) {
      const made = modules[url.slice('embedded-text:'.length)];
      if (url.startsWith('embedded-text:') && made !== undefined)
        return module(made(ownFolders, (path) => pathToFileURL(path).href));
      return url.endsWith('.lua') ? module(textModule(fileURLToPath(url))) : next(url, context);
    },
  });
}

/** `#assistants` and `#tools` for esbuild, whose own `text` loader serves the `.lua` files. */
export function embeddedTextForEsbuild(folders: Partial<Folders> = {}): EsbuildPlugin {
  return {
    name: 'embedded-text',
    setup(build) {
      build.onResolve({ filter: /^#(assistants|tools)$/ }, ({ path }) => ({ path, namespace: 'embedded-text' }));
      build.onLoad({ filter: /./, namespace: 'embedded-text' }, ({ path }) => ({
        contents: modules[path]?.({ ...ownFolders, ...folders }, (file) => file) ?? '',
        resolveDir: project,
      }));
    },
  };
}

/** `#assistants`, `#tools` and `.lua` files for Vite, and so for Vitest. */
export const embeddedTextForVite: VitePlugin = {
  name: 'embedded-text',
  enforce: 'pre',
  resolveId(source) {
    // By Rollup's convention a leading NUL keeps other plugins from treating the name as a file.
    return source in modules ? `\0${source}` : undefined;
  },
  load(id) {
    const made = id.startsWith('\0') ? modules[id.slice(1)] : undefined;
    if (made !== undefined) return made(ownFolders, (path) => path);
    if (id.endsWith('.lua')) return textModule(id);
    return undefined;
  },
};
