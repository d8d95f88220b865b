import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { inOneDay } from '../time-windows.ts';
import type { Script } from '../upstream/script.ts';
import { echo, type RecordedRequest, ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, readStream } from './client.ts';

const MESSAGE = 'Which of the two is better?';

const isTitle = ({ body }: RecordedRequest) => JSON.stringify(body).includes('Write a title');
const named: Script = { deltas: ['**Which', ' is ', 'better**'], usage: { prompt_tokens: 70, completion_tokens: 6 } };

let upstream: ScriptedUpstream;
let redis: RedisServer;
const hosts: LocalHost[] = [];
beforeAll(async () => {
  [upstream, redis] = await Promise.all([ScriptedUpstream.start(), RedisServer.start()]);
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
  await Promise.all([upstream.stop(), redis.stop()]);
});
beforeEach(inOneDay);
afterEach(() => answer(named));

/** What is said to a request for a title; all else is said again. */
function answer(title: Script): void {
  upstream.respond = (request) => (isTitle(request) ? title : echo(request));
}

async function start(env: Record<string, string> = {}): Promise<Client> {
  answer(named);
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', SESSION_TITLES: 'model' };
  const host = await startHost({ env: { ...model, ...env } });
  hosts.push(host);
  return new Client(host.url);
}

const requests = (wanted: (request: RecordedRequest) => boolean) => upstream.requests.filter(wanted);
const titleOf = async (client: Client, id: string) => {
  const { title } = (await (await client.get(`/chat/history/${id}`)).json()) as { title: string };
  return title;
};
/** Titles, also those that come behind their turns. */
const isNamed = (client: Client, id: string, title: string) =>
  eventually(async () => (await titleOf(client, id)) === title);

describe.each([
  ['the memory store', () => ({})],
  ['Redis', () => ({ REDIS_URL: redis.url })],
])('on %s a new conversation', (_, env) => {
  let client: Client;
  beforeAll(async () => {
    client = await start(env());
  });

  test('is named by the model beside its first answer, whole or streamed, and by no other', async () => {
    for (const ask of [
      async () => (await client.chat({ message: MESSAGE })).session_id,
      async () => (await readStream(await client.post('/chat/stream', { prompt: MESSAGE }))).first.session_id,
    ]) {
      const before = upstream.requests.length;
      const id = await ask();
      await isNamed(client, id, 'Which is better');
      expect(upstream.requests.slice(before).filter(isTitle)).toHaveLength(1);
      await client.chat({ message: 'More', session_id: id });
      expect(upstream.requests.slice(before).map(isTitle).sort()).toEqual([false, false, true]);
      expect(await titleOf(client, id)).toBe('Which is better');
    }
  });

  test('is answered while the title is awaited, which comes behind it, unless somebody was faster', async () => {
    const gate = upstream.gate();
    answer({ ...named, deltas: [gate, 'Better late'] });
    const [late, renamed, gone] = await Promise.all([1, 2, 3].map(() => client.chat({ message: MESSAGE })));
    await client.patch(`/chat/history/${renamed.session_id}`, { title: 'Mine' });
    await client.delete(`/chat/history/${gone.session_id}`);
    expect(await titleOf(client, late.session_id)).toBe(MESSAGE);
    gate.open();
    await isNamed(client, late.session_id, 'Better late');
    expect(await titleOf(client, renamed.session_id)).toBe('Mine');
    expect((await client.get(`/chat/history/${gone.session_id}`)).status).toBe(404);
  });

  test.each<[string, Script]>([
    ['fails', { status: 500, body: {} }],
    ['is busy', { status: 429, headers: { 'retry-after': '30' }, body: {} }],
    ['refuses', { status: 400, body: { error: { code: 'content_filter', message: 'filtered' } } }],
    ['says nothing', { deltas: [' '] }],
    ['goes on and on', { deltas: ['On and '], finishReason: 'length' }],
  ])('has the first words where the model %s, and is asked once', async (_, title) => {
    answer(title);
    const before = upstream.requests.length;
    const { session_id, response } = await client.chat({ message: MESSAGE });
    expect(response).toBe(`You said: ${MESSAGE}`);
    // The turn that comes then finds whatever came of it.
    await client.chat({ message: 'More', session_id });
    expect(await titleOf(client, session_id)).toBe(MESSAGE);
    expect(upstream.requests.slice(before).filter(isTitle)).toHaveLength(1);
  });

  test('that is a fork, temporary, or comes in by OpenAI’s API is not named by the model', async () => {
    const { session_id, turn_id: after } = await client.chat({ message: MESSAGE });
    await isNamed(client, session_id, 'Which is better');
    const before = upstream.requests.length;
    const fork = await client.chat({ message: 'Or', session_id, after, fork: true });
    expect(await titleOf(client, fork.session_id)).toBe('Which is better');
    await client.chat({ message: MESSAGE, temporary: true });
    const response = await client.post('/v1/responses', { input: MESSAGE });
    expect(response.status).toBe(200);
    expect(upstream.requests.slice(before).map(isTitle)).toEqual([false, false, false]);
    const { sessions } = (await (await client.get('/chat/sessions')).json()) as { sessions: { title: string }[] };
    expect(sessions[0]?.title).toBe(MESSAGE);
  });
});

