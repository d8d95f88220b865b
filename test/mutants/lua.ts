import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest, type Vitest } from 'vitest/node';
import { type LuaMutant, luaMutants } from './lua-mutants.ts';

// Changes the Lua scripts, one place at a time, and runs the tests that use them against a real Redis: some test has to
// fail each time. Part of npm run test:mutants; node test/mutants/lua.ts [--only begin.lua] does a part of it.
// Writes its results beside those of the TypeScript mutants, in the same form.

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const REPORT = '.cache/mutants/lua.json';

const files = globSync('shared/**/*.lua').sort();
let active: { path: string; text: string } | undefined;

/** Runs after the plugin that turns texts into modules, so that the module is another one. */
const switchMutants = {
  name: 'lua-mutants',
  transform: (_code: string, id: string) =>
    id === active?.path ? `export default ${JSON.stringify(active.text)};` : undefined,
};

const vitest = await createVitest(
  'test',
  {
    config: 'test/mutants/vitest.config.ts',
    related: files.map((file) => resolve(file)),
    bail: 1,
    reporters: [{}],
    // Would keep a script as it was first read.
    fsModuleCache: false,
  },
  { plugins: [switchMutants] },
);
const tests = await vitest.getRelevantTestSpecifications();
if (await failedTest(vitest)) throw new Error(`without a mutant a test fails: ${await failedTest(vitest)}`);

const report: Record<string, { language: string; source: string; mutants: object[] }> = {};
for (const file of files.filter((each) => each.endsWith(values.only))) {
  const source = readFileSync(file, 'utf8');
  const mutants = [];
  for (const mutant of luaMutants(source)) {
    const killedBy = await failedTest(vitest, { path: resolve(file), text: applied(mutant, source) });
    const status = killedBy === undefined ? 'Survived' : 'Killed';
    const { operator, from, to, replacement } = mutant;
    const location = { start: placeOf(from, source), end: placeOf(to, source) };
    mutants.push({
      id: `${file}:${from}`,
      mutatorName: operator,
      replacement,
      location,
      status,
      statusReason: killedBy,
    });
    if (killedBy === undefined)
      console.log(`${file}:${location.start.line} ${source.slice(from, to)} -> ${replacement}`);
  }
  report[file] = { language: 'lua', source, mutants };
  console.log(`${file}: ${mutants.length} mutants`);
}
mkdirSync('.cache/mutants', { recursive: true });
writeFileSync(
  REPORT,
  JSON.stringify({ schemaVersion: '2', thresholds: { high: 90, low: 80 }, files: report }, null, 2),
);
await vitest.close();

/** The first test that fails with a mutant, or with none. */
async function failedTest(runner: Vitest, mutant?: typeof active): Promise<string | undefined> {
  active = mutant;
  for (const file of files) runner.invalidateFile(resolve(file));
  runner.state.filesMap.clear();
  const { testModules, unhandledErrors } = await runner.runTestSpecifications(tests);
  const failed = testModules.flatMap((module) =>
    [...module.children.allTests('failed')].map(({ fullName }) => fullName),
  );
  const broken = testModules.filter((module) => !module.ok()).map(({ moduleId }) => moduleId);
  return [...failed, ...broken, ...unhandledErrors.map(String)][0];
}

function applied({ from, to, replacement }: LuaMutant, source: string): string {
  return source.slice(0, from) + replacement + source.slice(to);
}

/** A place as people count: lines and columns from 1. */
function placeOf(offset: number, source: string): { line: number; column: number } {
  const lines = source.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
