import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { allIn } from '../redis/all-in.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { Client } from './client.ts';
import { type Ask, endpoints, expectUnauthenticated, told } from './strangers.ts';

describe.each(['memory', 'redis'])('on the %s store', (kind) => {
  let redis: RedisServer | undefined;
  let raw: Redis | undefined;
  let host: LocalHost;
  let alice: Client;
  let bob: Client;
  let theirs: { session_id: string; turn_id: string };
  beforeAll(async () => {
    if (kind === 'redis') {
      redis = await RedisServer.start();
      raw = new Redis(redis.url);
    }
    host = await startHost({ env: { AUTH_MODE: 'key', ...(redis ? { REDIS_URL: redis.url } : {}) } });
    alice = new Client(host.url, { 'x-user-id': 'alice@example.com' });
    bob = new Client(host.url, { 'x-user-id': 'bob@example.com' });
    theirs = await alice.chat({ message: 'A secret of mine' });
    await bob.chat({ message: 'Something of my own' });
  });
  afterAll(async () => {
    raw?.disconnect();
    await host?.stop();
    await redis?.stop();
  });

  test.each(Object.entries(endpoints))(
    '%s of somebody else’s session is answered as for one that never was',
    async (_, ask) => {
      const others = await told(await ask(bob, theirs.session_id, theirs.turn_id));
      const none = await told(await ask(bob, randomUUID(), randomUUID()));
      expect(others).toEqual(none);
      expect(others.body).not.toContain('secret');
      expect(await alice.history(theirs.session_id)).toHaveLength(2);
    },
  );

  test('lists and exports are each caller’s own', async () => {
    const list = async (client: Client, path: string) => (await client.get(path)).text();
    for (const path of ['/chat/sessions', '/chat/export']) {
      expect(await list(alice, path)).toContain(theirs.session_id);
      expect(await list(bob, path)).not.toContain(theirs.session_id);
    }
  });

  test('every endpoint wants to know who calls, but health', async () => {
    const nobody = new Client(host.url);
    const more: Ask[] = [
      (client) => client.get('/chat/sessions'),
      (client) => client.get('/chat/export'),
      (client) => client.get('/chat/assistants'),
      (client) => client.get('/chat/usage'),
      (client) => client.get('/chat/me'),
      (client) => client.delete('/chat/sessions'),
    ];
    for (const ask of [...Object.values(endpoints), ...more]) {
      await expectUnauthenticated(await ask(nobody, theirs.session_id, theirs.turn_id));
    }
    expect((await nobody.get('/health')).status).toBe(200);
  });

  if (kind !== 'redis') return;
  test('it costs the very same commands, and Redis holds no identity in clear', async () => {
    const connection = raw as Redis;
    const monitor = await connection.monitor();
    let seen: string[][] = [];
    monitor.on('monitor', (_time: string, command: string[]) => void seen.push(command));
    const commands = async (ask: Ask, sessionId: string, turnId: string) => {
      seen = [];
      await (await ask(bob, sessionId, turnId)).text();
      const mark = randomUUID();
      await connection.echo(mark);
      while (seen.at(-1)?.[1] !== mark) await new Promise((resolve) => setImmediate(resolve));
      return seen.slice(0, -1).map(([name = '', first = '']) => `${name} ${name === 'evalsha' ? first : ''}`);
    };
    for (const [name, ask] of Object.entries(endpoints)) {
      // How often a turn's lease is renewed is a matter of time, which a busy machine takes.
      const takesTurn = name === 'POST /chat' || name === 'POST /chat/stream';
      const cost = (list: string[]) => (takesTurn ? [...new Set(list)] : list);
      // Scripts are loaded by their first use.
      await commands(ask, randomUUID(), randomUUID());
      const others = await commands(ask, theirs.session_id, theirs.turn_id);
      expect(cost(others)).toEqual(cost(await commands(ask, randomUUID(), randomUUID())));
    }
    monitor.disconnect();
    for (const text of await allIn(redis?.url as string)) expect(text).not.toMatch(/alice|bob@|example\.com/);
  });
});
