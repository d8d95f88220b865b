import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Azurite } from '../audit/azurite.ts';

/** Where audit records go, and which can be made to fail. */
export interface FailingSink {
  /** Settings of the service. */
  env: Record<string, string>;
  fail(): Promise<void>;
  heal(): Promise<void>;
  /** What was kept. */
  lines(): Promise<string[]>;
  stop(): Promise<void>;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

/** A file whose directory is moved away. */
export async function failingFile(): Promise<FailingSink> {
  const root = await mkdtemp(join(tmpdir(), 'audit-faults-'));
  const [there, away] = [join(root, 'there'), join(root, 'away')];
  await mkdir(there);
  return {
    env: { AUDIT_SINK: 'file', AUDIT_FILE: join(there, 'audit.jsonl') },
    fail: () => rename(there, away),
    heal: () => rename(away, there),
    lines: async () => linesOf(await readFile(join(there, 'audit.jsonl'), 'utf8')),
    stop: () => rm(root, { recursive: true }),
  };
}

/**
 * A real blob service behind a connection that breaks: while it fails, requests may arrive, but no answer comes back,
 * so that nobody knows what was kept.
 */
export async function failingBlob(): Promise<FailingSink> {
  const azurite = await Azurite.start();
  const sockets = new Set<Socket>();
  let isFailing = false;
  const proxy = createServer((socket) => {
    const upstream = connect(azurite.port, '127.0.0.1');
    const end = () => {
      for (const each of [socket, upstream]) each.destroy();
      sockets.delete(socket);
    };
    sockets.add(socket);
    socket.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => (isFailing ? end() : socket.write(chunk)));
    for (const each of [socket, upstream]) each.on('error', end).on('close', end);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const container = 'audit';
  return {
    env: {
      AUDIT_SINK: 'blob',
      AUDIT_BLOB_CONNECTION_STRING: azurite.connectionString.replace(`:${azurite.port}/`, `:${port}/`),
      AUDIT_BLOB_CONTAINER: container,
    },
    fail: async () => {
      isFailing = true;
    },
    heal: async () => {
      isFailing = false;
    },
    lines: async () => Object.values(await azurite.read(container)).flatMap(linesOf),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await azurite.stop();
    },
  };
}
