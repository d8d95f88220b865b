import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const inDocs = (await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);

test.each(['README.md', 'SECURITY.md', ...inDocs])('every file that %s leads to is there', async (page) => {
  const text = await readFile(page, 'utf8');
  const targets = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  const files = targets.filter((target) => !/^(https?:|#)/.test(target)).map((target) => target.replace(/#.*$/, ''));
  for (const file of files) await expect(access(join(dirname(page), file)), file).resolves.toBeUndefined();
});
