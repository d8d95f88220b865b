import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const project = resolve(import.meta.dirname, '../..');
const directory = resolve(project, '.cache/packed');

/** What strangers install. */
export const tarball = resolve(directory, 'parley-client-0.1.0.tgz');

/** Builds and packs it, once for the whole run of the tests. */
export async function setup(): Promise<void> {
  await mkdir(directory, { recursive: true });
  await run('npm', ['pack', '-w', 'parley-client', '--pack-destination', directory], { cwd: project });
}
