import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, type Plugin } from 'vite';
import { pageScript } from '../shared/http/page-script.ts';

const project = resolve(import.meta.dirname, '..');
const markdown = resolve(project, 'packages/parley-client/src/react/markdown');
const formulas = 'formulas.js';

/**
 * Builds the chat page: `chat.html`, one file, and beside it `formulas.js`, which it loads once an answer has a formula.
 *
 * @param outDir where what lies there already stays
 */
export async function buildPage(outDir: string, plugins: Plugin[]): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    plugins,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      lib: { entry: resolve(markdown, 'formula-of.ts'), formats: ['es'], fileName: () => formulas },
      // A library is left readable otherwise.
      rolldownOptions: { output: { minify: true } },
      reportCompressedSize: false,
    },
  });
  await build({
    configFile: resolve(project, 'web/vite.config.ts'),
    build: { outDir, emptyOutDir: false },
    plugins: [...plugins, loadBeside(await readFile(resolve(outDir, formulas)))],
  });
}

/** Has the page load formulas from that file, where a bundler would have put them into it. */
function loadBeside(content: Buffer): Plugin {
  const { name, integrity } = pageScript(formulas, content);
  const loader = resolve(project, 'web/page/load-beside.ts');
  return {
    name: 'formulas-beside-the-page',
    enforce: 'pre',
    load(id) {
      if (id !== resolve(markdown, 'load-formulas.ts')) return undefined;
      return `import { loadBeside } from ${JSON.stringify(loader)};
        export const loadFormulas = () => loadBeside(${JSON.stringify(`./chat/assets/${name}`)}, ${JSON.stringify(integrity)});`;
    },
  };
}
