import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('every action of the workflows is named by its commit, which nobody can move', async () => {
  const files = await readdir('.github/workflows');
  const texts = await Promise.all(files.map((file) => readFile(`.github/workflows/${file}`, 'utf8')));
  const actions = texts.flatMap((text) =>
    Array.from(text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm), ([, action]) => action),
  );
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('every package that is installed is held to the hash that the lockfile has of it', async () => {
  const lockfile = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
    packages: Record<string, { integrity?: string; link?: true }>;
  };
  // The project's own packages come from no registry; a link leads to one of them.
  const installed = Object.entries(lockfile.packages).filter(
    ([path, { link }]) => /node_modules\//.test(path) && !link,
  );
  expect(installed.length).toBeGreaterThan(0);
  expect(installed.filter(([, { integrity = '' }]) => !/^sha512-/.test(integrity))).toEqual([]);
});
