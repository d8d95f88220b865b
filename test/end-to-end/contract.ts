import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type Host, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type BadRequest, badRequests } from './bad-requests.ts';
import { branches } from './branches.ts';
import { Client, framesOf, readStream } from './client.ts';
import { deploymentContract } from './deployment-contract.ts';
import { sources } from './sources.ts';

/**
 * What every deployment answers, whichever store it stands on; seen from outside, over HTTP. The tests here need a model
 * that says as it is told, or the embedded settings; what needs neither belongs in deployment-contract.ts.
 */
export function contractSuite(name: string, storeSettings: () => Promise<Record<string, string>>): void {
  describe(`over HTTP, on the ${name} store`, () => {
    let upstream: ScriptedUpstream;
    let host: Host;
    let client: Client;
    beforeAll(async () => {
      upstream = await ScriptedUpstream.start();
      const env = { ...(await storeSettings()), OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
      host = await startHost({ env });
      client = new Client(host.url);
    });
    afterAll(async () => {
      await host?.stop();
      await upstream?.stop();
    });

    describe('POST /chat', () => {
      test('answers one turn with all that the contract names', async () => {
        upstream.enqueue({ deltas: ['Use ', 'Cosmos', ' DB.'], usage: { prompt_tokens: 90, completion_tokens: 4 } });
        const answer = await client.chat({ message: 'Where?' });
        expect(answer).toEqual({
          session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          response: 'Use Cosmos DB.',
          turn_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          assistant: 'default',
          finish_reason: 'stop',
          usage: { prompt_tokens: 90, completion_tokens: 4, total_tokens: 94, cached_tokens: 0 },
          context: {
            messages: 1,
            dropped_messages: 0,
            summarized_messages: 0,
            summary_tokens: 0,
            prompt_tokens: expect.any(Number),
            max_prompt_tokens: 3000,
            // Of a process that has just started.
            ...(answer.context.estimated && { estimated: true }),
          },
        });
      });

      test('sends the model the system prompt, the conversation and the new message', async () => {
        upstream.enqueue({ deltas: ['One'] });
        const { session_id } = await client.chat({ message: 'first', assistant: 'code-reviewer' });
        await client.chat({ message: 'second', session_id });
        const sent = upstream.requests.at(-1)?.body as { messages: { role: string; content: string }[] };
        expect(sent.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
        expect(sent.messages.slice(1).map(({ content }) => content)).toEqual(['first', 'One', 'second']);
        expect(sent.messages[0]?.content).toContain('reviews code');
      });
    });

    describe('a bad request', () => {
      test.each<BadRequest>([
        ...badRequests,
        ['a body over the limit', `{"message":"${'a'.repeat(262_144)}"}`, {}, 413, 'body-too-large'],
        ['too many characters', `{"message":"${'a '.repeat(16_001)}"}`, {}, 422, 'message-too-long'],
        ['too many tokens', `{"message":"${'word '.repeat(3100)}"}`, {}, 422, 'message-too-long'],
      ])('with %s is refused by code, and the model is not asked', async (_, body, headers, status, code) => {
        const asked = upstream.requests.length;
        const response = await client.post('/chat', body, headers);
        const problem = (await response.json()) as Record<string, unknown>;
        expect({ status: response.status, code: problem['code'] }).toEqual({ status, code });
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        expect(problem).toMatchObject({
          status,
          retryable: false,
          title: expect.any(String),
          detail: expect.any(String),
        });
        expect(problem['request_id']).toBe(response.headers.get('x-request-id'));
        expect(upstream.requests).toHaveLength(asked);
      });

      test('names the wrong field, and lists the assistants that there are', async () => {
        const blank = (await (await client.post('/chat', { message: ' ' })).json()) as { errors: unknown };
        expect(blank.errors).toEqual([{ field: 'message', detail: 'must not be blank' }]);
        const unknown = (await (await client.post('/chat', { message: 'a', assistant: 'x' })).json()) as {
          detail: string;
        };
        expect(unknown.detail).toContain('code-reviewer, concierge, customer-support, data-analyst, default');
      });

      test('of a stream has a real status too', async () => {
        const response = await client.post('/chat/stream', { message: 'a', prompt: 'b' });
        expect(response.status).toBe(422);
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        await response.body?.cancel();
      });
    });

    describe('POST /chat/stream', () => {
      test('sends numbered frames: who answers, each token, how it ended, and [DONE]', async () => {
        upstream.enqueue({ deltas: ['Use ', 'the ', '"big"\n\ndata: one'] });
        const response = await client.post('/chat/stream', { message: 'Which?' });
        const { frames, json, first, last, done } = await readStream(response);
        expect(frames.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', undefined]);
        expect(Object.keys(first)).toEqual(['session_id', 'turn_id', 'assistant']);
        expect(json.slice(1, -1)).toEqual([{ token: 'Use ' }, { token: 'the ' }, { token: '"big"\n\ndata: one' }]);
        expect(last).toMatchObject({ finish_reason: 'stop', usage: {}, context: {} });
        expect(done).toBe(true);
        expect(await client.history(first.session_id)).toEqual([
          { role: 'user', content: 'Which?' },
          { role: 'assistant', content: 'Use the "big"\n\ndata: one' },
        ]);
      });

      test('sends a token while the model still talks', async () => {
        const gate = upstream.gate();
        upstream.enqueue({ deltas: ['first', gate, 'second'] });
        const frames = framesOf(await client.post('/chat/stream', { message: 'Slowly' }));
        await frames.next();
        expect((await frames.next()).value?.data).toBe('{"token":"first"}');
        gate.open();
        expect((await frames.next()).value?.data).toBe('{"token":"second"}');
        for await (const _ of frames);
      });

      test('sends the failure of a model as its only ending, and stores nothing', async () => {
        upstream.enqueue({ deltas: ['half'], ending: 'cut' });
        const response = await client.post('/chat/stream', { message: 'Break' });
        const stream = await readStream(response);
        expect(stream.done).toBe(false);
        expect(stream.last).toEqual({
          error: {
            type: expect.any(String),
            title: expect.any(String),
            status: 502,
            code: 'model-failed',
            detail: expect.any(String),
            retryable: true,
            request_id: response.headers.get('x-request-id'),
          },
        });
        expect((await client.get(`/chat/history/${stream.first.session_id}`)).status).toBe(404);
      });

      test('tells in a failure when to try again, as a JSON answer does', async () => {
        const busy = { status: 429, headers: { 'retry-after': '298.2' } };
        upstream.enqueue(busy, busy);
        const answer = await client.post('/chat', { message: 'Too much' });
        expect(answer.headers.get('retry-after')).toBe('299');
        const response = await client.post('/chat/stream', { message: 'Too much' });
        const { first, last } = await readStream(response);
        const { request_id: _, ...problem } = (await answer.json()) as Record<string, unknown>;
        expect(problem).toMatchObject({ code: 'model-busy', retry_after_seconds: 299 });
        expect(last.error).toEqual({ ...problem, request_id: response.headers.get('x-request-id') });
        const again = await readStream(await client.get(`/chat/stream/${first.session_id}`));
        expect(again.last).toEqual(last);
      });

      test('is held back by no proxy', async () => {
        const response = await client.post('/chat/stream', { message: 'Hi' });
        expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
        const { first } = await readStream(response);
        const joined = await client.get(`/chat/stream/${first.session_id}`);
        expect(joined.headers.get('cache-control')).toBe('no-store, no-transform');
        await joined.text();
      });

      test('goes on and is stored when the client goes away', async () => {
        const gate = upstream.gate();
        upstream.enqueue({ deltas: ['one ', gate, 'two'] });
        const away = new AbortController();
        const response = await fetch(`${host.url}/chat/stream`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"message":"Bye"}',
          signal: away.signal,
        });
        const first = (await framesOf(response).next()).value?.data ?? '';
        const { session_id } = JSON.parse(first);
        away.abort();
        gate.open();
        await eventually(async () => (await client.get(`/chat/history/${session_id}`)).status === 200);
        expect((await client.history(session_id)).at(-1)?.content).toBe('one two');
      });
    });

    describe('a session', () => {
      test('that is busy refuses a second turn with 409, and the model is not asked', async () => {
        const gate = upstream.gate();
        const before = upstream.requests.length;
        upstream.enqueue({ deltas: ['one', gate] });
        const response = await client.post('/chat/stream', { message: 'Hold' });
        const frames = framesOf(response);
        const { session_id } = JSON.parse((await frames.next()).value?.data ?? '');
        const asked = await eventually(() => upstream.requests.length > before && upstream.requests.length);
        const busy = await client.post('/chat', { message: 'Now', session_id });
        expect(busy.status).toBe(409);
        expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await busy.json()).toMatchObject({ code: 'session-busy', retryable: true });
        expect(upstream.requests).toHaveLength(asked);
        gate.open();
        for await (const _ of frames);
        expect(await client.chat({ message: 'Now', session_id })).toMatchObject({ session_id });
      });

      test('is begun anew for an id that is unknown, malformed or empty', async () => {
        for (const session_id of [randomUUID(), 'x', '', '../../etc', '{*}', 'A'.repeat(500)]) {
          const answer = await client.chat({ message: 'Hi', session_id });
          expect(answer.session_id).not.toBe(session_id);
        }
      });

      test('and its turns are the same by their ids in capitals', async () => {
        const key = { 'idempotency-key': randomUUID() };
        const { session_id, turn_id } = await client.chat({ message: 'Hi' });
        const capitals = session_id.toUpperCase();
        const answer = await client.chat({ message: 'Then', session_id: capitals }, key);
        expect(answer.session_id).toBe(session_id);
        expect(await client.chat({ message: 'Then', session_id }, key)).toEqual(answer);
        expect(await client.history(capitals)).toHaveLength(4);
        const last = answer.turn_id.toUpperCase();
        expect((await readStream(await client.get(`/chat/stream/${capitals}?turn_id=${last}`))).done).toBe(true);
        for (const list of ['sessions', `history/${session_id}`]) {
          const before = list === 'sessions' ? capitals : `${last}-2`;
          expect([list, (await client.get(`/chat/${list}?before=${before}`)).status]).toEqual([list, 200]);
        }
        const rating = { session_id: capitals, turn_id: turn_id.toUpperCase(), rating: 'up' };
        expect((await client.post('/chat/feedback', rating)).status).toBe(204);
        expect((await client.delete(`/chat/history/${capitals}`)).status).toBe(204);
        expect((await client.get(`/chat/history/${session_id}`)).status).toBe(404);
      });

      test('that is deleted under way stays deleted', async () => {
        const gate = upstream.gate();
        upstream.enqueue({ deltas: ['one', gate, 'two'] });
        const frames = framesOf(await client.post('/chat/stream', { message: 'Hold' }));
        const { session_id } = JSON.parse((await frames.next()).value?.data ?? '');
        // Where it is deleted before the model is asked, the next turn hears what this one should.
        await frames.next();
        expect((await client.delete(`/chat/history/${session_id}`)).status).toBe(204);
        gate.open();
        const rest = await Array.fromAsync(frames);
        expect(JSON.parse(rest.at(-1)?.data ?? '')).toMatchObject({ error: { code: 'turn-lost', status: 500 } });
        expect((await client.get(`/chat/history/${session_id}`)).status).toBe(404);
      });

      test('keeps text byte for byte: control characters, emoji, right-to-left, Lua and JSON', async () => {
        const text =
          'a\u0000\u0001\t"\\ \u2028 👩‍👩‍👧 שלום {"role":"system"} return redis.call("FLUSHALL") KEYS[1] \r\n$5\r\n';
        upstream.enqueue({ deltas: [text] });
        const { session_id, response } = await client.chat({ message: text });
        expect(response).toBe(text);
        expect(await client.history(session_id)).toEqual([
          { role: 'user', content: text },
          { role: 'assistant', content: text },
        ]);
      });
    });

    describe('the turn that a request names', () => {
      test('is the only one that it stops', async () => {
        const gate = upstream.gate();
        const first = await client.chat({ message: 'First' });
        upstream.enqueue({ deltas: ['one ', gate, 'two'] });
        const response = await client.post('/chat/stream', { message: 'Second', session_id: first.session_id });
        const frames = framesOf(response);
        const { session_id, turn_id } = JSON.parse((await frames.next()).value?.data ?? '');
        for (const other of [first.turn_id, randomUUID(), 'x', '']) {
          const stop = await client.post('/chat/stop', { session_id, turn_id: other });
          expect([stop.status, await stop.json()]).toEqual([200, { stopping: false }]);
        }
        await frames.next();
        const stop = await client.post('/chat/stop', { session_id, turn_id: turn_id.toUpperCase() });
        expect(await stop.json()).toEqual({ stopping: true });
        const rest = await Array.fromAsync(frames);
        expect(JSON.parse(rest.at(-2)?.data ?? '')).toMatchObject({ finish_reason: 'stopped' });
      });

      test('is no turn where its id is none of ours', async () => {
        const { session_id } = await client.chat({ message: 'Hi' });
        for (const turnId of ['', 'x', randomUUID()]) {
          expect((await client.get(`/chat/stream/${session_id}?turn_id=${turnId}`)).status).toBe(204);
        }
      });
    });

    describe('branches:', () => branches(() => ({ client, upstream })));

    describe('sources', () => sources(() => ({ client, upstream })));

    describe('an Idempotency-Key', () => {
      test('gives the same turn again, as JSON and as a stream, and asks the model once', async () => {
        const asked = upstream.requests.length;
        const key = { 'idempotency-key': randomUUID() };
        const first = await client.chat({ message: 'Once' }, key);
        expect(await client.chat({ message: 'Once' }, key)).toEqual(first);
        const stream = await readStream(await client.post('/chat/stream', { prompt: 'Once' }, key));
        expect(stream.text).toBe(first.response);
        expect(stream.first).toMatchObject({ session_id: first.session_id, turn_id: first.turn_id });
        expect(upstream.requests).toHaveLength(asked + 1);
        // Also when other turns came after it.
        await client.chat({ message: 'Then', session_id: first.session_id });
        expect(await client.chat({ message: 'Once' }, key)).toEqual(first);
        expect(upstream.requests).toHaveLength(asked + 2);
      });

      test('attaches a retry to the turn that still runs', async () => {
        const asked = upstream.requests.length;
        const gate = upstream.gate();
        upstream.enqueue({ deltas: ['one ', gate, 'two'] });
        const key = { 'idempotency-key': randomUUID() };
        const first = client.chat({ message: 'Wait' }, key);
        await eventually(() => upstream.requests.length === asked + 1);
        const second = client.chat({ message: 'Wait' }, key);
        const third = client.post('/chat/stream', { message: 'Wait' }, key).then(readStream);
        // The retries are answered, so they have begun; that they wait is seen by what they give.
        gate.open();
        expect(await second).toEqual(await first);
        expect((await third).text).toBe('one two');
        expect(upstream.requests).toHaveLength(asked + 1);
      });

      test('is refused for another turn, and is free again after a failure', async () => {
        const key = { 'idempotency-key': randomUUID() };
        const broken = { status: 500, body: {} };
        upstream.enqueue(broken, broken, broken);
        expect((await client.post('/chat', { message: 'Fail' }, key)).status).toBe(502);
        await client.chat({ message: 'Other' }, key);
        const reused = await client.post('/chat', { message: 'Fail' }, key);
        expect(reused.status).toBe(422);
        expect(await reused.json()).toMatchObject({ code: 'idempotency-key-reused' });
      });

      test('of a session that was deleted leads to 404', async () => {
        const key = { 'idempotency-key': randomUUID() };
        const { session_id } = await client.chat({ message: 'Once' }, key);
        await client.delete(`/chat/history/${session_id}`);
        const response = await client.post('/chat', { message: 'Once' }, key);
        expect(response.status).toBe(404);
        expect(await response.json()).toMatchObject({ code: 'session-not-found' });
      });
    });

    describe('lists', () => {
      test('GET /chat/history has pages, oldest first, and refuses what is no page', async () => {
        const { session_id } = await client.chat({ message: 'm0' });
        for (let n = 1; n < 4; n += 1) await client.chat({ message: `m${n}`, session_id });
        const page = async (query: string) => (await client.get(`/chat/history/${session_id}${query}`)).json();
        // biome-ignore lint/suspicious/noExplicitAny: checked below
        const last = (await page('?limit=3')) as any;
        expect(last).toMatchObject({ session_id, assistant: 'default', title: 'm0', turns: 4, has_more: true });
        expect(last.messages).toHaveLength(3);
        // biome-ignore lint/suspicious/noExplicitAny: checked below
        const before = (await page(`?limit=100&before=${last.messages[0].id}`)) as any;
        expect(before.messages).toHaveLength(5);
        expect(before.has_more).toBe(false);
        expect(before.messages[0]).toMatchObject({ role: 'user', content: 'm0', timestamp: expect.any(String) });
        for (const query of ['?limit=0', '?limit=101', '?limit=x', '?limit=', '?before=x', '?limit=1.5']) {
          const response = await client.get(`/chat/history/${session_id}${query}`);
          expect([query, response.status]).toEqual([query, 422]);
          expect(await response.json()).toMatchObject({ code: 'invalid-request' });
        }
      });

      test('GET /chat/assistants names what is on offer, and not its prompts', async () => {
        const { assistants } = (await (await client.get('/chat/assistants')).json()) as {
          assistants: { starters: Record<string, string[]> }[];
        };
        expect(assistants).toHaveLength(5);
        const told = ['name', 'title', 'description', 'avatar', 'starters'];
        for (const assistant of assistants) {
          expect(Object.keys(assistant)).toEqual(told);
          expect(Object.keys(assistant.starters)).toEqual(['en', 'de', 'fr', 'es', 'ja', 'ar']);
          for (const starters of Object.values(assistant.starters)) expect(starters).toHaveLength(4);
        }
      });
    });

    describe('feedback', () => {
      const rate = (session_id: string, turn_id: string, more: object = {}) =>
        client.post('/chat/feedback', { session_id, turn_id, rating: 'up', ...more });
      const feedbackOf = async (sessionId: string) => {
        // biome-ignore lint/suspicious/noExplicitAny: checked by the assertions
        const { messages } = (await (await client.get(`/chat/history/${sessionId}`)).json()) as any;
        // biome-ignore lint/suspicious/noExplicitAny: checked by the assertions
        return messages.map((message: any) => message.feedback);
      };

      test('stands on the answer in the history, and is changed by the next', async () => {
        const { session_id, turn_id } = await client.chat({ message: 'Hi' });
        const first = await rate(session_id, turn_id, { comment: 'good 👍' });
        expect([first.status, await first.text()]).toEqual([204, '']);
        expect(await feedbackOf(session_id)).toEqual([undefined, { rating: 'up', comment: 'good 👍' }]);
        expect((await rate(session_id, turn_id, { rating: 'down', reason: 'incomplete' })).status).toBe(204);
        expect(await feedbackOf(session_id)).toEqual([undefined, { rating: 'down', reason: 'incomplete' }]);
      });

      test('of what is no turn of the caller is 404', async () => {
        const { session_id, turn_id } = await client.chat({ message: 'Hi' });
        for (const [session, turn] of [
          [session_id, randomUUID()],
          [randomUUID(), turn_id],
          [session_id, 'x'],
          ['{*}', turn_id],
        ] as const) {
          const response = await rate(session, turn);
          expect([response.status, await response.json()]).toMatchObject([404, { code: 'session-not-found' }]);
        }
      });

      test.each([
        ['no rating', { rating: undefined }, 'rating'],
        ['another rating', { rating: 'great' }, 'rating'],
        ['another reason', { rating: 'down', reason: 'ugly' }, 'reason'],
        ['a reason to rate it up', { reason: 'tone' }, 'reason'],
        ['a comment that is too long', { comment: '👍'.repeat(2001) }, 'comment'],
        ['a comment that is not well-formed', { comment: '\ud800' }, 'comment'],
        ['a comment that is a number', { comment: 1 }, 'comment'],
        ['an unknown property', { role: 'system' }, 'role'],
      ])('with %s is refused', async (_, wrong, field) => {
        const { session_id, turn_id } = await client.chat({ message: 'Hi' });
        const response = await rate(session_id, turn_id, wrong);
        expect([response.status, await response.json()]).toMatchObject([
          422,
          { code: 'invalid-request', errors: [{ field }] },
        ]);
        expect((await rate(session_id, turn_id, { comment: '👍'.repeat(2000) })).status).toBe(204);
      });
    });

    describe('all that is the caller’s', () => {
      // biome-ignore lint/suspicious/noExplicitAny: checked by the assertions
      const exported = async (): Promise<any[]> => {
        const response = await client.get('/chat/export');
        expect(response.headers.get('content-type')).toBe('application/x-ndjson');
        const text = await response.text();
        expect(text === '' || text.endsWith('\n')).toBe(true);
        return text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line));
      };

      test('is exported, one session a line', async () => {
        const text = 'line\n\u2028 "two" \u0000 👩‍👩‍👧';
        const { session_id, turn_id } = await client.chat({ message: text, assistant: 'data-analyst' });
        for (let n = 0; n < 60; n += 1) await client.chat({ message: `m${n}`, session_id });
        await client.post('/chat/feedback', { session_id, turn_id, rating: 'up' });
        const other = await client.chat({ message: 'Other' });
        const lines = await exported();
        const line = lines.find(({ id }) => id === session_id);
        expect(Object.keys(line)).toEqual(
          expect.arrayContaining(['id', 'title', 'assistant', 'created', 'updated', 'turns', 'messages']),
        );
        expect(line).toMatchObject({ assistant: 'data-analyst', turns: 61 });
        expect(line.messages).toHaveLength(122);
        expect(line.messages[0]).toMatchObject({ role: 'user', content: text });
        expect(line.messages[1]).toMatchObject({ role: 'assistant', feedback: { rating: 'up' } });
        expect(line.messages[121]).toMatchObject({ role: 'assistant', content: 'You said: m59' });
        expect(lines.filter(({ id }) => id === other.session_id)).toHaveLength(1);
      });

      test('is erased, with the turn that runs and with what a key leads to', async () => {
        const key = { 'idempotency-key': randomUUID() };
        const first = await client.chat({ message: 'Once' }, key);
        const gate = upstream.gate();
        upstream.enqueue({ deltas: ['one', gate, 'two'] });
        const frames = framesOf(await client.post('/chat/stream', { message: 'Hold' }));
        const { session_id } = JSON.parse((await frames.next()).value?.data ?? '');
        await frames.next();
        const erased = await client.delete('/chat/sessions');
        expect([erased.status, await erased.text()]).toEqual([204, '']);
        gate.open();
        const rest = await Array.fromAsync(frames);
        expect(JSON.parse(rest.at(-1)?.data ?? '')).toMatchObject({ error: { code: 'turn-lost', status: 500 } });
        expect(await (await client.get('/chat/sessions')).json()).toEqual({
          sessions: [],
          has_more: false,
          pinned: [],
        });
        expect(await exported()).toEqual([]);
        for (const id of [first.session_id, session_id]) {
          expect((await client.get(`/chat/history/${id}`)).status).toBe(404);
        }
        const again = await client.chat({ message: 'Once' }, key);
        expect(again.turn_id).not.toBe(first.turn_id);
        expect((await client.delete('/chat/sessions')).status).toBe(204);
      });
    });

    describe('a model that fails', () => {
      const broken = { status: 500, body: {} };
      const busy = { status: 429, headers: { 'retry-after': '300' }, body: {} };
      test.each([
        ['errors, three times', broken, 3, 502, 'model-failed', undefined],
        ['a wait that is longer than a turn', busy, 1, 503, 'model-busy', '300'],
        ['a wait of more than 5 s', { ...busy, headers: { 'retry-after': '6' } }, 1, 503, 'model-busy', '6'],
        [
          'its content filter',
          { status: 400, body: { error: { code: 'content_filter', message: 'filtered' } } },
          1,
          422,
          'content-filtered',
          undefined,
        ],
        [
          'a filtered answer',
          { deltas: ['some'], finishReason: 'content_filter' as const },
          1,
          422,
          'content-filtered',
          undefined,
        ],
        ['a wrong key', { status: 401, body: { error: { message: 'key sk-secret' } } }, 1, 500, 'internal', undefined],
        ['no word at all', { deltas: [] }, 1, 502, 'model-failed', undefined],
        ['thoughts alone', { deltas: [], finishReason: 'length' as const }, 1, 422, 'output-limit-reached', undefined],
      ])('with %s is told by its code, and stores nothing', async (_, script, calls, status, code, retryAfter) => {
        const { session_id } = await client.chat({ message: 'Hi' });
        const asked = upstream.requests.length;
        upstream.enqueue(...Array.from({ length: calls }, () => script));
        const response = await client.post('/chat', { message: 'Fail', session_id });
        const text = await response.text();
        expect([response.status, JSON.parse(text).code]).toEqual([status, code]);
        if (retryAfter !== undefined) expect(response.headers.get('retry-after')).toBe(retryAfter);
        expect(text).not.toContain('secret');
        expect(upstream.requests).toHaveLength(asked + calls);
        expect(await client.history(session_id)).toHaveLength(2);
        await client.chat({ message: 'Again', session_id });
      });
    });

    deploymentContract(async () => ({ client }), { user: false, other: false });
  });
}
