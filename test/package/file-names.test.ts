import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tarball } from './packed-package.ts';

test('no two files of the package have names that differ by case alone, which some file systems and bundlers take for one', async () => {
  const { stdout } = await promisify(execFile)('tar', ['-tzf', tarball]);
  const names = stdout.trim().split('\n');
  expect(names.length).toBeGreaterThan(50);
  const lower = names.map((name) => name.toLowerCase());
  expect(lower.filter((name, place) => lower.indexOf(name) !== place)).toEqual([]);
});
