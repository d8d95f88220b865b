import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

// Prints what the mutants came to: a score for each folder, and the survivors, in the form of docs/mutation-testing.md.
// Of the survivors those are marked that the page gives no reason for.

interface Mutant {
  status: string;
  replacement?: string;
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
}

const reports = ['.cache/mutants/incremental.json', '.cache/mutants/lua.json'].filter((file) => existsSync(file));
const files = reports.flatMap((file) =>
  Object.entries(JSON.parse(readFileSync(file, 'utf8')).files as Record<string, { source: string; mutants: Mutant[] }>),
);
const reasons = readFileSync('docs/mutation-testing.md', 'utf8');

const scores = Map.groupBy(files, ([path]) => `${dirname(path)}/*.${path.split('.').at(-1)}`);
console.log('| files | mutants | killed | survived | score |\n|---|---|---|---|---|');
for (const [folder, members] of [...scores, ['all', files] as const]) console.log(rowOf(folder, members));

console.log('\n| where | what | becomes |\n|---|---|---|');
for (const [path, { source, mutants }] of files) {
  for (const mutant of mutants.filter(isAlive)) {
    const row = [path.split('/').at(-1), codeOf(source, mutant), mutant.replacement ?? ''].map(asCell).join(' | ');
    console.log(`| ${row} | ${reasons.includes(row) ? '' : `no reason: ${path}:${mutant.location.start.line}`}`);
  }
}

function isAlive({ status }: Mutant): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

function rowOf(folder: string, members: (typeof files)[number][]): string {
  const mutants = members.flatMap(([, file]) => file.mutants).filter(({ status }) => status !== 'Ignored');
  const alive = mutants.filter(isAlive).length;
  const killed = mutants.length - alive;
  return `| ${folder} | ${mutants.length} | ${killed} | ${alive} | ${((100 * killed) / mutants.length).toFixed(1)} % |`;
}

/** The code that a mutant took the place of. */
function codeOf(source: string, { location: { start, end } }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = lines[last]?.slice(0, end.column - 1) ?? '';
  lines[0] = lines[0]?.slice(start.column - 1) ?? '';
  return lines.join('\n');
}

/** Code as a cell of a table. */
function asCell(code: string | undefined): string {
  const line = (code ?? '').replace(/\s+/g, ' ').trim().slice(0, 80);
  return line === '' ? 'nothing' : `\`${line.replaceAll('|', '\\|')}\``;
}
