import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, test } from 'vitest';
import { tarball } from './packed-package.ts';

const run = promisify(execFile);

test('publint has nothing to say of the package', async () => {
  const packed = await readFile(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength) },
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  expect(pkg['name']).toBe('parley-client');
});

test('every entry has types that are those of its JavaScript, however it is resolved', async () => {
  const args = [tarball, '--profile', 'esm-only', '--exclude-entrypoints', 'react.css', '--format', 'json'];
  const { stdout } = await run('node_modules/.bin/attw', args);
  const { analysis, problems } = JSON.parse(stdout) as {
    analysis: { entrypoints: Record<string, unknown> };
    problems: Record<string, { resolutionKind?: string }[]>;
  };
  const entries = Object.keys(analysis.entrypoints);
  expect(entries).toEqual(
    expect.arrayContaining([
      '.',
      './react',
      './react/languages',
      './ai-sdk',
      './assistant-ui',
      './element',
      './parley-chat.js',
    ]),
  );
  // A package of ESM alone: it is neither for require() nor for a resolution of before exports.
  const relevant = Object.values(problems)
    .flat()
    .filter(({ resolutionKind = '' }) => !['node10', 'node16-cjs'].includes(resolutionKind));
  expect(relevant).toEqual([]);
});
