import { once } from 'node:events';
import { createServer } from 'node:net';

/** One that nothing listens on, and that no system hands out by itself: it stays free while no server runs on it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer().listen(port);
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
}
