import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countTokens } from '../../shared/tokens/count-tokens.ts';

const source = resolve(import.meta.dirname, '../../shared/tokens');
let directory: string;
let inputsOfMain: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tokens-'));
  const { metafile } = await build({
    entryPoints: {
      main: join(source, 'worker-token-counter.ts'),
      'tokenizer-worker': join(source, 'tokenizer-worker.ts'),
    },
    outdir: directory,
    bundle: true,
    format: 'esm',
    platform: 'node',
    metafile: true,
  });
  const main = Object.entries(metafile.outputs).find(([path]) => path.endsWith('main.js'));
  inputsOfMain = Object.keys(main?.[1].inputs ?? {});
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(directory, { recursive: true }));

test('the main file is bundled without the tokeniser', () => {
  expect(inputsOfMain).toContain('shared/tokens/worker-token-counter.ts');
  expect(inputsOfMain.filter((path) => /vocabulary|gpt-tokenizer/.test(path))).toEqual([]);
});

test('the bundled worker counts, and does not keep the process alive', async () => {
  await writeFile(
    join(directory, 'use.js'),
    `import { WorkerTokenCounter } from './main.js';
     const busy = setInterval(() => {}, 1000);
     console.log(JSON.stringify(await new WorkerTokenCounter().countWhenLoaded('Hello, 世界')));
     clearInterval(busy);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [join(directory, 'use.js')], { timeout: 20_000 });
  expect(JSON.parse(stdout)).toEqual(countTokens('Hello, 世界'));
});
