import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** What the files of the bundle were made of, that are loaded with one of them. */
async function sourcesOf(name: string, seen = new Set<string>()): Promise<string[]> {
  if (seen.has(name)) return [];
  seen.add(name);
  const text = await readFile(`dist/${name}`, 'utf8');
  const { sources } = JSON.parse(await readFile(`dist/${name}.map`, 'utf8')) as { sources: string[] };
  const imported = Array.from(text.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g), ([, file = '']) => file);
  const others = await Promise.all(imported.map((file) => sourcesOf(file, seen)));
  return [...sources, ...others.flat()];
}

test('what starts with the app has the tools of files, and nothing that speaks to servers', async () => {
  const sources = await sourcesOf('functions.js');
  expect(sources.some((path) => path.endsWith('tools/clock.ts'))).toBe(true);
  expect(sources.some((path) => path.endsWith('shared/tools/mcp/mcp-server.ts'))).toBe(true);
  expect(sources.filter((path) => path.includes('node_modules/@modelcontextprotocol'))).toEqual([]);
  // Of zod no more than is used.
  expect(sources.filter((path) => /node_modules\/zod\/v4\/locales\/(?!en\.)/.test(path))).toEqual([]);
});

test('what speaks to servers is in a file that is loaded at its first use', async () => {
  const [name = ''] = (await readdir('dist')).filter((file) => /^connection-.*\.js$/.test(file));
  const sources = await sourcesOf(name);
  expect(sources.some((path) => path.includes('node_modules/@modelcontextprotocol/client'))).toBe(true);
});
