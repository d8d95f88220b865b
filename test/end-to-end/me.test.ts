import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { startEasyAuth } from '../identity/easy-auth-front.ts';
import { OidcIssuer } from '../identity/oidc-issuer.ts';
import { noteText } from '../logs/suite-logs.ts';
import { allIn } from '../redis/all-in.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { Client } from './client.ts';

/** Long enough to be looked for in all logs. */
const NAME = 'Alice Pleasance Liddell';
noteText(NAME, 'alice@contoso.com');

const ends: (() => unknown)[] = [];
let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
  ends.push(() => redis.stop());
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

async function serve(settings: Record<string, string>): Promise<LocalHost> {
  const audit = { AUDIT_SINK: 'log', AUDIT_CONTENT: 'hash' };
  const host = await startHost({ env: { REDIS_URL: redis.url, ...audit, ...settings } });
  ends.push(() => host.stop());
  return host;
}

/** A caller in a way of knowing callers, and what it is told of itself. */
const modes: Record<string, () => Promise<{ host: LocalHost; client: Client; told: object }>> = {
  async open() {
    const host = await serve({ AUTH_MODE: 'open' });
    return { host, client: new Client(host.url), told: { user: {} } };
  },
  async key() {
    const host = await serve({ AUTH_MODE: 'key' });
    return { host, client: new Client(host.url, { 'x-user-id': NAME }), told: { user: { name: NAME } } };
  },
  async jwt() {
    const issuer = await OidcIssuer.start();
    ends.push(() => issuer.stop());
    const host = await serve({ AUTH_MODE: 'jwt', AUTH_ISSUER: issuer.url, AUTH_AUDIENCE: 'parley' });
    const token = await issuer.token({ name: NAME, preferred_username: 'alice@contoso.com' });
    return { host, client: new Client(host.url, { authorization: `Bearer ${token}` }), told: { user: { name: NAME } } };
  },
  async easyauth() {
    const host = await serve({ AUTH_MODE: 'easyauth', WEBSITE_AUTH_ENABLED: 'True' });
    const front = await startEasyAuth(host.url);
    ends.push(() => front.stop());
    const client = new Client(front.url, {
      authorization: 'Bearer alice',
      // The platform takes it away.
      'x-ms-client-principal-name': 'somebody else',
    });
    return { host, client, told: { user: { name: 'alice@contoso.com' }, sign_out: '/.auth/logout' } };
  },
};

describe.each(Object.entries(modes))('with AUTH_MODE=%s', (_, start) => {
  test('the caller is told who it is, and nobody else is: neither Redis nor any log', async () => {
    const { host, client, told } = await start();
    await client.chat({ message: 'Hi' });
    const response = await client.get('/chat/me');
    expect([response.status, await response.json()]).toEqual([200, told]);
    expect(response.headers.get('cache-control')).toBe('no-store');

    const kept = await allIn(redis.url);
    expect(kept.length).toBeGreaterThan(2);
    for (const text of [...kept, host.logs()]) {
      expect(text).not.toContain('Alice');
      expect(text).not.toContain('alice');
    }
  });
});

test('who is not known is told that, and not who anybody is', async () => {
  const host = await serve({ AUTH_MODE: 'key' });
  const response = await new Client(host.url).get('/chat/me');
  expect([response.status, await response.json()]).toMatchObject([401, { code: 'unauthenticated' }]);
});
