import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHost } from '../host/start-host.ts';
import { makeCertificate, RedisServer, tlsOptions } from '../redis/redis-server.ts';
import { Client } from './client.ts';

let directory: string;
let redis: RedisServer;
let certificate: string;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-tls-'));
  const files = await makeCertificate(directory);
  certificate = files.certificate;
  redis = await RedisServer.start(...(await tlsOptions(files)), '--requirepass', 'a p@ss/word');
  url = redis.tlsUrl.replace('//', `//:${encodeURIComponent('a p@ss/word')}@`);
});

afterAll(async () => {
  await redis.stop();
  await rm(directory, { recursive: true });
});

async function chat(env: Record<string, string>): Promise<{ status: number; code?: string; turns: number }> {
  const host = await startHost({ env: { REDIS_URL: url, ...env } });
  try {
    const client = new Client(host.url);
    const response = await client.post('/chat', { message: 'over TLS' });
    const { session_id, code } = (await response.json()) as { session_id?: string; code?: string };
    if (session_id === undefined) return { status: response.status, ...(code ? { code } : {}), turns: 0 };
    return { status: response.status, turns: (await client.history(session_id)).length / 2 };
  } finally {
    await host.stop();
  }
}

test('over TLS, with a password, turns are stored', async () => {
  expect(await chat({ NODE_EXTRA_CA_CERTS: certificate })).toEqual({ status: 200, turns: 1 });
});

test('a server whose certificate nobody vouches for gets no password, and no turn', async () => {
  expect(await chat({})).toEqual({ status: 503, code: 'store-unavailable', turns: 0 });
});
