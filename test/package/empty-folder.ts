import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** As in a terminal of its own: npm and Vitest tell those that they run where they run themselves. */
export const strangersEnvironment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(PATH|HOME)$|CERT|_CA_|PROXY/i.test(name)),
);

/** A folder outside of the repository, so that nothing is found in it but what was put there. */
export class EmptyFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<EmptyFolder> {
    return new EmptyFolder(await mkdtemp(join(tmpdir(), 'parley-stranger-')));
  }

  async write(files: Record<string, object>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(this.path, name), JSON.stringify(content));
    }
  }

  /** @returns what it wrote to stdout */
  async run(command: string, ...args: string[]): Promise<string> {
    const options = { cwd: this.path, env: strangersEnvironment, maxBuffer: 16 * 1024 * 1024 };
    const { stdout } = await execute(command, args, options).catch((error) => {
      const said = `${error.stdout ?? ''}${error.stderr ?? ''}`;
      throw new Error(`${[command, ...args].join(' ')}:\n${said.slice(-4000)}`, { cause: error.cause });
    });
    return stdout;
  }

  install(...packages: string[]): Promise<string> {
    return this.run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...packages);
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
