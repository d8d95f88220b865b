import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { Client } from './client.ts';

interface Search {
  sessions: { id: string; title: string; turn_id: string | null; snippet: string }[];
  complete: boolean;
  before?: string;
}

describe.each(['memory', 'redis'])('a search on the %s store', (kind) => {
  let redis: RedisServer | undefined;
  let host: LocalHost;
  let alice: Client;
  let bob: Client;
  beforeAll(async () => {
    redis = kind === 'redis' ? await RedisServer.start() : undefined;
    host = await startHost({ env: { AUTH_MODE: 'key', ...(redis && { REDIS_URL: redis.url }) } });
    [alice, bob] = ['alice', 'bob'].map((user) => new Client(host.url, { 'x-user-id': user })) as [Client, Client];
  });
  afterAll(async () => {
    await host?.stop();
    await redis?.stop();
  });

  const path = (q: string, more = '') => `/chat/sessions?q=${encodeURIComponent(q)}${more}`;
  const find = async (client: Client, q: string, more = '') =>
    (await (await client.get(path(q, more))).json()) as Search;

  test('finds the caller’s own messages and titles, and nobody else’s', async () => {
    const { session_id, turn_id } = await alice.chat({ message: 'Wie weit ist es nach München?' });
    await alice.chat({ message: 'Something else', session_id });
    await bob.chat({ message: 'München, bitte' });
    const hit = { id: session_id, title: 'Wie weit ist es nach München?', turns: 2, pinned: false };
    const found = await find(alice, 'munchen WEIT');
    expect(found).toMatchObject({ sessions: [{ ...hit, turn_id: null, snippet: hit.title }], complete: true });
    await alice.patch(`/chat/history/${session_id}`, { title: 'Trip' });
    expect((await find(alice, 'munchen')).sessions).toMatchObject([{ title: 'Trip', turn_id, snippet: hit.title }]);
    expect((await find(alice, 'trip')).sessions).toMatchObject([{ turn_id: null, snippet: 'Trip' }]);
    expect(await find(alice, 'bitte')).toEqual({ sessions: [], complete: true });
    // What the model said is not searched.
    expect(await find(alice, 'demo')).toEqual({ sessions: [], complete: true });
    await alice.chat({ message: 'A zebra', temporary: true });
    expect(await find(alice, 'zebra')).toEqual({ sessions: [], complete: true });
  });

  test('has pages', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await alice.chat({ message: `A giraffe, ${n}` })).session_id);
    const first = await find(alice, 'giraffe', '&limit=3');
    expect(first).toMatchObject({ complete: false, before: ids[2] });
    const rest = await find(alice, 'giraffe', `&limit=3&before=${first.before}`);
    expect([...first.sessions, ...rest.sessions].map(({ id }) => id)).toEqual(ids);
    expect(rest.complete).toBe(true);
    expect(rest).not.toHaveProperty('before');
  });

  test.each([
    ['no word', '', 'q'],
    ['blanks', ' \t\u3000', 'q'],
    ['an accent alone', '\u0301', 'q'],
    ['more than 200 characters', '👍'.repeat(201), 'q'],
  ])('by %s is refused', async (_, q, field) => {
    const response = await alice.get(path(q));
    expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ field }] }]);
  });

  test('is held to the pages of a list', async () => {
    for (const more of ['&limit=0', '&limit=101', '&before=x']) {
      const response = await alice.get(path('x', more));
      expect([response.status, await response.json()]).toMatchObject([422, { code: 'invalid-request' }]);
    }
    expect((await alice.get(path('👍'.repeat(200)))).status).toBe(200);
    // What is no pattern anywhere.
    expect(await find(alice, '.*')).toEqual({ sessions: [], complete: true });
    expect(await find(alice, '*')).toEqual({ sessions: [], complete: true });
  });
});
