import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, type Plugin } from 'vite';
import { type PageFile, pageScript } from '../shared/http/page-script.ts';

const project = resolve(import.meta.dirname, '..');
const markdown = resolve(project, 'packages/parley-client/src/react/markdown');

interface Beside {
  /** What the file holds. */
  module: string;
  /** The module that would load it from where a bundler has put it, and the function that does. */
  loader: string;
  load: string;
}

const filesBeside: Record<PageFile, Beside> = {
  'formulas.js': { module: 'formula-of.ts', loader: 'load-formulas.ts', load: 'loadFormulas' },
  'colours.js': { module: 'coloured-lines.ts', loader: 'load-colours.ts', load: 'loadColours' },
};

/**
 * Builds the chat page: `chat.html`, one file, and beside it what it loads once an answer has a formula, or code.
 *
 * @param outDir where what lies there already stays
 */
export async function buildPage(outDir: string, plugins: Plugin[]): Promise<void> {
  const files = Object.entries(filesBeside) as [PageFile, Beside][];
  for (const [file, { module }] of files) {
    await build({
      configFile: false,
      logLevel: 'warn',
      plugins,
      build: {
        outDir,
        emptyOutDir: false,
        target: 'es2023',
        lib: { entry: resolve(markdown, module), formats: ['es'], fileName: () => file },
        // A library is left readable otherwise.
        rolldownOptions: { output: { minify: true } },
        reportCompressedSize: false,
      },
    });
  }
  const loaders = await Promise.all(
    files.map(async ([file, beside]) => loadBeside(file, beside, await readFile(resolve(outDir, file)))),
  );
  await build({
    configFile: resolve(project, 'web/vite.config.ts'),
    build: { outDir, emptyOutDir: false },
    plugins: [...plugins, ...loaders],
  });
}

/** Has the page load a module from that file, where a bundler would have put it into the page. */
function loadBeside(file: PageFile, { loader, load }: Beside, content: Buffer): Plugin {
  const { name, integrity } = pageScript(file, content);
  const place = resolve(project, 'web/page/load-beside.ts');
  return {
    name: `${file}-beside-the-page`,
    enforce: 'pre',
    load(id) {
      if (id !== resolve(markdown, loader)) return undefined;
      return `import { loadBeside } from ${JSON.stringify(place)};
        export const ${load} = () => loadBeside(${JSON.stringify(`./chat/assets/${name}`)}, ${JSON.stringify(integrity)});`;
    },
  };
}
