import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { TcpProxy } from './tcp-proxy.ts';

let one: Server;
let other: Server;
let proxy: TcpProxy;
let heard: string;
let open: Socket[];

/** Answers everything with its name before it. */
async function serve(name: string): Promise<Server> {
  const server = createServer((socket) => {
    open.push(socket);
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      socket.write(`${name}:${text}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function dial() {
  let said = '';
  const socket = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
  open.push(socket);
  socket.on('data', (text: string) => {
    said += text;
  });
  socket.on('error', () => {});
  return { socket, said: () => said };
}

beforeEach(async () => {
  [heard, open] = ['', []];
  [one, other] = [await serve('one'), await serve('other')];
  proxy = await TcpProxy.start(portOf(one));
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  await proxy.stop();
  one.close();
  other.close();
});

test('passes bytes both ways, in their order also when they are late', async () => {
  const { socket, said } = dial();
  socket.write('hello');
  await eventually(() => said() === 'one:hello');
  proxy.mode = { delayMs: 60 };
  const startedAt = performance.now();
  socket.write(' late');
  await eventually(() => heard === 'hello late');
  // Timers may fire a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThan(58);
  proxy.mode = 'pass';
  socket.write(' soon');
  await eventually(() => said() === 'one:helloone: lateone: soon');
});

test('holds bytes back, and loses none of them', async () => {
  const { socket, said } = dial();
  await once(socket, 'connect');
  proxy.mode = 'hold';
  socket.write('held');
  await sleep(30);
  expect(heard).toBe('');
  proxy.mode = 'pass';
  await eventually(() => said() === 'one:held');
});

test('leads new connections to a new target, and cuts or freezes the old ones', async () => {
  const frozen = dial();
  frozen.socket.write('a');
  await eventually(() => frozen.said() === 'one:a');
  proxy.freeze();
  proxy.target = portOf(other);
  frozen.socket.write('b');
  const next = dial();
  next.socket.write('c');
  await eventually(() => next.said() === 'other:c');
  expect([heard, frozen.socket.destroyed]).toEqual(['ac', false]);
  proxy.cut();
  expect(proxy.isUsed).toBe(false);
  await eventually(() => frozen.socket.destroyed && next.socket.destroyed);
});

test('refuses connections, and listens on the same port again', async () => {
  await proxy.refuse();
  const [refusal] = await once(dial().socket, 'error');
  expect(refusal).toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.listen();
  const next = dial();
  next.socket.write('back');
  await eventually(() => next.said() === 'one:back');
});
