import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const infra = resolve(import.meta.dirname, '../../infra');

/** What the Bicep CLI sees of the environment: the parameter files read their values there. */
export const environment = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  // It then needs no ICU library, which a plain Debian lacks.
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
};

/** The path of the CLI, in the version that is given or in any; it is fetched where it is missing. */
export async function findBicep(...version: string[]): Promise<string> {
  const script = resolve(import.meta.dirname, '../install-bicep.sh');
  const { stdout } = await promisify(execFile)('sh', [script, ...version]);
  return resolve(stdout.trim());
}

/**
 * The parameter files that docs/deploy.md names, by name and with their path in infra/: all defaults, and one for each way
 * to deploy.
 */
export async function combinations(): Promise<Map<string, string>> {
  const examples = await readdir(resolve(infra, 'examples'));
  return new Map([
    ['default', 'main.bicepparam'],
    ...examples.sort().map((file) => [file.replace(/\.bicepparam$/, ''), join('examples', file)] as const),
  ]);
}

/**
 * Uses a copy of the templates in which nothing is `@secure()`: what is, Bicep expands nowhere, so that no test could see
 * which settings the app gets.
 */
export async function withoutSecrecy<T>(use: (directory: string) => Promise<T>): Promise<T> {
  return withCopy(async (copy) => {
    const files = (await readdir(copy, { recursive: true })).filter((file) => file.endsWith('.bicep'));
    for (const file of files.map((each) => resolve(copy, each))) {
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll('@secure()\n', ''));
    }
    return use(copy);
  });
}

/** Uses a copy of the templates that may be spoilt. */
export async function withCopy<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'infra-'));
  try {
    await cp(infra, directory, { recursive: true });
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

interface Sarif {
  runs: { results: { ruleId: string; message: { text: string }; locations: Location[] }[] }[];
}

interface Location {
  physicalLocation: { artifactLocation: { uri: string } };
}

/** What the CLI found in one file and all that it refers to, one line each. */
export type Findings = string[];

/**
 * Compiles and lints all files of a directory that match a pattern, and returns what was found in each. The exit status
 * alone says too little: it is 0 for an unknown property, which is only a warning.
 */
export async function lint(bicep: string, directory: string, pattern: string): Promise<Findings[]> {
  const { stdout } = await run(bicep, directory, ['lint', '--pattern', pattern, '--diagnostics-format', 'sarif']);
  // One JSON document after the other.
  return stdout
    .split(/(?<=^})(?=\s*\{)/m)
    .filter((document) => document.trim() !== '')
    .map(findingsOf);
}

/** Compiles a template, with its modules. */
export async function build(bicep: string, directory: string, file: string): Promise<Findings> {
  // The template goes to stdout, so the diagnostics go to stderr.
  return findingsOf((await run(bicep, directory, ['build', file, '--stdout', '--diagnostics-format', 'sarif'])).stderr);
}

export interface Template {
  parameters: Record<string, { type: string; defaultValue?: unknown }>;
  resources: Record<string, { dependsOn?: string[]; properties?: { template?: Template } }>;
}

/** The template as azd and az send it to Azure. Throws where they would go no further. */
export async function buildAsAUser(bicep: string, directory: string): Promise<Template> {
  const options = ['build-params', 'main.bicepparam', '--stdout'];
  const settled = promisify(execFile)(bicep, options, { cwd: directory, env: environment, maxBuffer: 2 ** 26 });
  return JSON.parse(JSON.parse((await settled).stdout).templateJson);
}

function findingsOf(sarif: string): Findings {
  const { runs }: Sarif = JSON.parse(sarif);
  return runs.flatMap(({ results }) =>
    results.map(({ ruleId, message, locations }) => {
      const files = locations.map(({ physicalLocation }) => basename(physicalLocation.artifactLocation.uri));
      return `${files.join()}: ${ruleId}: ${message.text}`;
    }),
  );
}

async function run(bicep: string, cwd: string, options: string[]): Promise<{ stdout: string; stderr: string }> {
  const settled = promisify(execFile)(bicep, options, { cwd, env: environment, maxBuffer: 2 ** 26 });
  return settled.catch((error: { stdout?: string; stderr?: string }) => {
    // With findings the status is 1, and they are told all the same.
    if (error.stdout === undefined || error.stderr === undefined) throw error;
    return { stdout: error.stdout, stderr: error.stderr };
  });
}
