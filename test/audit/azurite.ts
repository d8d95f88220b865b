import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BlobServiceClient } from '@azure/storage-blob';

/** The account that every Azurite has; the key is public. */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** A real blob service, in a process of its own on a free port of the loopback, with nothing on disk. */
export class Azurite {
  readonly port: number;
  readonly stop: () => Promise<void>;

  private constructor(port: number, stop: () => Promise<void>) {
    this.port = port;
    this.stop = stop;
  }

  /** @param port of an earlier one, to come back where that was */
  static async start(port = 0): Promise<Azurite> {
    const program = fileURLToPath(import.meta.resolve('azurite/dist/src/blob/main.js'));
    const options = [
      '--inMemoryPersistence',
      '--blobPort',
      String(port),
      '--skipApiVersionCheck',
      '--disableTelemetry',
      '--silent',
    ];
    const server = spawn(process.execPath, [program, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    const listens = Promise.withResolvers<number>();
    let log = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const [, found] = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(log) ?? [];
      if (found !== undefined) listens.resolve(Number(found));
    });
    server.on('close', () => listens.reject(new Error(`azurite ended before it listened:\n${log}`)));
    return new Azurite(await listens.promise, async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const exit = once(server, 'exit');
      server.kill('SIGKILL');
      await exit;
    });
  }

  get connectionString(): string {
    const endpoint = `http://127.0.0.1:${this.port}/${ACCOUNT}`;
    return `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${endpoint};`;
  }

  /** The text of every blob of a container, by its name. */
  async read(container: string): Promise<Record<string, string>> {
    const client = BlobServiceClient.fromConnectionString(this.connectionString).getContainerClient(container);
    const texts: Record<string, string> = {};
    for await (const { name } of client.listBlobsFlat()) {
      texts[name] = (await client.getBlobClient(name).downloadToBuffer()).toString();
    }
    return texts;
  }
}
