import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EmptyFolder } from './empty-folder.ts';
import { tarball } from './packed-package.ts';

let folder: EmptyFolder;
let installed: { name: string; license: string }[];

beforeAll(async () => {
  folder = await EmptyFolder.make();
  await folder.install(tarball);
  const lock = JSON.parse(await readFile(join(folder.path, 'node_modules/.package-lock.json'), 'utf8')) as {
    packages: Record<string, { license?: string }>;
  };
  installed = Object.entries(lock.packages).map(([path, { license = 'none' }]) => ({
    name: path.replace(/^.*node_modules\//, ''),
    license,
  }));
}, 180_000);
afterAll(() => folder.remove());

test('few packages come with it', () => {
  expect(installed.length).toBeLessThanOrEqual(12);
});

test('each of them may be used by anybody', () => {
  const others = installed.filter(({ license }) => !/^(0BSD|Apache-2\.0|BSD-[23]-Clause|ISC|MIT)$/.test(license));
  expect(others).toEqual([]);
});

test('none of them is one that only the service needs', async () => {
  const dependencies = async (path: string) => Object.keys(JSON.parse(await readFile(path, 'utf8')).dependencies);
  const own = await dependencies('packages/parley-client/package.json');
  const service = (await dependencies('package.json')).filter((name) => !own.includes(name));
  expect(installed.map(({ name }) => name).filter((name) => service.includes(name))).toEqual([]);
});

test('every entry can be imported where pages are rendered, without a DOM', async () => {
  await folder.install('react@19', 'react-dom@19', '@assistant-ui/react@0.15', 'ai@7');
  const { exports } = JSON.parse(await readFile('packages/parley-client/package.json', 'utf8'));
  // What ends in .js is for pages alone.
  const entries = Object.keys(exports).filter((entry) => !/\.(css|js|json)$/.test(entry));
  const imports = entries.map((entry) => `await import('${entry.replace('.', 'parley-client')}');`);
  const program = [...imports, "console.log('imported')"].join('\n');
  expect(entries.length).toBeGreaterThanOrEqual(4);
  expect(await folder.run('node', '--input-type=module', '--eval', program)).toBe('imported\n');
}, 180_000);
