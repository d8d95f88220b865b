import { afterAll, beforeAll, describe } from 'vitest';
import type { SessionRules, SessionStore } from '../../shared/conversation/ports/session-store.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { RedisServer } from '../redis/redis-server.ts';

/** Describes what holds of every store, the Redis one on a server of its own. */
export function describeEachStore(name: string, suite: (open: (rules: SessionRules) => SessionStore) => void): void {
  describe(`${name} of the memory store`, () => suite((rules) => new MemorySessionStore(rules)));

  describe(`${name} of the redis store`, () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await RedisServer.start();
    });
    afterAll(() => server?.stop());
    const place = () => ({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' as const });
    suite((rules) => new RedisSessionStore(new RedisConnection(place()), rules));
  });
}
