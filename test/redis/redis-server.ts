import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A real Redis server on a free port of the loopback, which keeps nothing; a replica's copy goes to a directory of its own. */
export class RedisServer {
  readonly port: number;
  readonly #tlsPort: string | undefined;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(port: number, tlsPort: string | undefined, process: ChildProcess, directory: string) {
    this.port = port;
    this.#tlsPort = tlsPort;
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
    if (!log.includes('Ready to accept connections')) throw new Error(`redis-server ended at once:\n${log}`);
    server.stdout.resume();
    const tlsPort = options.includes('--tls-port') ? options[options.indexOf('--tls-port') + 1] : undefined;
    return new RedisServer(port, tlsPort, server, directory);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Where it listens for connections over TLS, if it was started with a `--tls-port`. */
  get tlsUrl(): string {
    return `rediss://localhost:${this.#tlsPort}`;
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

/** A key for `localhost`, and a certificate that is signed with it, as two files of a directory; good for a day. */
export async function makeCertificate(directory: string): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', key, '-out', certificate],
  ]);
  return { key, certificate };
}

/** What lets a server listen for connections over TLS too. */
export async function tlsOptions({ key, certificate }: { key: string; certificate: string }): Promise<string[]> {
  return [
    ...['--tls-port', String(await freePort()), '--tls-cert-file', certificate, '--tls-key-file', key],
    ...['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'],
  ];
}

/** More than there are test files side by side. */
const WORKERS = 16;
/** The first port of all, and how many there are for each. */
const [FIRST, COUNT] = [10_096, 1417];
/** Test files that run side by side have ports of their own, */
const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS;
/** and none is given again soon: who was given it may not listen yet. */
let latest = randomInt(COUNT);

/**
 * A port of the loopback that nobody listens on, and that nobody is given meanwhile: it is below those that the system
 * hands out (Linux: 32768 and up), and above the last that browsers and `fetch` refuse (10080).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    latest = (latest + 1) % COUNT;
    const port = FIRST + WORKERS * latest + worker;
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
