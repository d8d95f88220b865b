import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...(await readdir('docs', { recursive: true })).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];

test.each(pages)('a command of %s runs on the Node that comes with npm ci, whatever the machine has', async (page) => {
  const text = await readFile(page, 'utf8');
  expect(text.match(/^.*(?<!npx )\bnode (bench|local|test)\/.*$/gm) ?? []).toEqual([]);
});

// What apps are made by has scripts of its own.
test.each(pages.filter((page) => page !== 'docs/embedding.md'))(
  'every script that %s runs is one of package.json',
  async (page) => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
    const text = await readFile(page, 'utf8');
    const named = Array.from(text.matchAll(/\bnpm run (?:-s |--silent )?([\w:-]+)/g), ([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  },
);
