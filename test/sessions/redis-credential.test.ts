import { CredentialUnavailableError } from '@azure/identity';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { entraIdentity } from '../../shared/platform/entra-identity.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { entraCredential, objectIdOf, RotatingCredential } from '../../shared/sessions/redis/redis-credential.ts';
import { eventually } from '../eventually.ts';
import { TokenEndpoint } from '../identity/token-endpoint.ts';
import { RedisCluster } from '../redis/redis-cluster.ts';
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
    rotating.renew();
    expect((await rotating.current()).password).toBe('p3');
  });

  test('is tried again where it cannot be had, with a complaint that names the scope and what to grant', async () => {
    const complaints: string[] = [];
    let tries = 0;
    const rotating = new RotatingCredential(
      async () => {
        tries += 1;
        if (tries < 2) throw new CredentialUnavailableError('no identity 1234');
        return credential('p');
      },
      (complaint) => void complaints.push(complaint),
    );
    expect((await rotating.current()).password).toBe('p');
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(/https:\/\/redis\.azure\.com.*CredentialUnavailableError.*access policy/);
    expect(complaints[0]).not.toContain('1234');
  });

  test('has the object id of its token for a user name, and refuses what is no token of an identity', () => {
    const token = (payload: object) => `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`;
    expect(objectIdOf(token({ oid: 'an-id' }))).toBe('an-id');
    for (const wrong of ['', 'abc']) expect(() => objectIdOf(wrong)).toThrow();
    for (const wrong of [{}, { oid: 7 }])
      expect(() => objectIdOf(token(wrong))).toThrow('the token names no object id');
  });

  test('complains of a process that has no identity', async () => {
    const complain = vi.spyOn(console, 'error').mockImplementation(() => {});
    const token = `h.${Buffer.from(JSON.stringify({ oid: 'an-id' })).toString('base64url')}.s`;
    const got = [null, { token, expiresOnTimestamp: Date.now() + HOUR }];
    const rotating = entraCredential({ getToken: async () => got.shift() ?? null });
    expect(await rotating.current()).toMatchObject({ username: 'an-id', password: token });
    expect(complain).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('there is no identity'));
    complain.mockRestore();
  });
});

test('a token that never comes is asked for again, and Redis is used as soon as there is one', async () => {
  const endpoint = await TokenEndpoint.start({ hanging: 1 });
  for (const [name, value] of Object.entries(endpoint.env)) vi.stubEnv(name, value);
  const server = await RedisServer.start('--user', endpoint.identity, 'on', `>${endpoint.token}`, '~*', '&*', '+@all');
  const place = { url: server.url, cluster: false, waitReplicas: 0, auth: 'entra' as const };
  const connection = new RedisConnection(place, entraCredential(entraIdentity(300)));
  try {
    await eventually(() => connection.run((redis) => redis.ping()).catch(() => undefined));
    // One that takes longer than 300 ms is given up, too.
    expect(endpoint.asked).toBeGreaterThanOrEqual(2);
  } finally {
    await connection.close();
    await Promise.all([server.stop(), endpoint.stop()]);
    vi.unstubAllEnvs();
  }
});

test('a place of an identity is signed in to with that of the process', async () => {
  const endpoint = await TokenEndpoint.start();
  for (const [name, value] of Object.entries(endpoint.env)) vi.stubEnv(name, value);
  const user = ['--user', endpoint.identity, 'on', `>${endpoint.token}`, '~*', '&*', '+@all'];
  const server = await RedisServer.start(...user, '--user', 'default', 'off');
  const connection = new RedisConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'entra' });
  try {
    const who = () => connection.run((redis) => redis.call('ACL', 'WHOAMI')).catch(() => undefined);
    expect(await eventually(async () => String(await who()))).toBe(endpoint.identity);
  } finally {
    await connection.close();
    await Promise.all([server.stop(), endpoint.stop()]);
    vi.unstubAllEnvs();
  }
});

describe.each([false, true])('a connection with a rotating credential (cluster: %s)', (cluster) => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  let server: RedisServer | RedisCluster;
  let admins: Redis[];
  let connection: RedisConnection;
  let password: string;

  const everywhere = (...command: [string, ...string[]]) => Promise.all(admins.map((admin) => admin.call(...command)));
  const rotate = async (next: string) => {
    password = next;
    await everywhere('ACL', 'SETUSER', 'app', 'on', 'resetpass', `>${next}`, '~*', '&*', '+@all');
  };

  beforeEach(async () => {
    server = cluster ? await RedisCluster.start() : await RedisServer.start();
    const urls = server instanceof RedisCluster ? server.nodes.map(({ url }) => url) : [server.url];
    admins = urls.map((url) => new Redis(url));
    await rotate('first');
    const place = { url: server.url, cluster, waitReplicas: 0, auth: 'entra' as const };
    connection = new RedisConnection(place, new RotatingCredential(async () => credential(password)));
  });

  afterEach(async () => {
    await connection.close();
    for (const admin of admins) admin.disconnect();
    await server.stop();
  });

  test('is made with the name and the password of its URL where that has them', async () => {
    await rotate('a "b/c');
    const url = server.url.replace('//', `//app:${encodeURIComponent(password)}@`);
    const named = new RedisConnection({ url, cluster, waitReplicas: 0, auth: 'url' });
    expect(await named.run((redis) => redis.call('ACL', 'WHOAMI'))).toBe('app');
    await named.close();
  });

  test('outlives changes of its password', async () => {
    for (const next of Array.from({ length: 20 }, (_, round) => `password ${round}`)) {
      for (const key of keys) await connection.run((redis) => redis.set(key, next));
      await rotate(next);
      await everywhere('CLIENT', 'KILL', 'USER', 'app');
      for (const key of keys) expect(await connection.run((redis) => redis.get(key))).toBe(next);
    }
  });

  test('signs in anew on the connections it has, before its password ends', async () => {
    const connections = async () => (await everywhere('CLIENT', 'LIST')).join('').match(/^id=\d+(?=.* user=app)/gm);
    const signIns = async () => {
      const stats = (await everywhere('INFO', 'commandstats')).join('');
      const calls = stats.matchAll(/^cmdstat_auth:calls=(\d+).*failed_calls=0/gm);
      return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    for (const key of keys) await connection.run((redis) => redis.set(key, 'kept'));
    const [open, before] = [await connections(), await signIns()];
    vi.advanceTimersByTime(HOUR / 2);
    for (const key of keys) await connection.run((redis) => redis.get(key));
    expect(await signIns()).toBe(before);
    // Before the end of the first one, and of the next.
    for (const [round, ms] of [HOUR / 2 - 240_000, HOUR - 240_000].entries()) {
      vi.advanceTimersByTime(ms);
      await eventually(async () => (await signIns()) >= before + (round + 1) * admins.length);
    }
    vi.useRealTimers();
    for (const key of keys) expect(await connection.run((redis) => redis.get(key))).toBe('kept');
    expect(open?.length).toBeGreaterThan(0);
    expect(await connections()).toEqual(open);
  });
});
