import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Redis server on a free port of the loopback, which keeps nothing; a replica's copy goes to a directory of its own. */
export class RedisServer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(port: number, process: ChildProcess, directory: string) {
    this.port = port;
    this.#process = process;
    this.#directory = directory;
  }

  static async start(...options: string[]): Promise<RedisServer> {
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), 'redis-'));
    const server = spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        directory,
        ...options,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    server.on('error', (error) => {
      throw new Error('redis-server cannot be run: Debian has it as the package redis-server', { cause: error });
    });
    let log = '';
    for await (const chunk of server.stdout) {
      log += chunk;
      if (log.includes('Ready to accept connections')) break;
    }
    if (server.exitCode !== null) throw new Error(`redis-server ended at once:\n${log}`);
    server.stdout.resume();
    return new RedisServer(port, server, directory);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exit = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await exit;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** A port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
