import { Server } from 'node:net';

type Listen = (this: Server, listener: () => void) => Server;

/**
 * Runs what opens a server by `listen(listener)`, as `@azure/functions` does, which leaves no choice of the address: on
 * the loopback, and not on all of the machine's.
 */
export async function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  const { listen } = Server.prototype;
  const local: Listen = function (listener) {
    return Reflect.apply(listen, this, [0, '127.0.0.1', listener]);
  };
  Server.prototype.listen = local as typeof listen;
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen;
  }
}
