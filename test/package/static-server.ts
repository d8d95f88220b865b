import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { answering } from '../answering.ts';

const types: Record<string, string> = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript' };

/** Serves what a folder holds, as any web server does. */
export class StaticServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly stop: () => void;

  private constructor(url: string, stop: () => void) {
    this.url = url;
    this.stop = stop;
  }

  /** @param change what is sent in place of a text */
  static async start(folder: string, headers: Record<string, string> = {}, change = (text: string) => text) {
    const server = createServer(
      answering(async ({ url = '/' }, response) => {
        const path = join(folder, new URL(url, 'http://here').pathname.replace(/\/$/, '/index.html'));
        const text = await readFile(path, 'utf8').catch(() => undefined);
        if (text === undefined) response.writeHead(404).end();
        else response.writeHead(200, { 'content-type': types[extname(path)], ...headers }).end(change(text));
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StaticServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => {
      server.closeAllConnections();
      server.close();
    });
  }
}
