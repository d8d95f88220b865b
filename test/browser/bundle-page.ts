import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type InlineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

/** The versions of React that the package works with. */
export const reacts = [18, 19] as const;

type React = (typeof reacts)[number];

/** A page in one HTML file that runs `<fixture>/main.tsx` of this directory, in development as its warnings are wanted. */
export async function bundlePage(fixture: string, react: React = 19): Promise<string> {
  const output = await build({
    ...of(react),
    plugins: [
      {
        name: 'fixture',
        transformIndexHtml: { order: 'pre', handler: (html) => html.replace('FIXTURE', fixture) },
      },
      viteSingleFile(),
    ],
    build: {
      write: false,
      // A browser that takes the styles as they are written.
      cssTarget: 'chrome123',
      rolldownOptions: { input: `${import.meta.dirname}/fixture.html`, checks: { moduleLevelDirective: false } },
    },
  });
  const [page] = 'output' in output ? output.output.filter(({ fileName }) => fileName.endsWith('.html')) : [];
  if (page?.type !== 'asset') throw new Error(`${fixture} gave no page`);
  return String(page.source);
}

/** What `<fixture>/server.tsx` prints, in a process that has no window, and what it complains of. */
export async function renderOnServer(fixture: string, react: React): Promise<{ html: string; complaints: string }> {
  const output = await build({
    ...of(react),
    ssr: { noExternal: true },
    build: {
      write: false,
      ssr: `${import.meta.dirname}/${fixture}/server.tsx`,
      rolldownOptions: { checks: { moduleLevelDirective: false } },
    },
  });
  const [script] = 'output' in output ? output.output : [];
  if (script?.type !== 'chunk') throw new Error(`${fixture} gave no script`);
  const directory = await mkdtemp(join(tmpdir(), 'parley-server-'));
  try {
    const path = join(directory, 'server.mjs');
    await writeFile(path, script.code);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [path]);
    return { html: stdout, complaints: stderr };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function of(react: React): InlineConfig {
  const older = [
    { find: /^react(?=$|\/)/, replacement: 'react-18' },
    { find: /^react-dom(?=$|\/)/, replacement: 'react-dom-18' },
  ];
  return {
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: react === 18 ? older : [] },
  };
}
