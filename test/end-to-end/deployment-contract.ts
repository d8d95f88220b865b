import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { badRequests } from './bad-requests.ts';
import { Client, framesOf, readStream } from './client.ts';
import type { Deployment } from './deployment.ts';
import { endpoints, expectUnauthenticated, withoutIds } from './strangers.ts';

/** Which callers a deployment is tested with, beside the one that there always is. */
export interface Callers {
  /** Whether it wants to know who calls. */
  user: boolean;
  /** Whether there is another user. */
  other: boolean;
}

/**
 * What every deployment answers, wherever it runs and whichever model it asks: nothing here knows more than its URL and
 * who calls. What needs a model that says as it is told, settings, or a hand on the store is in contract.ts and beside it.
 * All that is the caller's is erased in the end.
 */
export function deploymentContract(start: () => Promise<Deployment>, callers: Callers): void {
  let client: Client;
  let other: Client;
  let nobody: Client;
  beforeAll(async () => {
    const deployment = await start();
    client = deployment.client;
    if (deployment.other !== undefined) other = deployment.other;
    if (deployment.nobody !== undefined) nobody = deployment.nobody;
    await eventually(async () => (await client.get('/health?ready')).status === 200, 50_000);
    const known = await client.get('/chat/sessions');
    const said = await known.text();
    // Else every test would say so.
    if (known.status !== 200) throw new Error(`${client.url} answers its caller with ${known.status}: ${said}`);
  });

  /** Turns cost, and are limited: what needs any turn at all takes this one. */
  let any: Promise<{ session_id: string; turn_id: string }> | undefined;
  const anyTurn = () => {
    any ??= client.chat({ message: 'Say one word.' });
    return any;
  };
  const json = async <T>(response: Promise<Response>) => (await (await response).json()) as T;
  const assistants = async () => {
    const offered = await json<{ assistants: { name: string }[] }>(client.get('/chat/assistants'));
    return offered.assistants.map(({ name }) => name);
  };

  describe('a turn', () => {
    test('is answered with all that the contract names, and kept', async () => {
      const message = 'Which of these is a fruit: a pear, a chair?';
      const answer = await client.chat({ message });
      expect(answer).toEqual({
        session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        response: expect.stringMatching(/./),
        turn_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        assistant: 'default',
        finish_reason: expect.stringMatching(/^(stop|length)$/),
        usage: {
          prompt_tokens: expect.any(Number),
          completion_tokens: expect.any(Number),
          total_tokens: answer.usage.prompt_tokens + answer.usage.completion_tokens,
          cached_tokens: expect.any(Number),
          // Of a process that has just started.
          ...(answer.usage.estimated && { estimated: true }),
        },
        context: {
          messages: 1,
          dropped_messages: 0,
          summarized_messages: 0,
          summary_tokens: 0,
          prompt_tokens: expect.any(Number),
          max_prompt_tokens: expect.any(Number),
          ...(answer.context.estimated && { estimated: true }),
        },
      });
      expect(await client.history(answer.session_id)).toEqual([
        { role: 'user', content: message },
        { role: 'assistant', content: answer.response },
      ]);
    });

    test('goes on in its session', async () => {
      const { session_id } = await client.chat({ message: 'My name is Ada.' });
      const second = await client.chat({ message: 'What is my name?', session_id });
      expect(second).toMatchObject({ session_id, context: { messages: 3 } });
      expect((await client.history(session_id)).map(({ role }) => role)).toEqual([
        'user',
        'assistant',
        'user',
        'assistant',
      ]);
    });

    test('forks its session behind the turn that it names, or is told that the session went on', async () => {
      const { session_id, turn_id: after } = await client.chat({ message: 'My name is Ada.' });
      await client.chat({ message: 'What is my name?', session_id });
      const before = await client.history(session_id);
      const moved = await client.post('/chat', { message: 'Who am I?', session_id, after });
      expect([moved.status, await moved.json()]).toMatchObject([409, { code: 'session-moved', retryable: false }]);
      const fork = await client.chat({ message: 'Who am I?', session_id, after, fork: true });
      expect((await client.history(fork.session_id)).slice(0, 2)).toEqual(before.slice(0, 2));
      expect(await client.history(fork.session_id)).toHaveLength(4);
      expect(await client.history(session_id)).toEqual(before);
    });

    test('is streamed in numbered frames: who answers, each token, how it ended, and [DONE]', async () => {
      const response = await client.post('/chat/stream', { message: 'Name three colours.' });
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const { frames, json: told, first, last, done, text } = await readStream(response);
      const numbered = frames.slice(0, -1);
      expect(numbered.map(({ id }) => id)).toEqual(numbered.map((_, index) => String(index + 1)));
      expect(Object.keys(first)).toEqual(['session_id', 'turn_id', 'assistant']);
      for (const frame of told.slice(1, -1)) expect(frame).toEqual({ token: expect.any(String) });
      expect(last).toMatchObject({ finish_reason: expect.stringMatching(/^(stop|length)$/), usage: {}, context: {} });
      expect(done).toBe(true);
      expect((await client.history(first.session_id)).at(-1)).toEqual({ role: 'assistant', content: text });

      const replayed = await readStream(await client.get(`/chat/stream/${first.session_id}`));
      expect(replayed.frames).toEqual(frames);
    });

    test('goes on and is stored when its client goes away', async () => {
      const away = new AbortController();
      const response = await client.post('/chat/stream', { message: 'Name five rivers.' }, {}, away.signal);
      const { session_id } = JSON.parse((await framesOf(response).next()).value?.data ?? '');
      away.abort();
      await eventually(async () => (await client.get(`/chat/history/${session_id}`)).status === 200, 100_000);
      expect((await client.history(session_id)).map(({ role }) => role)).toEqual(['user', 'assistant']);
    });

    test('keeps its message byte for byte: control characters, emoji, right-to-left', async () => {
      const message = 'Say one word.\u0000\u0001\t"\\ \u2028 👩‍👩‍👧 שלום\r\n';
      const { session_id } = await client.chat({ message });
      expect((await client.history(session_id))[0]).toEqual({ role: 'user', content: message });
    });

    test('has the common headers, and so has every failure', async () => {
      for (const response of [
        await client.post('/chat', '{'),
        await client.get(`/chat/history/${randomUUID()}`),
        await client.delete(`/chat/history/${randomUUID()}`),
        await client.get('/chat/sessions'),
        await client.get('/health'),
      ]) {
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
        await response.body?.cancel();
      }
    });
  });

  describe('a bad request', () => {
    test.each(badRequests)('with %s is refused by code', async (_, body, headers, status, code) => {
      for (const path of ['/chat', '/chat/stream']) {
        const response = await client.post(path, body, headers);
        const problem = (await response.json()) as Record<string, unknown>;
        expect({ status: response.status, code: problem['code'] }).toEqual({ status, code });
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        expect(problem['request_id']).toBe(response.headers.get('x-request-id'));
      }
    });

    test('lists the assistants that there are', async () => {
      const { detail } = await json<{ detail: string }>(client.post('/chat', { message: 'a', assistant: 'x' }));
      for (const name of await assistants()) expect(detail).toContain(name);
    });
  });

  describe('a session', () => {
    test('is begun anew for an id that is unknown, malformed or empty', async () => {
      for (const session_id of [randomUUID(), '', '../../etc']) {
        const answer = await client.chat({ message: 'Say one word.', session_id });
        expect(answer.session_id).not.toBe(session_id);
      }
    });

    test('keeps its assistant: another one later is refused', async () => {
      const [own = '', another = ''] = (await assistants()).filter((name) => name !== 'default');
      const { session_id } = await client.chat({ message: 'Say one word.', assistant: own });
      const response = await client.post('/chat', { message: 'And one more.', session_id, assistant: another });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ code: 'invalid-request', errors: [{ field: 'assistant' }] });
      expect(await client.chat({ message: 'And one more.', session_id })).toMatchObject({ assistant: own });
    });

    test('is forgotten when it is deleted, also the second time', async () => {
      const { session_id } = await client.chat({ message: 'Say one word.' });
      for (const _ of ['first', 'second']) {
        expect((await client.delete(`/chat/history/${session_id}`)).status).toBe(204);
        expect((await client.get(`/chat/history/${session_id}`)).status).toBe(404);
      }
    });

    test('in which nothing runs has nothing to stop', async () => {
      const { session_id } = await anyTurn();
      expect(await json(client.post('/chat/stop', { session_id }))).toEqual({ stopping: false });
    });
  });

  describe('an Idempotency-Key', () => {
    test('gives the same turn again, as JSON and as a stream, and refuses another one', async () => {
      const key = { 'idempotency-key': randomUUID() };
      const first = await client.chat({ message: 'Say one word.' }, key);
      expect(await client.chat({ message: 'Say one word.' }, key)).toEqual(first);
      const stream = await readStream(await client.post('/chat/stream', { prompt: 'Say one word.' }, key));
      expect(stream.text).toBe(first.response);
      expect(stream.first).toMatchObject({ session_id: first.session_id, turn_id: first.turn_id });
      const reused = await client.post('/chat', { message: 'Say two words.' }, key);
      expect([reused.status, await reused.json()]).toMatchObject([422, { code: 'idempotency-key-reused' }]);
      await client.delete(`/chat/history/${first.session_id}`);
      const gone = await client.post('/chat', { message: 'Say one word.' }, key);
      expect([gone.status, await gone.json()]).toMatchObject([404, { code: 'session-not-found' }]);
    });
  });

  describe('lists', () => {
    test('GET /chat/history has pages, oldest first, and refuses what is no page', async () => {
      const { session_id } = await client.chat({ message: 'm0' });
      await client.chat({ message: 'm1', session_id });
      const page = (query: string) => client.get(`/chat/history/${session_id}${query}`);
      // biome-ignore lint/suspicious/noExplicitAny: checked below
      const last = await json<any>(page('?limit=3'));
      expect(last).toMatchObject({ session_id, assistant: 'default', turns: 2, has_more: true });
      expect(last.messages).toHaveLength(3);
      // biome-ignore lint/suspicious/noExplicitAny: checked below
      const before = await json<any>(page(`?limit=100&before=${last.messages[0].id}`));
      expect(before).toMatchObject({ has_more: false, messages: [{ role: 'user', content: 'm0' }] });
      for (const query of ['?limit=0', '?limit=101', '?limit=x', '?limit=', '?before=x', '?limit=1.5']) {
        const response = await page(query);
        expect([query, response.status]).toEqual([query, 422]);
        expect(await response.json()).toMatchObject({ code: 'invalid-request' });
      }
    });

    test('GET /chat/sessions lists the newest first', async () => {
      const { session_id } = await client.chat({ message: 'The newest of all' });
      const { sessions } = await json<{ sessions: unknown[] }>(client.get('/chat/sessions?limit=1'));
      expect(sessions).toEqual([
        {
          id: session_id,
          // By the model, or by its first words.
          title: expect.stringMatching(/./),
          assistant: 'default',
          created: expect.stringMatching(/^\d{4}-.*Z$/),
          updated: expect.stringMatching(/^\d{4}-.*Z$/),
          expires: expect.stringMatching(/^\d{4}-.*Z$/),
          turns: 1,
          pinned: false,
        },
      ]);
    });

    test('GET /chat/sessions?q= finds what the caller said, and what its sessions are called', async () => {
      const { session_id, turn_id } = await client.chat({ message: 'Say one word about a Zyzzyva Café.' });
      const find = (words: string) => json<object>(client.get(`/chat/sessions?q=${encodeURIComponent(words)}`));
      const found = { id: session_id, snippet: 'Say one word about a Zyzzyva Café.', turn_id };
      await client.patch(`/chat/history/${session_id}`, { title: 'Xylophagous' });
      expect(await find('CAFE one zyzzyva')).toMatchObject({ sessions: [found], complete: true });
      const named = { id: session_id, snippet: 'Xylophagous', turn_id: null };
      expect(await find('xylo')).toMatchObject({ sessions: [named], complete: true });
      expect(await find('zyzzyva xylo')).toEqual({ sessions: [], complete: true });
    });

    test('PATCH /chat/history renames a session, and pins it to the top of the list', async () => {
      const { session_id } = await client.chat({ message: 'm0' });
      const edit = (body: object) => client.patch(`/chat/history/${session_id}`, body);
      const edited = await edit({ title: ' Tea & “cake” ', pinned: true });
      const { expires, ...session } = await json<{ expires: string }>(Promise.resolve(edited));
      expect(expires > new Date().toISOString()).toBe(true);
      expect([edited.status, session]).toMatchObject([200, { id: session_id, title: 'Tea & “cake”', pinned: true }]);
      const { pinned, sessions } = await json<{ pinned: object[]; sessions: object[] }>(client.get('/chat/sessions'));
      expect([pinned, sessions[0]]).toMatchObject([[session], session]);
      await client.chat({ message: 'm1', session_id });
      const history = await json<object>(client.get(`/chat/history/${session_id}`));
      expect(history).toMatchObject({ title: 'Tea & “cake”', pinned: true, turns: 2 });
      expect((await edit({ pinned: false })).status).toBe(200);
      expect(await json(client.get('/chat/sessions'))).toMatchObject({ pinned: [] });
    });

    test('GET /chat/assistants names what is on offer, and not its prompts', async () => {
      const offered = await json<{ assistants: object[] }>(client.get('/chat/assistants'));
      expect(await assistants()).toContain('default');
      for (const assistant of offered.assistants) {
        expect(Object.keys(assistant).slice(0, 3)).toEqual(['name', 'title', 'description']);
        for (const name of Object.keys(assistant).slice(3)) expect(['avatar', 'starters']).toContain(name);
      }
    });
  });

  describe('the caller', () => {
    test('is told what is left of its limits as a turn’s headers tell it, however often it asks', async () => {
      const turn = await client.post('/chat', { message: 'Say one word.' });
      await turn.text();
      expect(turn.status).toBe(200);
      const names = (of: Response) =>
        [...(of.headers.get('ratelimit') ?? '').matchAll(/"([a-z-]+)"/g)].map(([, name]) => name);
      for (const _ of ['once', 'again']) {
        const asked = await client.get('/chat/usage');
        expect([asked.status, names(asked)]).toEqual([200, names(turn)]);
        expect(asked.headers.get('ratelimit-policy')).toBe(turn.headers.get('ratelimit-policy'));
        const left = (await asked.json()) as { requests?: object };
        expect(left.requests !== undefined).toBe(names(turn).includes('requests'));
      }
    });

    test('is told who it is, as far as that is known', async () => {
      const { user } = await json<{ user: { name?: string } }>(client.get('/chat/me'));
      expect(user).toEqual(user.name === undefined ? {} : { name: expect.stringMatching(/./) });
    });
  });

  describe('feedback', () => {
    const rate = async (more: object = {}) => {
      const { session_id, turn_id } = await anyTurn();
      return client.post('/chat/feedback', { session_id, turn_id, rating: 'up', ...more });
    };

    test('stands on the answer in the history, and is changed by the next', async () => {
      const { session_id } = await anyTurn();
      for (const feedback of [
        { rating: 'up', comment: 'good 👍' },
        { rating: 'down', reason: 'other' },
      ]) {
        const rated = await rate(feedback);
        expect([rated.status, await rated.text()]).toEqual([204, '']);
        const { messages } = await json<{ messages: object[] }>(client.get(`/chat/history/${session_id}`));
        expect(messages.at(-1)).toMatchObject({ feedback });
      }
    });

    test.each([
      ['another turn', { turn_id: randomUUID() }],
      ['another session', { session_id: randomUUID() }],
      ['a turn that is none', { turn_id: 'x' }],
    ])('on %s than the caller’s is 404', async (_, wrong) => {
      const response = await rate(wrong);
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'session-not-found' }]);
    });

    test.each([
      ['no rating', { rating: undefined }, 'rating'],
      ['another rating', { rating: 'great' }, 'rating'],
      ['another reason', { rating: 'down', reason: 'ugly' }, 'reason'],
      ['a reason to rate it up', { reason: 'tone' }, 'reason'],
      ['a comment that is too long', { comment: '👍'.repeat(2001) }, 'comment'],
      ['a comment that is a number', { comment: 1 }, 'comment'],
      ['an unknown property', { role: 'system' }, 'role'],
    ])('with %s is refused', async (_, wrong, field) => {
      const response = await rate(wrong);
      expect([response.status, await response.json()]).toMatchObject([
        422,
        { code: 'invalid-request', errors: [{ field }] },
      ]);
    });
  });

  describe('whoever calls', () => {
    test('is told that the service is live and ready, and gets its contract and its page', async () => {
      const stranger = new Client(client.url);
      expect(await json(stranger.get('/health'))).toEqual({ status: 'live' });
      expect(await json(stranger.get('/health?ready'))).toEqual({ status: 'ready' });
      expect(await (await stranger.get('/openapi.yaml')).text()).toMatch(/^openapi: 3/m);
      expect((await stranger.get('/chat')).headers.get('content-type')).toBe('text/html; charset=utf-8');
    });

    if (!callers.user) return;
    test('and is not known, is told so at every endpoint', async () => {
      const { session_id, turn_id } = await anyTurn();
      for (const ask of Object.values(endpoints)) {
        await expectUnauthenticated(await ask(nobody, session_id, turn_id));
      }
    });
  });

  const ofAnotherUser = () => {
    /** Of a turn, what is said is the model's, and the session is a new one: only its shape is compared. */
    const told = async (name: string, response: Response, theirs: string) => {
      const body = await response.text();
      expect(body).not.toContain(theirs);
      const shape = name.startsWith('POST /chat/stream') ? body.slice(0, body.indexOf('"')) : body.slice(0, 2);
      const takesTurn = name === 'POST /chat' || name === 'POST /chat/stream';
      const kept = takesTurn ? shape : withoutIds(body.replaceAll(/"request_id":"[^"]*"/g, ''));
      return { status: response.status, type: response.headers.get('content-type'), body: kept };
    };

    test.each(Object.entries(endpoints))('is answered by %s as if there were no such session', async (name, ask) => {
      const { session_id, turn_id } = await anyTurn();
      const before = await client.history(session_id);
      const others = await told(name, await ask(other, session_id, turn_id), session_id);
      const none = await told(name, await ask(other, randomUUID(), randomUUID()), session_id);
      expect(others).toEqual(none);
      expect(await client.history(session_id)).toEqual(before);
    });

    test('sees the caller’s sessions in no list and no export', async () => {
      const { session_id } = await anyTurn();
      for (const path of ['/chat/sessions', '/chat/export']) {
        expect(await (await client.get(path)).text()).toContain(session_id);
        expect(await (await other.get(path)).text()).not.toContain(session_id);
      }
    });
  };
  if (callers.other) describe('another user', ofAnotherUser);

  // The last, as nothing is left after it.
  test('all that is the caller’s is exported, one session a line, and erased', async () => {
    const { session_id, response } = await client.chat({ message: 'line\n\u2028 "two"' });
    const exported = await client.get('/chat/export');
    expect(exported.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await exported.text()).split('\n').filter((line) => line !== '');
    const line = lines.map((each) => JSON.parse(each)).find(({ id }) => id === session_id);
    expect(line).toMatchObject({
      turns: 1,
      messages: [
        { role: 'user', content: 'line\n\u2028 "two"' },
        { role: 'assistant', content: response },
      ],
    });
    const erased = await client.delete('/chat/sessions');
    expect([erased.status, await erased.text()]).toEqual([204, '']);
    expect(await json(client.get('/chat/sessions'))).toEqual({ sessions: [], has_more: false, pinned: [] });
    expect(await (await client.get('/chat/export')).text()).toBe('');
    expect((await client.get(`/chat/history/${session_id}`)).status).toBe(404);
  });
}
