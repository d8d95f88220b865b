import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { eventually } from '../../eventually.ts';

const STARTS_WITHIN_MS = 120_000;

/** Whatever a line of the docs starts that serves pages, until it is stopped. */
export class DevServer {
  readonly #group: number;
  readonly #ended: Promise<unknown>;
  #said = '';

  private constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.#group = child.pid as number;
    this.#ended = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
  }

  /** Waits until it serves the page. */
  static async start(command: string, cwd: string, env: NodeJS.ProcessEnv, url: string): Promise<DevServer> {
    // A group of its own, as npm starts the server as a child.
    const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new DevServer(child);
    const isThere = () =>
      fetch(url).then(
        ({ ok }) => ok,
        () => child.exitCode !== null && Promise.reject(new Error('it ended')),
      );
    await eventually(isThere, STARTS_WITHIN_MS).catch(async (cause) => {
      await server.stop();
      throw new Error(`${command} serves nothing:\n${server.said}`, { cause });
    });
    return server;
  }

  /** The end of what it wrote. */
  get said(): string {
    return this.#said.slice(-4000);
  }

  async stop(): Promise<void> {
    try {
      process.kill(-this.#group, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
    await this.#ended;
  }
}
