import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { TokenEndpoint } from '../identity/token-endpoint.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { Client } from './client.ts';

let endpoint: TokenEndpoint;
let redis: RedisServer;
let admin: Redis;
let host: LocalHost;
beforeAll(async () => {
  endpoint = await TokenEndpoint.start({ delayMs: 1500 });
  const { identity, token } = endpoint;
  redis = await RedisServer.start('--user', identity, 'on', `>${token}`, '~*', '&*', '+@all');
  admin = new Redis(redis.url);
  host = await startHost({ env: { REDIS_URL: redis.url, REDIS_AUTH: 'entra', ...endpoint.env } });
});
afterAll(async () => {
  await host?.stop();
  admin?.disconnect();
  await Promise.all([redis?.stop(), endpoint?.stop()]);
});

test('an instance signs in to Redis as it starts, so that a token that takes longer than an answer fails no request', async () => {
  await eventually(async () => String(await admin.client('LIST')).includes(`user=${endpoint.identity}`));
  expect((await new Client(host.url).post('/chat', { message: 'first' })).status).toBe(200);
  expect(endpoint.asked).toBe(1);
});
