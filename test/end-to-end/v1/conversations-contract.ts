import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../eventually.ts';
import { type Host, startHost } from '../../host/start-host.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';
import { Client } from '../client.ts';

type ListedItem = { id: string; role: string; content: { type: string; text: string }[] };

/** What conversations are, as OpenAI's own client sees them, on every store. */
export function conversationsSuite(name: string, storeSettings: () => Promise<Record<string, string>>): void {
  describe(`conversations, on the ${name} store`, () => {
    let upstream: ScriptedUpstream;
    let host: Host;
    let openai: OpenAI;
    let chat: Client;
    beforeAll(async () => {
      upstream = await ScriptedUpstream.start();
      const env = { ...(await storeSettings()), OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
      host = await startHost({ env });
      openai = new OpenAI({ baseURL: `${host.url}/v1`, apiKey: 'none', maxRetries: 0 });
      chat = new Client(host.url);
    });
    afterAll(async () => {
      await host?.stop();
      await upstream?.stop();
    });

    const itemsOf = () => openai.conversations.items;
    const user = (content: string) => ({ type: 'message' as const, role: 'user' as const, content });
    const listed = async (id: string, query: object = { order: 'asc', limit: 100 }) =>
      (await Array.fromAsync(itemsOf().list(id, query))) as ListedItem[];
    const texts = (items: ListedItem[]) => items.map(({ role, content }) => `${role}: ${content[0]?.text}`);
    const sessionOf = (id: string) => id.replace(/^conv_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const conversationOf = (session: string) => `conv_${session.replaceAll('-', '')}`;
    const failureOf = (promise: Promise<unknown>) =>
      promise.then(
        () => expect.unreachable(),
        (error) => error,
      );
    const raw = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${host.url}/v1/conversations${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { error } = (await response.json()) as { error?: Record<string, unknown> };
      return { status: response.status, ...error };
    };

    describe('a conversation', () => {
      test('is made without a turn, read, noted about and deleted, and says until when it is kept', async () => {
        const made = await openai.conversations.create({ metadata: { topic: 'cats' } });
        const now = Date.now() / 1000;
        expect(made).toEqual({
          id: expect.stringMatching(/^conv_[0-9a-f]{32}$/),
          object: 'conversation',
          created_at: expect.any(Number),
          metadata: { topic: 'cats' },
          expires_at: expect.any(Number),
        });
        const { created_at, expires_at } = made as typeof made & { expires_at: number };
        expect(Math.abs(created_at - now)).toBeLessThan(10);
        expect(Math.abs(expires_at - now - 3600)).toBeLessThan(10);
        expect(await openai.conversations.retrieve(made.id)).toMatchObject({ id: made.id, metadata: made.metadata });
        const updated = await openai.conversations.update(made.id, { metadata: { other: '"\n' } });
        expect(updated).toMatchObject({ id: made.id, metadata: { other: '"\n' }, created_at });
        expect(await openai.conversations.retrieve(made.id)).toMatchObject({ metadata: { other: '"\n' } });
        expect(await listed(made.id)).toEqual([]);
        const deleted = { id: made.id, object: 'conversation.deleted', deleted: true };
        expect(await openai.conversations.delete(made.id)).toEqual(deleted);
        expect(await openai.conversations.delete(made.id)).toEqual(deleted);
        expect(await failureOf(openai.conversations.retrieve(made.id))).toMatchObject({
          status: 404,
          code: 'session-not-found',
        });
      });

      test('without a turn is one of the caller’s sessions on the other side, and a turn can be taken there', async () => {
        const { id } = await openai.conversations.create();
        const session_id = sessionOf(id);
        const [listedFirst] = ((await (await chat.get('/chat/sessions')).json()) as { sessions: object[] }).sessions;
        expect(listedFirst).toMatchObject({ id: session_id, title: '', assistant: null, turns: 0 });
        expect(await (await chat.get(`/chat/history/${session_id}`)).json()).toMatchObject({
          session_id,
          assistant: null,
          messages: [],
        });
        upstream.enqueue({ deltas: ['Meow'] });
        const answer = await chat.chat({ message: 'What do cats say?', session_id, assistant: 'code-reviewer' });
        expect(answer).toMatchObject({ session_id, response: 'Meow', assistant: 'code-reviewer' });
        expect(texts(await listed(id))).toEqual(['user: What do cats say?', 'assistant: Meow']);
      });

      test('is the session in which a turn was taken on the other side', async () => {
        upstream.enqueue({ deltas: ['Two'] });
        const { session_id } = await chat.chat({ message: 'One' });
        const id = conversationOf(session_id);
        expect(await openai.conversations.retrieve(id)).toMatchObject({ id, metadata: {} });
        expect(await listed(id)).toEqual([
          {
            id: expect.stringMatching(/^msg_/),
            type: 'message',
            status: 'completed',
            role: 'user',
            content: [{ type: 'input_text', text: 'One' }],
          },
          {
            id: expect.stringMatching(/^msg_/),
            type: 'message',
            status: 'completed',
            role: 'assistant',
            content: [{ type: 'output_text', text: 'Two', annotations: [], logprobs: [] }],
          },
        ]);
        await openai.conversations.delete(id);
        expect((await chat.get(`/chat/history/${session_id}`)).status).toBe(404);
      });

      test('that is deleted while its first turn runs stays deleted', async () => {
        const { id } = await openai.conversations.create();
        const gate = upstream.gate();
        const asked = upstream.requests.length;
        upstream.enqueue({ deltas: ['one', gate, 'two'] });
        const response = failureOf(openai.responses.create({ model: 'default', input: 'Hold', conversation: id }));
        await eventually(() => upstream.requests.length > asked);
        await openai.conversations.delete(id);
        gate.open();
        expect((await response).status).toBe(500);
        expect((await failureOf(openai.conversations.retrieve(id))).status).toBe(404);
      });
    });

    describe('items', () => {
      test('that are brought first are what the model is told, and stay part of the conversation', async () => {
        const { id } = await openai.conversations.create({
          items: [
            { role: 'developer', content: 'Say little.' },
            user('Who are you?'),
            { role: 'assistant', content: 'A cat.' },
          ],
        });
        const before = await listed(id);
        expect(texts(before)).toEqual(['system: Say little.', 'user: Who are you?', 'assistant: A cat.']);
        upstream.enqueue({ deltas: ['Meow'] });
        const response = await openai.responses.create({ model: 'default', input: 'Prove it.', conversation: id });
        expect(response).toMatchObject({ output_text: 'Meow', conversation: { id } });
        const sent = upstream.requests.at(-1)?.body as { messages: { role: string; content: string }[] };
        expect(sent.messages.slice(1)).toEqual([
          { role: 'system', content: 'Say little.' },
          { role: 'user', content: 'Who are you?' },
          { role: 'assistant', content: 'A cat.' },
          { role: 'user', content: 'Prove it.' },
        ]);
        const after = await listed(id);
        expect(after.slice(0, 3)).toEqual(before);
        expect(texts(after.slice(3))).toEqual(['user: Prove it.', 'assistant: Meow']);
        expect(after.at(-1)?.id).toBe(response.output[0]?.id);
        const history = (await (await chat.get(`/chat/history/${sessionOf(id)}`)).json()) as { messages: object[] };
        expect(history.messages[0]).toMatchObject({
          content: 'Prove it.',
          items: [{ content: 'Say little.' }, { content: 'Who are you?' }, { content: 'A cat.' }],
        });
      });

      test('that are brought between turns are answered with their ids, found by them, and taken out again', async () => {
        const { session_id } = await chat.chat({ message: 'Hi' });
        const id = conversationOf(session_id);
        const brought = await itemsOf().create(id, { items: [user('one'), user('two')] });
        const [one, two] = brought.data as ListedItem[];
        expect(brought).toMatchObject({ object: 'list', first_id: one?.id, last_id: two?.id, has_more: false });
        const inConversation = { conversation_id: id };
        expect(await itemsOf().retrieve(one?.id ?? '', inConversation)).toEqual(one);
        expect((await listed(id)).slice(2)).toEqual([one, two]);
        expect(await itemsOf().delete(two?.id ?? '', inConversation)).toMatchObject({ id, object: 'conversation' });
        expect((await failureOf(itemsOf().retrieve(two?.id ?? '', inConversation))).status).toBe(404);
        expect(await itemsOf().delete(two?.id ?? '', inConversation)).toMatchObject({ id, object: 'conversation' });
        await chat.chat({ message: 'Then', session_id });
        await chat.chat({ message: 'And then', session_id });
        expect(texts(await listed(id)).slice(2, 4)).toEqual(['user: one', 'user: Then']);
        for (const item of await listed(id)) {
          expect(await itemsOf().retrieve(item.id, inConversation)).toEqual(item);
          expect(await failureOf(itemsOf().delete(item.id, inConversation))).toMatchObject({
            status: 400,
            code: 'not_supported',
            param: 'item_id',
          });
        }
        expect(texts(await listed(id))).toHaveLength(7);
      });

      test('can be referred to wherever they stand, also from another conversation', async () => {
        upstream.enqueue({ deltas: ['Four'] });
        const { session_id } = await chat.chat({ message: 'Two and two?' });
        const id = conversationOf(session_id);
        await itemsOf().create(id, { items: [user('brought')] });
        await chat.chat({ message: 'Then', session_id });
        await itemsOf().create(id, { items: [user('still there')] });
        const references = (await listed(id)).map((item) => ({ type: 'item_reference' as const, id: item.id }));
        const other = await openai.conversations.create({ items: references });
        expect(texts(await listed(other.id))).toEqual(texts(await listed(id)));
        await openai.responses.create({ model: 'default', input: [...references.slice(0, 3), user('So?')] });
        const sent = upstream.requests.at(-1)?.body as { messages: { content: string }[] };
        expect(
          sent.messages
            .slice(1)
            .map(({ content }) => content)
            .join(),
        ).toBe('Two and two?,Four,brought\n\nSo?');
      });

      test('are refused while a turn is under way, with 409', async () => {
        const { id } = await openai.conversations.create({ items: [user('one')] });
        const [one] = await listed(id);
        const gate = upstream.gate();
        const asked = upstream.requests.length;
        upstream.enqueue({ deltas: ['one', gate] });
        const response = openai.responses.create({ model: 'default', input: 'Hold', conversation: id });
        await eventually(() => upstream.requests.length > asked);
        for (const step of [
          () => itemsOf().create(id, { items: [user('x')] }),
          () => itemsOf().delete(one?.id ?? '', { conversation_id: id }),
        ]) {
          const busy = await failureOf(step());
          expect(busy).toMatchObject({ status: 409, code: 'conversation_locked' });
          expect(busy.headers.get('x-should-retry')).toBe('true');
        }
        expect(texts(await listed(id))).toEqual(['user: one']);
        gate.open();
        await response;
        expect(texts(await listed(id))).toEqual(['user: one', 'user: Hold', 'assistant: one']);
      });
    });

    describe('a page of items', () => {
      test('begins behind the one that is named, in either order, and all pages together are the conversation', async () => {
        const step = fc.oneof(
          fc.constant('turn' as const),
          fc.array(fc.constantFrom('user', 'assistant'), { minLength: 1, maxLength: 4 }),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 5 }), fc.integer({ min: 1, max: 6 }), async (steps, limit) => {
            const { id } = await openai.conversations.create();
            for (const each of steps) {
              if (each === 'turn') await chat.chat({ message: randomUUID(), session_id: sessionOf(id) });
              else {
                const items = each.map((role) => ({ role: role as 'user', content: randomUUID() }));
                await itemsOf().create(id, { items });
              }
            }
            const all = await listed(id);
            expect(all).toHaveLength(steps.reduce((sum, each) => sum + (each === 'turn' ? 2 : each.length), 0));
            expect(new Set(all.map((item) => item.id)).size).toBe(all.length);
            expect(await listed(id, { limit, order: 'asc' })).toEqual(all);
            expect(await listed(id, { limit })).toEqual(all.toReversed());
            for (const [place, { id: after }] of all.entries()) {
              const forward = await itemsOf().list(id, { after, limit, order: 'asc' });
              const expected = all.slice(place + 1, place + 1 + limit);
              expect(forward.data).toEqual(expected);
              expect(forward.has_more).toBe(all.length > place + 1 + limit);
              const back = await itemsOf().list(id, { after, limit, order: 'desc' });
              expect(back.data).toEqual(all.slice(Math.max(0, place - limit), place).toReversed());
              expect(back.has_more).toBe(place > limit);
            }
          }),
          { numRuns: 15 },
        );
      });

      test('has twenty items where nothing else is asked, the newest first, and names its ends', async () => {
        const { id } = await openai.conversations.create({ items: Array.from({ length: 25 }, (_, n) => user(`${n}`)) });
        const { data, ...page } = (await (await chat.get(`/v1/conversations/${id}/items`)).json()) as {
          data: ListedItem[];
        };
        expect(texts(data)).toEqual(Array.from({ length: 20 }, (_, n) => `user: ${24 - n}`));
        expect(page).toEqual({ object: 'list', first_id: data[0]?.id, last_id: data.at(-1)?.id, has_more: true });
        const empty = await openai.conversations.create();
        expect(await (await chat.get(`/v1/conversations/${empty.id}/items`)).json()).toEqual({
          object: 'list',
          data: [],
          first_id: null,
          last_id: null,
          has_more: false,
        });
      });

      test('behind what is none of its items is refused', async () => {
        const { id } = await openai.conversations.create({ items: [user('one')] });
        const other = await openai.conversations.create({ items: [user('other')] });
        const [item] = await listed(other.id);
        const unknown = `msg_${id.slice(5)}${randomUUID().replaceAll('-', '')}0`;
        for (const after of ['', 'x', id, item?.id ?? '', unknown]) {
          expect(await raw('GET', `/${id}/items?after=${after}`)).toMatchObject({ status: 400, param: 'after' });
        }
        for (const [query, param] of [
          ['limit=0', 'limit'],
          ['limit=101', 'limit'],
          ['order=up', 'order'],
        ]) {
          expect(await raw('GET', `/${id}/items?${query}`)).toMatchObject({ status: 400, param });
        }
      });
    });

    describe('a bad request', () => {
      const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']));
      test.each<[string, object, string, string]>([
        ['too many pairs of metadata', { metadata: pairs(17) }, 'invalid_value', 'metadata'],
        ['a long key of metadata', { metadata: { ['k'.repeat(65)]: 'v' } }, 'invalid_value', 'metadata'],
        ['a long value of metadata', { metadata: { k: 'v'.repeat(513) } }, 'invalid_value', 'metadata'],
        ['a number in metadata', { metadata: { k: 1 } }, 'invalid_value', 'metadata'],
        ['metadata that is a list', { metadata: [] }, 'invalid_value', 'metadata'],
        ['items that are no list', { items: 'Hi' }, 'invalid_value', 'items'],
        ['an item that is no object', { items: ['Hi'] }, 'invalid_value', 'items[0]'],
        ['a role that there is not', { items: [{ role: 'tool', content: '' }] }, 'invalid_value', 'items[0].role'],
        [
          'a picture',
          { items: [{ role: 'user', content: [{ type: 'input_image' }] }] },
          'unsupported_content',
          'items[0].content[0].type',
        ],
        [
          'more than a hundred items',
          { items: Array.from({ length: 101 }, () => ({ role: 'user', content: '' })) },
          'invalid_value',
          'items',
        ],
        ['what is not known', { title: 'x' }, 'unknown_parameter', 'title'],
        ['half a character', { metadata: { k: '\ud800' } }, 'invalid_value', 'metadata'],
      ])('with %s is refused, and names it', async (_, body, code, param) => {
        const refused = { status: 400, type: 'invalid_request_error', code, param };
        expect(await raw('POST', '', body)).toMatchObject(refused);
        const { id } = await openai.conversations.create();
        const path = 'metadata' in body || 'title' in body ? `/${id}` : `/${id}/items`;
        expect(await raw('POST', path, path.endsWith('items') ? body : { metadata: {}, ...body })).toMatchObject(
          refused,
        );
        expect(await openai.conversations.retrieve(id)).toMatchObject({ metadata: {} });
        expect(await listed(id)).toEqual([]);
      });

      test('that takes the bounds to the full is served', async () => {
        const metadata = Object.fromEntries(
          Array.from({ length: 16 }, (_, n) => [`${n}`.padEnd(64, 'k'), 'v'.repeat(512)]),
        );
        const { id } = await openai.conversations.create({ metadata });
        expect(await openai.conversations.retrieve(id)).toMatchObject({ metadata });
        const { id: full } = await openai.conversations.create({ items: Array.from({ length: 100 }, () => user('x')) });
        for (let n = 1; n < 10; n += 1) {
          await itemsOf().create(full, { items: Array.from({ length: 100 }, () => user('x')) });
        }
        expect(await listed(full)).toHaveLength(1000);
        expect(await raw('POST', `/${full}/items`, { items: [user('x')] })).toMatchObject({
          status: 400,
          code: 'invalid_value',
          param: 'items',
        });
      });

      test('without what it needs is refused', async () => {
        const { id } = await openai.conversations.create({ metadata: { a: 'b' } });
        const missing = { status: 400, code: 'missing_required_parameter' };
        expect(await raw('POST', `/${id}`, {})).toMatchObject({ ...missing, param: 'metadata' });
        expect(await raw('POST', `/${id}/items`, {})).toMatchObject({ ...missing, param: 'items' });
        expect(await raw('POST', `/${id}/items`, { items: [] })).toMatchObject({ status: 400, param: 'items' });
        expect(await openai.conversations.retrieve(id)).toMatchObject({ metadata: { a: 'b' } });
      });

      test('for what is not there is 404, whatever its id looks like', async () => {
        const { id } = await openai.conversations.create({ items: [user('one')] });
        const [item] = await listed(id);
        const none = conversationOf(randomUUID());
        for (const other of [none, sessionOf(id), 'conv_x', 'x', id.replace('conv_', 'resp_')]) {
          expect(await raw('GET', `/${other}`)).toMatchObject({ status: 404 });
          expect(await raw('POST', `/${other}`, { metadata: {} })).toMatchObject({ status: 404 });
          expect(await raw('GET', `/${other}/items`)).toMatchObject({ status: 404 });
          expect(await raw('POST', `/${other}/items`, { items: [user('x')] })).toMatchObject({ status: 404 });
          expect(await raw('GET', `/${other}/items/${item?.id}`)).toMatchObject({ status: 404 });
          expect(await raw('DELETE', `/${other}/items/${item?.id}`)).toMatchObject({ status: 404 });
        }
        const unknown = `msg_${none.slice(5)}${randomUUID().replaceAll('-', '')}0`;
        for (const reference of [unknown, 'msg_x', 'x']) {
          expect(await raw('POST', '', { items: [{ type: 'item_reference', id: reference }] })).toMatchObject({
            status: 404,
            param: 'items[0].id',
          });
          expect(await raw('GET', `/${id}/items/${reference}`)).toMatchObject({ status: 404 });
          expect(await raw('DELETE', `/${id}/items/${reference}`)).toMatchObject({ status: 404 });
        }
      });
    });

    test('making conversations and bringing items counts against the limit of requests, as turns do', async () => {
      const limited = await startHost({ env: { ...(await storeSettings()), RATE_LIMIT_PER_MINUTE: '3' } });
      await using _ = { [Symbol.asyncDispose]: () => limited.stop() };
      const client = new OpenAI({ baseURL: `${limited.url}/v1`, apiKey: 'none', maxRetries: 0 });
      const made = await client.conversations.create().withResponse();
      expect(made.response.headers.get('ratelimit')).toMatch(/^"requests";r=2;t=\d+$/);
      const { id } = made.data;
      const brought = await client.conversations.items.create(id, { items: [user('one')] }).withResponse();
      expect(brought.response.headers.get('ratelimit')).toMatch(/^"requests";r=1;t=\d+$/);
      await client.responses.create({ model: 'default', input: 'Hi', conversation: id });
      for (const step of [
        () => client.conversations.create(),
        () => client.conversations.items.create(id, { items: [user('two')] }),
      ]) {
        const refused = await failureOf(step());
        expect(refused).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' });
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(refused.headers.get('ratelimit')).toMatch(/^"requests";r=0;/);
        expect(refused.headers.get('ratelimit-policy')).toBe('"requests";q=3;w=60');
      }
      expect(await client.conversations.update(id, { metadata: { a: 'b' } })).toMatchObject({ metadata: { a: 'b' } });
    });
  });
}
