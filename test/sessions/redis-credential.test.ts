import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { RedisConnection } from '../../shared/sessions/redis-connection.ts';
import { objectIdOf, RotatingCredential } from '../../shared/sessions/redis-credential.ts';
import { RedisServer } from '../redis/redis-server.ts';

const HOUR = 3_600_000;
const credential = (password: string, lifetime = HOUR) => ({
  username: 'app',
  password,
  expiresAt: Date.now() + lifetime,
});

afterEach(() => void vi.useRealTimers());

describe('a rotating credential', () => {
  test('is fetched once for all who ask at the same time, and kept', async () => {
    let fetched = 0;
    const rotating = new RotatingCredential(async () => {
      fetched += 1;
      return credential(`p${fetched}`);
    });
    const all = await Promise.all(Array.from({ length: 10 }, () => rotating.current()));
    expect(new Set(all.map(({ password }) => password))).toEqual(new Set(['p1']));
    expect((await rotating.current()).password).toBe('p1');
  });

  test('is fetched again before it ends, and when Redis refused it', async () => {
    let fetched = 0;
    const rotating = new RotatingCredential(async () => {
      fetched += 1;
      return credential(`p${fetched}`);
    });
    await rotating.current();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR - 60_000 });
    expect((await rotating.current()).password).toBe('p2');
    rotating.forget();
    expect((await rotating.current()).password).toBe('p3');
  });

  test('is tried again where it cannot be had, with a complaint that names the scope and what to grant', async () => {
    const complaints: string[] = [];
    let tries = 0;
    const rotating = new RotatingCredential(
      async () => {
        tries += 1;
        if (tries < 2) throw new Error('no identity');
        return credential('p');
      },
      (complaint) => void complaints.push(complaint),
    );
    expect((await rotating.current()).password).toBe('p');
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(
      /no identity.*https:\/\/redis\.azure\.com.*|https:\/\/redis\.azure\.com.*no identity.*access policy/,
    );
  });

  test('has the object id of its token for a user name, and refuses what is no token of an identity', () => {
    const token = (payload: object) => `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`;
    expect(objectIdOf(token({ oid: 'an-id' }))).toBe('an-id');
    for (const wrong of ['', 'abc', token({}), token({ oid: 7 })]) expect(() => objectIdOf(wrong)).toThrow();
  });
});

describe('a connection with a rotating credential', () => {
  test('outlives changes of its password', async () => {
    const server = await RedisServer.start();
    const admin = new Redis(server.url);
    let password = '';
    const rotate = async (next: string) => {
      password = next;
      await admin.call('ACL', 'SETUSER', 'app', 'on', 'resetpass', `>${next}`, '~*', '&*', '+@all');
      await admin.call('CLIENT', 'KILL', 'USER', 'app');
    };
    await rotate('first');
    const place = { url: server.url, cluster: false, waitReplicas: 0, auth: 'entra' as const };
    const connection = new RedisConnection(place, new RotatingCredential(async () => credential(password)));
    for (const next of ['second', 'third', 'fourth']) {
      await connection.run((redis) => redis.set('key', next));
      expect(await connection.run((redis) => redis.get('key'))).toBe(next);
      await rotate(next);
    }
    expect(await connection.run((redis) => redis.get('key'))).toBe('fourth');
    await connection.close();
    admin.disconnect();
    await server.stop();
  });
});
