import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type LuaMutant, luaMutants } from './lua-mutants.ts';
import { createLuaRunner, type LuaRunner } from './lua-runner.ts';

// Changes the Lua scripts, one place at a time, and runs the tests that use them against a real Redis: some test has to
// fail each time. A part of it: npx node test/mutants/lua.ts --only begin.lua
// Its results stand beside those of the TypeScript mutants, in the same form. What was killed before is not judged again
// while its script is the same; without the report, all is.

interface Judged {
  id: string;
  status: string;
}

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, concurrency: { type: 'string', default: '2' } },
});
const REPORT = '.cache/mutants/lua.json';

const files = globSync('shared/**/*.lua').sort();
const report: Record<string, { language: 'lua'; source: string; mutants: Judged[] }> = existsSync(REPORT)
  ? JSON.parse(readFileSync(REPORT, 'utf8')).files
  : {};
const queue = files.filter((file) => file.endsWith(values.only)).flatMap(unjudged);

const runners = await Promise.all(Array.from({ length: Number(values.concurrency) }, () => createLuaRunner(files)));
for (const runner of runners) {
  const failed = await runner.failedTest();
  if (failed !== undefined) throw new Error(`without a mutant a test fails: ${failed}`);
}
await Promise.all(runners.map(work));
await Promise.all(runners.map((runner) => runner.close()));
// Tests have failed, as they should.
process.exitCode = 0;

/** The mutants of a script that nothing has killed yet. */
function unjudged(file: string): { file: string; source: string; mutant: LuaMutant }[] {
  const source = readFileSync(file, 'utf8');
  const before = report[file]?.source === source ? report[file].mutants : [];
  const killed = before.filter(({ status }) => status === 'Killed');
  report[file] = { language: 'lua', source, mutants: killed };
  const ids = new Set(killed.map(({ id }) => id));
  return luaMutants(source)
    .filter((mutant) => !ids.has(idOf(file, mutant)))
    .map((mutant) => ({ file, source, mutant }));
}

async function work(runner: LuaRunner): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { file, source, mutant } = next;
    const killedBy = await runner.failedTest({ path: resolve(file), text: applied(mutant, source) });
    const status = killedBy === undefined ? 'Survived' : 'Killed';
    const { operator: mutatorName, from, to, replacement } = mutant;
    const location = { start: placeOf(from, source), end: placeOf(to, source) };
    const judged = { id: idOf(file, mutant), mutatorName, replacement, location, status, statusReason: killedBy };
    report[file]?.mutants.push(judged);
    save();
    const what = `${file}:${location.start.line} ${source.slice(from, to)} -> ${replacement}`;
    if (status === 'Survived') console.log(`${what} survived; ${queue.length} mutants to go`);
  }
}

/** After every mutant, so that a run that is broken off goes on where it was. */
function save(): void {
  mkdirSync(dirname(REPORT), { recursive: true });
  const thresholds = { high: 90, low: 80 };
  writeFileSync(REPORT, JSON.stringify({ schemaVersion: '2', thresholds, files: report }, null, 2));
}

function idOf(file: string, { from, replacement }: LuaMutant): string {
  return `${file}:${from}:${replacement}`;
}

function applied({ from, to, replacement }: LuaMutant, source: string): string {
  return source.slice(0, from) + replacement + source.slice(to);
}

/** A place as people count: lines and columns from 1. */
function placeOf(offset: number, source: string): { line: number; column: number } {
  const lines = source.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
