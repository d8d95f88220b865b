import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client } from './client.ts';

interface Session {
  id: string;
  title: string;
  pinned: boolean;
  turns: number;
}

describe.each(['memory', 'redis'])('titles and pins on the %s store', (kind) => {
  let redis: RedisServer | undefined;
  let upstream: ScriptedUpstream;
  let host: LocalHost;
  let client: Client;
  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    redis = kind === 'redis' ? await RedisServer.start() : undefined;
    const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
    host = await startHost({ env: { ...model, ...(redis && { REDIS_URL: redis.url }) } });
    client = new Client(host.url);
  });
  afterAll(async () => {
    await host?.stop();
    await Promise.all([upstream?.stop(), redis?.stop()]);
  });

  const begun = async () => (await client.chat({ message: 'A first message' })).session_id as string;
  const edit = (id: string, body: unknown) => client.patch(`/chat/history/${id}`, body);
  const list = async (query = '') =>
    (await (await client.get(`/chat/sessions${query}`)).json()) as { sessions: Session[]; pinned?: Session[] };

  test.each([
    ['nothing', {}, 'title'],
    ['what is not known', { title: 'x', turns: 3 }, 'turns'],
    ['__proto__', '{"title":"x","__proto__":{}}', '__proto__'],
    ['a blank title', { title: ' \n\u2003 ' }, 'title'],
    ['no title', { title: null }, 'title'],
    ['a title of 201 characters', { title: '👍'.repeat(201) }, 'title'],
    ['a lone surrogate', '{"title":"\\ud800"}', 'title'],
    ['a line break', { title: 'one\ntwo' }, 'title'],
    ['a separator of lines', { title: 'one\u2028two' }, 'title'],
    ['an escape', { title: 'one\u001b[2Jtwo' }, 'title'],
    ['a C1 control', { title: 'one\u0085two' }, 'title'],
    ['a pin in words', { pinned: 'yes' }, 'pinned'],
  ])('%s is refused, and changes nothing', async (_, body, field) => {
    const id = await begun();
    const response = await edit(id, body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'invalid-request', errors: [{ field }] });
    expect((await list('?limit=1')).sessions).toMatchObject([{ id, title: 'A first message', pinned: false }]);
  });

  test('a title of 200 characters is taken, with marks that direct text, and what joins emoji', async () => {
    const id = await begun();
    for (const title of ['👍'.repeat(200), '\u200fשלום 👩‍👩‍👧 e\u0301']) {
      expect(await (await edit(id, { title: ` ${title}\t` })).json()).toMatchObject({ id, title });
    }
  });

  test('a session is edited while a turn runs on it, and its turn is stored', async () => {
    const id = await begun();
    const asked = upstream.requests.length;
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['Yes', gate] });
    const running = client.chat({ message: 'More', session_id: id });
    await eventually(() => upstream.requests.length > asked);
    expect(await (await edit(id, { title: 'Renamed', pinned: true })).json()).toMatchObject({ turns: 1 });
    gate.open();
    await running;
    expect((await list('?limit=1')).sessions).toMatchObject([{ id, title: 'Renamed', pinned: true, turns: 2 }]);
  });

  test('an id in capitals is the same, and one that is none of ours is not found', async () => {
    const id = await begun();
    expect((await edit(id.toUpperCase(), { title: 'x' })).status).toBe(200);
    for (const none of ['x', id.replace(/^./, 'g')]) {
      const response = await edit(none, { title: 'x' });
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'session-not-found' }]);
    }
  });

  test('those that are pinned stand on the first page, newest first, until they are unpinned, deleted or erased', async () => {
    await client.delete('/chat/sessions');
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.unshift(await begun());
    const [d, c, b, a] = ids as [string, string, string, string];
    for (const id of [b, d, a]) await edit(id, { pinned: true });
    const first = await list('?limit=1');
    const pinned = async () => (await list('?limit=1')).pinned?.map(({ id }) => id);
    expect(first.sessions).toMatchObject([{ id: d, pinned: true }]);
    expect(first.pinned).toMatchObject([d, b, a].map((id) => ({ id, pinned: true })));
    const second = await list(`?limit=2&before=${d}`);
    expect(second.sessions).toMatchObject([
      { id: c, pinned: false },
      { id: b, pinned: true },
    ]);
    expect(second).not.toHaveProperty('pinned');
    await client.delete(`/chat/history/${b}`);
    expect(await pinned()).toEqual([d, a]);
    await edit(d, { pinned: false });
    expect(await pinned()).toEqual([a]);
    const lines = (await (await client.get('/chat/export')).text()).trim().split('\n');
    const exported = lines.map((line) => JSON.parse(line) as Session);
    expect(exported.find(({ id }) => id === a)).toMatchObject({ title: 'A first message', pinned: true });
    await client.delete('/chat/sessions');
    expect(await list()).toEqual({ sessions: [], has_more: false, pinned: [] });
  });

  test('one more than twenty is refused for good', async () => {
    for (let n = 0; n < 20; n += 1) expect((await edit(await begun(), { pinned: true })).status).toBe(200);
    const response = await edit(await begun(), { pinned: true });
    expect([response.status, response.headers.get('retry-after')]).toEqual([409, null]);
    const detail = 'At most 20 sessions can be pinned.';
    expect(await response.json()).toMatchObject({ code: 'too-many-pinned', detail, retryable: false });
  });
});
