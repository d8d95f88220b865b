import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './redis-server.ts';

/** What a proxy does with bytes: pass them, hold them back until it passes them again, or pass them late. */
export type ProxyMode = 'pass' | 'hold' | { delayMs: number };

/** A way to a server that a test can bend, cut and turn elsewhere. */
export class TcpProxy {
  /** Of the server that new connections lead to. */
  target: number;
  #mode: ProxyMode = 'pass';
  #server: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #frozen = new Set<Socket>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    this.target = target;
    this.#accept();
  }

  static async start(target: number): Promise<TcpProxy> {
    // Nobody is given this one while it refuses connections: of the system's own ports, anybody might be.
    const server = createServer({ noDelay: true }).listen(await freePort(), '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, target);
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Whether anybody is connected by a connection that is not frozen. */
  get isUsed(): boolean {
    return this.#sockets.size > 0;
  }

  set mode(mode: ProxyMode) {
    this.#mode = mode;
    for (const socket of this.#sockets) {
      if (mode === 'hold') socket.pause();
      else socket.resume();
    }
  }

  /** Ends every connection at once, as a crash or a fail-over does. */
  cut(): void {
    for (const socket of [...this.#sockets, ...this.#frozen]) socket.resetAndDestroy();
  }

  /** The connections that there are go dead without a word; new ones are as good as ever. */
  freeze(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners('data').pause();
      this.#frozen.add(socket);
    }
    this.#sockets.clear();
  }

  /** Refuses connections from now on, as a server that is down. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  async listen(): Promise<void> {
    this.#server = createServer({ noDelay: true }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#accept();
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.refuse();
  }

  #accept(): void {
    this.#server.on('connection', (near) => {
      const far = connect({ port: this.target, host: '127.0.0.1', noDelay: true });
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      this.#frozen.delete(from);
      to.destroy();
    });
    let due = 0;
    from.on('data', (bytes) => {
      // What comes later never overtakes what was delayed.
      due = Math.max(due, performance.now() + (typeof this.#mode === 'string' ? 0 : this.#mode.delayMs));
      const wait = due - performance.now();
      if (wait <= 0) to.write(bytes);
      else setTimeout(() => to.write(bytes), wait);
    });
    if (this.#mode === 'hold') from.pause();
  }
}
