import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as esbuild from 'esbuild';
import { embeddedTextForEsbuild, type Folders } from './embedded-text.ts';

const project = resolve(import.meta.dirname, '..');

export interface BuildOptions {
  /** Source files by the name of their output, relative to the project. */
  entries?: Record<string, string>;
  /** Where the output goes, relative to the project; what was there before is deleted. */
  directory?: string;
  /** Where the assistants and the tools are; the project's own by default. */
  folders?: Partial<Folders>;
  /** That see the sources first. */
  plugins?: esbuild.Plugin[];
}

export interface Built {
  /** Sizes in bytes of the JavaScript files that were written, by their path in the project. */
  sizes: Record<string, number>;
  /** Paths in the project of all files of which something was written. */
  modules: string[];
}

/**
 * Bundles the app as it is deployed: `dist/functions.js`, the worker beside it, and chunks that load on their first use.
 *
 * @throws {esbuild.BuildFailure} after the faults were printed.
 */
export async function build(options: BuildOptions = {}): Promise<Built> {
  const { entries = app, directory = 'dist', folders, plugins = [] } = options;
  await rm(resolve(project, directory), { recursive: true, force: true });
  const { metafile } = await esbuild.build({
    absWorkingDir: project,
    entryPoints: entries,
    outdir: directory,
    bundle: true,
    splitting: true,
    // Beside the entries, so that `import.meta.url` means the same directory in every file.
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // The host provides the first; see functions-core.ts. `debug` takes the second where it happens to be installed, as
    // by a tool of ours: what is deployed would depend on that.
    external: ['@azure/functions-core', 'supports-color'],
    // CommonJS packages call `require`, for built-in modules and for the host's; an ES module has none of its own.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    loader: { '.lua': 'text', '.yaml': 'text' },
    alias: { '@modelcontextprotocol/client/_shims': './shared/tools/mcp/client-shims.ts' },
    plugins: [...plugins, embeddedTextForEsbuild(folders)],
    charset: 'utf8',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    // A stack trace needs the positions only.
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  const outputs = Object.entries(metafile.outputs).filter(([path]) => path.endsWith('.js'));
  return {
    sizes: Object.fromEntries(outputs.map(([path, { bytes }]) => [path, bytes])),
    modules: outputs.flatMap(([, { inputs }]) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    ),
  };
}

const app = {
  functions: 'functions/index.ts',
  'tokenizer-worker': 'shared/tokens/tokenizer-worker.ts',
};
