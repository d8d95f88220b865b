import { build } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

/** A page in one HTML file that runs `<fixture>/main.tsx` of this directory. */
export async function bundlePage(fixture: string): Promise<string> {
  const output = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'fixture',
        transformIndexHtml: { order: 'pre', handler: (html) => html.replace('FIXTURE', fixture) },
      },
      viteSingleFile(),
    ],
    build: {
      write: false,
      rolldownOptions: { input: `${import.meta.dirname}/fixture.html`, checks: { moduleLevelDirective: false } },
    },
  });
  const [page] = 'output' in output ? output.output.filter(({ fileName }) => fileName.endsWith('.html')) : [];
  if (page?.type !== 'asset') throw new Error(`${fixture} gave no page`);
  return String(page.source);
}
