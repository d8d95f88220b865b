import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('what starts with the app is bundled without the blob library, which is loaded at the first record', async () => {
  const { sources } = JSON.parse(await readFile('dist/functions.js.map', 'utf8')) as { sources: string[] };
  expect(sources.some((path) => path.endsWith('shared/audit/blob-sink.ts'))).toBe(true);
  expect(sources.filter((path) => path.includes('node_modules/@azure/storage'))).toEqual([]);
});
