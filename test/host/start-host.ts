import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { hostLog, noteText } from '../logs/suite-logs.ts';

const project = resolve(import.meta.dirname, '../..');

/** Something that serves the app over HTTP, wherever it runs. */
export interface Host {
  /** Without a slash at its end. */
  url: string;
  stop(): Promise<void>;
}

/** The local host, in a process of its own. */
export interface LocalHost extends Host {
  pid: number;
  /** All that it has written so far, to stdout and stderr. */
  logs(): string;
  /** Ends it as a deployment does, by SIGTERM. */
  stop(): Promise<void>;
  /** Ends it as a crash does, by SIGKILL. */
  kill9(): Promise<void>;
  /** Its exit status once it has ended; `null` after a signal. */
  exited: Promise<number | null>;
}

export interface HostOptions {
  /** All of its environment beside PATH and HOME. */
  env?: Record<string, string>;
  /** The app to run; by default what the test run's start has built. */
  bundle?: string;
  /** Where `host.json` and `local.settings.json` are read. By default the project's host.json, and no local settings. */
  directory?: string;
  /** Further options of its command line. */
  args?: string[];
  /** Whether a host is wanted whose app could not be loaded. */
  mayFailToLoad?: boolean;
}

/** Starts the local host on a free port, and waits until it listens. */
export async function startHost({
  env = {},
  bundle,
  directory,
  args = [],
  mayFailToLoad = false,
}: HostOptions = {}): Promise<LocalHost> {
  const localSettings = directory === undefined ? ['--no-local-settings'] : [];
  const child = spawn(
    process.execPath,
    [
      resolve(project, 'local/host.ts'),
      ...['--port', '0', '--bundle', resolve(project, bundle ?? 'dist/functions.js')],
      ...localSettings,
      ...args,
    ],
    { cwd: directory ?? project, env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const keep = hostLog(env);
  noteText(env['OPENAI_API_KEY'], env['AZURE_OPENAI_API_KEY'], env['OWNER_HASH_KEY']);
  let logs = '';
  // With its output: what it wrote last may come behind its end.
  const exited = once(child, 'close').then(([status]) => status as number | null);
  let isLoaded = true;
  const url = await new Promise<string>((listens, fails) => {
    for (const stream of [child.stdout, child.stderr]) {
      // Of two streams whole lines are joined: what is read of one may end anywhere.
      let begun = '';
      const tell = (lines: string) => {
        logs += lines;
        keep(lines);
      };
      stream.setEncoding('utf8').on('end', () => tell(begun));
      stream.on('data', (text: string) => {
        begun += text;
        const end = begun.lastIndexOf('\n') + 1;
        tell(begun.slice(0, end));
        begun = begun.slice(end);
        const [, found, rest] = /^Parley listens on ([^\s,]+)(.*)\n/m.exec(logs) ?? [];
        if (found === undefined) return;
        if (mayFailToLoad || !rest?.startsWith(', but')) return listens(found);
        isLoaded = false;
        child.kill('SIGKILL');
      });
    }
    child.on('error', fails);
    child.on('close', (status) => {
      const fault = isLoaded ? `the host ended with ${status} before it listened` : 'the app was not loaded';
      fails(new Error(`${fault}:\n${logs}`));
    });
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  const pid = child.pid as number;
  return { url, pid, logs: () => logs, exited, stop: () => end('SIGTERM'), kill9: () => end('SIGKILL') };
}

/**
 * Without the developer's own settings, and without what the test runner sets for its workers. A title of the model's is a
 * call of its own, which tests of something else do not count: who wants it sets `SESSION_TITLES`.
 */
function cleanEnvironment(env: Record<string, string>): Record<string, string | undefined> {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], SESSION_TITLES: 'first-words', ...env };
}
