import { build } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

/** A page in one HTML file of what a folder of this directory holds, from its `index.html` on. */
export async function bundlePage(entry: string): Promise<string> {
  const output = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    plugins: [viteSingleFile()],
    build: { write: false, rolldownOptions: { input: `${import.meta.dirname}/${entry}/index.html` } },
  });
  const [page] = 'output' in output ? output.output.filter(({ fileName }) => fileName.endsWith('.html')) : [];
  if (page?.type !== 'asset') throw new Error(`${entry} gave no page`);
  return String(page.source);
}
