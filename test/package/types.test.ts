import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmptyFolder } from './empty-folder.ts';
import { tarball } from './packed-package.ts';

const consumers = [
  {
    beside: 'React 18',
    packages: ['react@18', 'react-dom@18', '@types/react@18', '@types/react-dom@18'],
    files: ['client.ts', 'element.ts', 'panel.tsx', 'standalone.ts'],
  },
  {
    beside: 'React 19 and the AI SDK',
    packages: ['react@19', 'react-dom@19', '@types/react@19', '@types/react-dom@19', 'ai@7'],
    files: ['client.ts', 'element.ts', 'panel.tsx', 'standalone.ts', 'transport.ts'],
  },
  {
    beside: 'React 18 and assistant-ui',
    packages: ['react@18', 'react-dom@18', '@types/react@18', '@types/react-dom@18', '@assistant-ui/react@0.15'],
    files: ['assistant-ui.tsx'],
  },
  {
    beside: 'React 19 and assistant-ui',
    packages: ['react@19', 'react-dom@19', '@types/react@19', '@types/react-dom@19', '@assistant-ui/react@0.15'],
    files: ['assistant-ui.tsx'],
  },
  { beside: 'nothing else', packages: [], files: ['client.ts', 'element.ts', 'standalone.ts'] },
];

const strictness = {
  strict: ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noImplicitOverride'],
  lax: ['--strict', 'false'],
};

describe.each(consumers)('installed beside $beside', ({ packages, files }) => {
  let folder: EmptyFolder;

  beforeAll(async () => {
    folder = await EmptyFolder.make();
    await folder.install(tarball, ...packages);
    for (const file of ['tsconfig.json', ...files]) {
      await cp(join(import.meta.dirname, 'consumer', file), join(folder.path, file));
    }
  }, 180_000);
  afterAll(() => folder.remove());

  describe.each(['typescript-5', 'typescript'])('%s', (compiler) => {
    test.each([
      ['strict', '--module', 'esnext', '--moduleResolution', 'bundler'],
      ['lax', '--module', 'nodenext', '--moduleResolution', 'nodenext'],
    ] as const)(
      '%s %s %s %s %s, takes what each entry exports, and checks the package itself',
      async (checks, ...args) => {
        expect(await complaintsOf(folder, compiler, [...strictness[checks], ...args])).toEqual([]);
      },
      180_000,
    );
  });
});

/** In which the compiler finds something wrong itself: the AI SDK, and what assistant-ui is made of. */
const others = /^node_modules\/(ai|@ai-sdk\/[\w-]+|@radix-ui\/primitive)\//;

/** What a compiler finds wrong, but for what it finds in others' types. */
async function complaintsOf(folder: EmptyFolder, compiler: string, args: string[]): Promise<string[]> {
  const tsc = resolve(import.meta.dirname, `../../node_modules/${compiler}/bin/tsc`);
  const output = await new Promise<string>((done) => {
    execFile(process.execPath, [tsc, '-p', '.', ...args], { cwd: folder.path }, (error, stdout, stderr) =>
      done(error === null ? '' : stdout + stderr || error.message),
    );
  });
  return output.split('\n').filter((line) => /^\S/.test(line) && !others.test(line));
}
