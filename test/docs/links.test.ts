import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const inDocs = (await readdir('docs', { recursive: true })).filter((name) => name.endsWith('.md'));
const examples = await readdir('examples');
const pages = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'packages/parley-client/README.md'],
  ...examples.map((name) => `examples/${name}/README.md`),
  ...inDocs.map((name) => `docs/${name}`),
];

test.each(pages)('every file that %s leads to is there', async (page) => {
  const text = await readFile(page, 'utf8');
  const targets = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  const files = targets.filter((target) => !/^(https?:|#)/.test(target)).map((target) => target.replace(/#.*$/, ''));
  for (const file of files) await expect(access(join(dirname(page), file)), file).resolves.toBeUndefined();
});
