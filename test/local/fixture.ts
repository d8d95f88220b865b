import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fixtureBundle } from '../host/build-app.ts';
import { type HostOptions, type LocalHost, startHost } from '../host/start-host.ts';

/** Runs the fixture app under the local host, with the project's host.json where no other directory is given. */
export function startFixture(options: HostOptions = {}): Promise<LocalHost> {
  return startHost({ bundle: fixtureBundle, ...options });
}

/** A directory of a function app that holds these files, until the test has ended. */
export async function appDirectory(files: Record<string, unknown>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-host-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return directory;
}
