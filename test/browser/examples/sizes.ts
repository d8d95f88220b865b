import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { EmptyFolder } from '../../package/empty-folder.ts';
import { tarball } from '../../package/packed-package.ts';

/** What apps consist of that use this much of the package. */
const programs: Record<string, { text: string; external?: RegExp }> = {
  client: { text: `import { ParleyClient } from 'parley-client'; globalThis.client = new ParleyClient();` },
  'panel, without React': {
    text: `import { ChatPanel } from 'parley-client/react'; globalThis.panel = ChatPanel;`,
    external: /^react(-dom)?($|\/)/,
  },
  'panel, with React': {
    text: `import { createElement } from 'react'; import { createRoot } from 'react-dom/client';
      import { ChatPanel } from 'parley-client/react'; import 'parley-client/react.css';
      createRoot(document.body).render(createElement(ChatPanel));`,
  },
};

/** What a user of the package installs, and what an app's users load: a line each. */
export async function sizes(): Promise<string[]> {
  const folder = await EmptyFolder.make();
  try {
    await folder.install(tarball);
    const alone = await installed(folder);
    await folder.install('react@19', 'react-dom@19');
    const lines = [
      `packed: ${kib((await stat(tarball)).size)}`,
      `npm install parley-client: ${alone}`,
      `npm install parley-client react react-dom: ${await installed(folder)}`,
      `parley-chat.js, as it is: ${gzipped(await readFile(join(folder.path, 'node_modules/parley-client/dist/parley-chat.js')))}`,
    ];
    for (const [name, program] of Object.entries(programs)) lines.push(`${name}: ${await built(folder, program)}`);
    return lines;
  } finally {
    await folder.remove();
  }
}

async function installed(folder: EmptyFolder): Promise<string> {
  const packages = JSON.parse(await readFile(join(folder.path, 'node_modules/.package-lock.json'), 'utf8')).packages;
  const files = await readdir(join(folder.path, 'node_modules'), { recursive: true, withFileTypes: true });
  const bytes = await Promise.all(
    files.filter((file) => file.isFile()).map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return `${Object.keys(packages).length} packages, ${kib(bytes.reduce((sum, each) => sum + each, 0))}`;
}

/** What is loaded at once, and what is loaded once it is needed. */
async function built(folder: EmptyFolder, { text, external }: { text: string; external?: RegExp }): Promise<string> {
  const entry = join(folder.path, 'entry.js');
  await writeFile(entry, text);
  const output = await build({
    root: folder.path,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: entry,
        ...(external && { external }),
        checks: { moduleLevelDirective: false },
        preserveEntrySignatures: 'strict',
      },
    },
  });
  const files = 'output' in output ? output.output : [];
  const scripts = files.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  const now = new Set(
    scripts.filter(({ isEntry }) => isEntry).flatMap(({ fileName, imports }) => [fileName, ...imports]),
  );
  const codeOf = (isNow: boolean) =>
    Buffer.concat(scripts.filter(({ fileName }) => now.has(fileName) === isNow).map(({ code }) => Buffer.from(code)));
  const styles = files.flatMap((file) => (file.type === 'asset' ? [Buffer.from(file.source)] : []));
  const later = codeOf(false);
  return [
    gzipped(codeOf(true)),
    ...(later.length > 0 ? [`later ${gzipped(later)}`] : []),
    ...(styles.length > 0 ? [`styles ${gzipped(Buffer.concat(styles))}`] : []),
  ].join('; ');
}

function gzipped(bytes: Buffer): string {
  return `${kib(bytes.length)}, gzipped ${kib(gzipSync(bytes).length)}`;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
