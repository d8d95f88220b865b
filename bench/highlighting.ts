import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { bytesOf } from './markdown/bundles.ts';
import { median } from './median.ts';

// Libraries that colour code, each with the languages that the panel colours: how large they are, and how long they take
// for TypeScript, in CPU time. Run: npx node bench/highlighting.ts

const contenders = resolve(import.meta.dirname, 'markdown/contenders');
await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: contenders });

const line = `export const turn = async (id: number): Promise<string> => { return "a" + (await read(id, /a+/)); } // once\n`;
const lengths = [1_000, 10_000, 40_000];
const names = ['lowlight', 'refractor', 'shiki'];
const rows = names.map(async (name) => {
  const file = `highlight-${name}.ts`;
  const { highlight } = await import(resolve(contenders, file));
  const times = lengths.map((length) => {
    const code = line.repeat(length / line.length);
    const runs = Array.from({ length: 25 }, () => {
      const { user, system } = process.threadCpuUsage();
      highlight(code);
      const used = process.threadCpuUsage({ user, system });
      return (used.user + used.system) / 1000;
    });
    return [`${length / 1000} kB, ms`, median(runs).toFixed(1)];
  });
  return { name, 'kB gzipped': ((await bytesOf(file)).atOnce / 1000).toFixed(1), ...Object.fromEntries(times) };
});
console.table(await Promise.all(rows));