test('the text of a title that a model makes up is one line of text', async () => {
  const client = await start();
  answer({ deltas: ['# "<img src=x>\u0007', ' & [x](javascript:1)"', '\nSecond line'] });
  const { session_id } = await client.chat({ message: MESSAGE });
  await isNamed(client, session_id, '<img src=x> & [x](javascript:1)');
});

test('with SESSION_TITLES=first-words no title is asked for, and with SUMMARY_MODEL that one is', async () => {
  const without = await start({ SESSION_TITLES: 'first-words' });
  const before = upstream.requests.length;
  const { session_id } = await without.chat({ message: MESSAGE });
  expect(await titleOf(without, session_id)).toBe(MESSAGE);
  expect(upstream.requests).toHaveLength(before + 1);
  const tiny = await start({ SUMMARY_MODEL: 'tiny' });
  await isNamed(tiny, (await tiny.chat({ message: MESSAGE })).session_id, 'Which is better');
  expect(requests(isTitle).at(-1)?.body['model']).toBe('tiny');
});

test('a title is paid for by its caller, and not asked for where there is no room for it', async () => {
  const limit = 3000 + 500;
  const client = await start({ TOKEN_LIMIT_PER_DAY: String(limit), MAX_OUTPUT_TOKENS: '500' });
  const left = async () => {
    const response = await client.post('/chat', { message: MESSAGE });
    await response.text();
    return Number(/"tokens-per-day";r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
  };
  /** A title that comes behind its turn is held back for until then. */
  const allIsPaid = () =>
    eventually(async () => {
      const { tokens } = (await (await client.get('/chat/usage')).json()) as { tokens: { day: { reserved: number } } };
      return tokens.day.reserved === 0;
    });
  const before = requests(isTitle).length;
  const first = await left();
  await allIsPaid();
  expect(requests(isTitle)).toHaveLength(before + 1);
  const second = await left();
  // Its answer, and its title.
  expect(first - second).toBeGreaterThanOrEqual(76);
  await allIsPaid();
  for (;;) {
    const asked = requests(isTitle).length;
    const response = await client.post('/chat', { message: MESSAGE });
    const { status } = response;
    await response.text();
    if (status === 429) break;
    await allIsPaid();
    if (requests(isTitle).length === asked) {
      // The last turn that fitted went without.
      expect(status).toBe(200);
      return;
    }
  }
  expect.unreachable('no turn went without its title');
});

test('an instance that dies while it waits for a title leaves the first words, and a session that goes on', async () => {
  const env = { REDIS_URL: redis.url };
  const [dying, other] = [await start(env), await start(env)];
  answer({ ...named, deltas: [upstream.gate()] });
  const { session_id } = await dying.chat({ message: MESSAGE });
  await hosts.at(-2)?.kill9();
  const second = await other.chat({ message: 'More', session_id });
  expect(second.session_id).toBe(session_id);
  expect(await titleOf(other, session_id)).toBe(MESSAGE);
  expect((await other.patch(`/chat/history/${session_id}`, { title: 'Mine' })).status).toBe(200);
  expect(await titleOf(other, session_id)).toBe('Mine');
});

test('the demo model names conversations too', async () => {
  const host = await startHost({ env: { SESSION_TITLES: 'model' } });
  hosts.push(host);
  const client = new Client(host.url);
  const { session_id } = await client.chat({ message: 'what is… the best way to store “time series”, in Azure?' });
  await isNamed(client, session_id, 'What is the best way to');
});
