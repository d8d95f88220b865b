import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { strangersEnvironment } from '../../package/empty-folder.ts';
import { DevServer } from './dev-server.ts';
import { isServer, type Step } from './recipe.ts';

const execute = promisify(execFile);

const LONGEST_MS = 300_000;

export interface Reader {
  /** Where the reader begins. */
  directory: string;
  env: NodeJS.ProcessEnv;
  /** What a reader replaces by their own. */
  change: (text: string) => string;
  /** The line that starts a server, so that it is free to choose where. */
  serve: (line: string) => string;
  url: string;
  /** Called for each server that is started, while it runs. */
  tryOut: (line: string) => Promise<void>;
}

/** Does what a recipe says, step by step. What it starts that serves pages is tried out, and stopped. */
export async function follow(steps: readonly Step[], reader: Reader): Promise<void> {
  const { change, serve, url, tryOut } = reader;
  const env = { ...strangersEnvironment, CI: '1', ...reader.env };
  let { directory } = reader;
  for (const step of steps) {
    if ('write' in step) {
      const path = join(directory, step.write);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, change(step.text));
    } else if (step.run.startsWith('cd ')) {
      directory = resolve(directory, step.run.slice(3));
    } else if (isServer(step)) {
      const server = await DevServer.start(serve(step.run), directory, env, url);
      const fault = await tryOut(step.run).catch((error: Error) => error);
      await server.stop();
      if (fault) throw new Error(`${fault.message}\nThe server says:\n${server.said}`, { cause: fault });
    } else {
      await execute('sh', ['-c', change(step.run)], { cwd: directory, env, timeout: LONGEST_MS }).catch((error) => {
        throw new Error(`${step.run}:\n${`${error.stdout}${error.stderr}`.slice(-4000)}`);
      });
    }
  }
}
