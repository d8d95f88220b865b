import { randomUUID } from 'node:crypto';
import { OpenAI } from 'openai';
import type { Response as ApiResponse } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../eventually.ts';
import { type Host, startHost } from '../../host/start-host.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';
import { Client, lasting, readUntil } from '../client.ts';
import { searched } from '../sources.ts';

const unknown = randomUUID().replaceAll('-', '');

/** What OpenAI's own client sees of the service, whichever store it stands on. */
export function responsesSuite(name: string, storeSettings: () => Promise<Record<string, string>>): void {
  describe(`the openai package, on the ${name} store`, () => {
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

    const ask = (input: string, more: object = {}) => openai.responses.create({ model: 'default', input, ...more });
    const listen = (input: string, more: object = {}) =>
      openai.responses.create({ model: 'default', input, stream: true, ...more });
    const retell = (id: string, starting_after?: number) =>
      openai.responses
        .retrieve(id, { stream: true, ...(starting_after === undefined ? {} : { starting_after }) })
        .then((stream) => Array.fromAsync(stream));
    const sent = () => upstream.requests.at(-1)?.body as Record<string, unknown> & { messages: { content: string }[] };
    const said = () => sent().messages.map(({ content }) => content);
    const sessionOf = ({ conversation }: ApiResponse) => uuidOf(conversation?.id ?? '');

    /** A stream whose model has said its first words, and waits. */
    async function begin(input: string, more: object = {}) {
      const gate = upstream.gate();
      upstream.enqueue({ deltas: ['one ', gate, 'two'] });
      const events = (await listen(input, more))[Symbol.asyncIterator]();
      const seen = await readUntil(events, ({ type }) => type === 'response.output_text.delta');
      const rest = async () => {
        for (let next = await events.next(); !next.done; next = await events.next()) seen.push(next.value);
        return seen;
      };
      return { gate, rest, id: (seen[0] as { response: ApiResponse }).response.id };
    }

    describe('creates', () => {
      test('a response, with every field that the API has', async () => {
        upstream.enqueue({
          deltas: ['Use ', 'Cosmos', ' DB.'],
          usage: { prompt_tokens: 90, completion_tokens: 4, cached_tokens: 64 },
        });
        const response = await ask('Where?');
        expect(response).toEqual({
          id: expect.stringMatching(/^resp_[0-9a-f]{64}$/),
          object: 'response',
          created_at: expect.any(Number),
          completed_at: expect.any(Number),
          status: 'completed',
          error: null,
          incomplete_details: null,
          model: 'default',
          conversation: { id: expect.stringMatching(/^conv_[0-9a-f]{32}$/) },
          previous_response_id: null,
          output: [
            {
              id: expect.stringMatching(/^msg_[0-9a-f]{64}1$/),
              type: 'message',
              status: 'completed',
              role: 'assistant',
              content: [{ type: 'output_text', text: 'Use Cosmos DB.', annotations: [], logprobs: [] }],
            },
          ],
          output_text: 'Use Cosmos DB.',
          usage: {
            input_tokens: 90,
            input_tokens_details: { cached_tokens: 64, cache_write_tokens: 0 },
            output_tokens: 4,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: 94,
          },
          instructions: null,
          metadata: {},
          temperature: 0.7,
          top_p: 1,
          max_output_tokens: null,
          reasoning: { effort: null, summary: null },
          store: true,
          access_programs: null,
          background: false,
          frequency_penalty: 0,
          max_tool_calls: null,
          parallel_tool_calls: true,
          presence_penalty: 0,
          prompt: null,
          prompt_cache_key: null,
          prompt_cache_retention: null,
          safety_identifier: null,
          service_tier: 'default',
          text: { format: { type: 'text' } },
          tool_choice: 'auto',
          tools: [],
          top_logprobs: 0,
          truncation: 'auto',
          user: null,
        });
        expect(Math.abs(response.created_at - Date.now() / 1000)).toBeLessThan(20);
      });

      test('one without a model: the default assistant answers', async () => {
        expect(await openai.responses.create({ input: 'Who?' })).toMatchObject({ model: 'default' });
      });

      test('one whose wishes reach the model within the assistant’s bounds, and are told again', async () => {
        const wishes = { temperature: 0, top_p: 0.5, max_output_tokens: 40, reasoning: { effort: 'low' as const } };
        const metadata = { order: '17', note: '👩‍👩‍👧' };
        const response = await ask('How?', { ...wishes, metadata, instructions: 'Answer in French.' });
        const told = {
          ...wishes,
          metadata,
          instructions: 'Answer in French.',
          reasoning: { effort: 'low', summary: null },
        };
        expect(response).toMatchObject(told);
        expect(await openai.responses.retrieve(response.id)).toEqual(response);
        expect(sent()).toMatchObject({ temperature: 0, top_p: 0.5 });
        expect(said().slice(1)).toEqual(['Answer in French.', 'How?']);
        expect(await ask('More?', { max_output_tokens: 100_000 })).toMatchObject({ max_output_tokens: 500 });
        const next = await ask('And then?', { previous_response_id: response.id });
        expect(next).toMatchObject({ instructions: null, metadata: {}, max_output_tokens: null });
        expect(said().slice(1)).toEqual(['How?', 'You said: How?', 'And then?']);
      });

      test('one of items: what the caller brings stands before what the user says, and stays', async () => {
        const input = [
          { role: 'developer' as const, content: 'Be brief.' },
          { type: 'message' as const, role: 'user' as const, content: 'I am Ada.' },
          { role: 'assistant' as const, content: 'Hello Ada.', id: 'msg_x', status: 'completed', phase: null },
          {
            role: 'user' as const,
            content: [
              { type: 'input_text' as const, text: 'Who' },
              { type: 'input_text' as const, text: 'am I?' },
            ],
          },
          { role: 'user' as const, content: 'Say it twice.' },
        ];
        const response = await openai.responses.create({ model: 'default', input });
        expect(response.output[0]?.id).toMatch(/^msg_[0-9a-f]{64}4$/);
        expect(said().slice(1)).toEqual(['Be brief.', 'I am Ada.', 'Hello Ada.', 'Who\n\nam I?\n\nSay it twice.']);
        await ask('And now?', { conversation: response.conversation?.id });
        expect(said()).toHaveLength(7);
        const session = sessionOf(response);
        expect(await chat.history(session)).toHaveLength(4);
        const items = await Array.fromAsync(openai.responses.inputItems.list(response.id, { order: 'asc', limit: 2 }));
        expect(items.map((item) => (item as { role: string }).role)).toEqual(['system', 'user', 'assistant', 'user']);
      });

      test('one in no conversation, with store: false: it has its limits, and leaves nothing behind', async () => {
        const first = await ask('I am Ada.');
        const response = await ask('Who am I?', { previous_response_id: first.id, store: false });
        expect(response).toMatchObject({ conversation: null, store: false, output_text: 'You said: Who am I?' });
        expect(said().slice(1)).toEqual(['I am Ada.', 'You said: I am Ada.', 'Who am I?']);
        expect(await chat.history(sessionOf(first))).toHaveLength(2);
        await expect(openai.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
        await expect(ask('Go on', { previous_response_id: response.id })).rejects.toMatchObject({
          status: 404,
          code: 'previous_response_not_found',
        });
      });
    });

    describe('streams', () => {
      test('the API’s events, numbered from 0, while the model still talks', async () => {
        const { gate, rest, id } = await begin('Count');
        expect(await openai.responses.retrieve(id)).toMatchObject({ status: 'in_progress' });
        gate.open();
        const events = await rest();
        expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, place) => place));
        expect(events.at(-1)).toMatchObject({ type: 'response.completed' });
        const { response } = events.at(-1) as { response: ApiResponse };
        expect(await openai.responses.retrieve(id)).toEqual({ ...response, output_text: 'one two' });
      });

      test('each event under its name, whole, held back by no proxy, with [DONE] at the end', async () => {
        const response = await listen('Say it').asResponse();
        expect(response.headers.get('content-type')).toBe('text/event-stream');
        expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
        const text = (await response.text()).replace(/^: .*\n/gm, '');
        const frames = text.split('\n\n').slice(0, -1);
        expect(frames.pop()).toBe('data: [DONE]');
        for (const frame of frames) {
          const [, name, data] = /^event: (\S+)\ndata: (.*)$/.exec(frame) ?? [];
          expect(JSON.parse(data ?? '').type).toBe(name);
        }
      });

      test('a response whose helper collects the same', async () => {
        upstream.enqueue({ deltas: ['one ', 'two'] });
        const stream = openai.responses.stream({ model: 'default', input: 'Count' });
        expect((await stream.finalResponse()).output_text).toBe('one two');
      });

      test('a failed turn as response.failed with its error, then [DONE]; nothing is kept to go on from', async () => {
        upstream.enqueue({ deltas: ['half'], ending: 'cut' });
        const events = await Array.fromAsync(await listen('Break'));
        const failed = { status: 'failed', output: [], error: { code: 'model-failed', message: expect.any(String) } };
        expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: failed });
        const { id } = (events.at(-1) as { response: ApiResponse }).response;
        expect(await retell(id)).toEqual(events);
        await expect(ask('Go on', { previous_response_id: id })).rejects.toMatchObject({
          status: 404,
          code: 'previous_response_not_found',
          param: 'previous_response_id',
        });
      });
    });

    describe('tells again', () => {
      test('the last response of a conversation event by event, from any number on', async () => {
        upstream.enqueue({ deltas: ['one ', 'two ', 'three'] });
        const live = await Array.fromAsync(await listen('Count'));
        const { id } = (live[0] as { response: ApiResponse }).response;
        expect(await retell(id)).toEqual(live);
        for (const after of live.keys())
          expect(await retell(id, after)).toEqual(live.slice(after + 1, live.length - 1).concat(live.at(-1) ?? []));
        expect(await retell(id, 900)).toEqual([live.at(-1)]);
      });

      test('an older one with its text in one delta', async () => {
        upstream.enqueue({ deltas: ['one ', 'two ', 'three'] });
        const first = await ask('Count');
        await ask('Go on', { previous_response_id: first.id });
        const told = await retell(first.id);
        expect(told.filter(({ type }) => type === 'response.output_text.delta')).toMatchObject([
          { sequence_number: 4, delta: 'one two three' },
        ]);
        const { output_text: _, ...response } = first;
        expect(told.at(-1)).toMatchObject({ type: 'response.completed', sequence_number: 8, response });
        expect(await openai.responses.retrieve(first.id)).toEqual(first);
      });

      test('a turn that /chat has taken; and /chat goes on with a conversation of the API', async () => {
        const { session_id, turn_id, response } = await chat.chat({ message: 'From chat', assistant: 'code-reviewer' });
        const id = `resp_${session_id}${turn_id}`.replaceAll('-', '');
        const told = await openai.responses.retrieve(id);
        expect(told).toMatchObject({ model: 'code-reviewer', output_text: response, temperature: 0.2 });
        const next = await openai.responses.create({ previous_response_id: id, input: 'From here' });
        expect(sessionOf(next)).toBe(session_id);
        await chat.chat({ session_id, message: 'Back there' });
        expect((await chat.history(session_id)).map(({ content }) => content)).toEqual(
          ['From chat', 'From here', 'Back there'].flatMap((text) => [text, `You said: ${text}`]),
        );
      });

      test.each(['-1', 'x', '', '1.5', '1e3', '9'.repeat(20)])(
        'nothing after %j, which is no number',
        async (after) => {
          const { id } = await ask('Hi');
          const response = await chat.get(`/v1/responses/${id}?stream=true&starting_after=${after}`);
          expect([response.status, await response.json()]).toMatchObject([400, { error: { param: 'starting_after' } }]);
        },
      );
    });

    describe('cancels', () => {
      test('a running response: what was said is kept, its stream ends as incomplete, and it is cancelled', async () => {
        const { rest, id } = await begin('Count');
        expect(['in_progress', 'cancelled']).toContain((await openai.responses.cancel(id)).status);
        const events = await rest();
        expect(events.at(-1)).toMatchObject({
          type: 'response.incomplete',
          response: { status: 'cancelled', incomplete_details: null, output: [{ status: 'incomplete' }] },
        });
        const cancelled = await openai.responses.retrieve(id);
        expect(cancelled).toMatchObject({ status: 'cancelled', output_text: 'one ' });
        expect({ ...(await openai.responses.cancel(id)), output_text: 'one ' }).toEqual(cancelled);
        expect(await ask('Go on', { previous_response_id: id })).toMatchObject({
          conversation: cancelled.conversation,
        });
      });

      test('one whose JSON is waited for: 200, and cancelled', async () => {
        const { session_id } = await chat.chat({ message: 'Hi' });
        upstream.enqueue({ deltas: ['one ', upstream.gate()] });
        const conversation = `conv_${session_id.replaceAll('-', '')}`;
        const asked = upstream.requests.length;
        const answer = ask('Count', { conversation });
        await eventually(() => upstream.requests[asked]?.said === 'one ');
        await eventually(
          async () =>
            ((await (await chat.post('/chat/stop', { session_id })).json()) as { stopping: boolean }).stopping,
        );
        expect(await answer).toMatchObject({ status: 'cancelled', output_text: 'one ' });
      });

      test('one before its first word: nothing is kept of it', async () => {
        upstream.enqueue({ deltas: [upstream.gate()] });
        const asked = upstream.requests.length;
        const events = (await listen('Stop me'))[Symbol.asyncIterator]();
        const { id } = ((await events.next()).value as { response: ApiResponse }).response;
        // Where it is cancelled before, the next turn hears what this one should.
        await eventually(() => upstream.requests.length > asked);
        await openai.responses.cancel(id);
        const rest = await Array.fromAsync({ [Symbol.asyncIterator]: () => events });
        expect(rest.at(-1)).toMatchObject({
          type: 'response.incomplete',
          response: { status: 'cancelled', output: [] },
        });
        await expect(openai.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
        await expect(ask('Go on', { previous_response_id: id })).rejects.toMatchObject({ status: 404 });
      });

      test('one that has ended: it is as it was', async () => {
        const { output_text: _, ...response } = await ask('Hi');
        expect(await openai.responses.cancel(response.id)).toEqual(response);
      });
    });

    describe('goes on', () => {
      test('in a conversation, by its id or an object with it, in any case of letters', async () => {
        const first = await ask('I am Ada.');
        const id = first.conversation?.id ?? '';
        for (const conversation of [id, { id }, id.toUpperCase().replace('CONV', 'conv')]) {
          expect((await ask('Who am I?', { conversation })).conversation).toEqual({ id });
        }
        expect(await chat.history(sessionOf(first))).toHaveLength(8);
      });

      test('from the last response in its conversation, from an older one in a new one, which leaves the old as it was', async () => {
        const first = await ask('one');
        const second = await ask('two', { previous_response_id: first.id });
        expect(second).toMatchObject({ conversation: first.conversation, previous_response_id: first.id });
        const kept = async () => lasting(await (await chat.get(`/chat/history/${sessionOf(first)}`)).text());
        const before = await kept();
        const fork = await ask('other', { previous_response_id: first.id });
        expect(said().slice(1)).toEqual(['one', 'You said: one', 'other']);
        expect(fork.conversation).not.toEqual(first.conversation);
        expect(await kept()).toBe(before);
        expect(await chat.history(sessionOf(fork))).toHaveLength(4);
        const copied = `resp_${sessionOf(fork).replaceAll('-', '')}${first.id.slice(37)}`;
        expect(await openai.responses.retrieve(copied)).toMatchObject({ output_text: 'You said: one' });
      });

      test('not while a response is under way: 409, and clients try again', async () => {
        const { gate, rest, id } = await begin('Slowly');
        const { conversation } = await openai.responses.retrieve(id);
        for (const place of [{ previous_response_id: id }, { conversation: conversation?.id }]) {
          const error = await ask('Too soon', place).catch((thrown) => thrown);
          expect(error).toMatchObject({ status: 409, code: 'conversation_locked', type: 'invalid_request_error' });
          expect(error.headers.get('x-should-retry')).toBe('true');
          expect(error.headers.get('retry-after')).toBe('1');
        }
        gate.open();
        await rest();
        expect(await ask('Now', { previous_response_id: id })).toMatchObject({ conversation });
      });

      test.each([{ type: 'item_reference' as const }, { type: null }, {}])(
        'with references to items that it keeps, %j',
        async (type) => {
          const first = await ask('I am Ada.');
          const input = [
            { role: 'user' as const, content: 'I am Bob.' },
            { ...type, id: first.output[0]?.id ?? '' },
            { role: 'user' as const, content: 'Who am I?' },
          ];
          await openai.responses.create({ model: 'default', input });
          expect(said().slice(1)).toEqual(['I am Bob.', 'You said: I am Ada.', 'Who am I?']);
        },
      );
    });

    test('tells the sources of an answer as annotations: created, streamed, read, told again, and among the items', async () => {
      const [known, other] = searched.sources.map(({ url, title = url }) => ({ type: 'url_citation', url, title }));
      const annotations = [
        { ...known, start_index: 5, end_index: 8 },
        { ...other, start_index: 9, end_index: 9 },
      ];
      const output = [{ content: [{ type: 'output_text', text: 'Known[1].', annotations }] }];
      upstream.enqueue({ raw: searched.raw }, { raw: searched.raw });
      const created = await ask('Search');
      expect(created).toMatchObject({ output });
      expect(await openai.responses.retrieve(created.id)).toMatchObject({ output });
      const { data } = await openai.conversations.items.list(created.conversation?.id ?? '', { order: 'asc' });
      expect(data).toMatchObject([{ role: 'user' }, ...output]);

      const events = await Array.fromAsync(await listen('Search'));
      expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, place) => place));
      const added = events.filter(({ type }) => type === 'response.output_text.annotation.added');
      expect(added).toMatchObject(
        annotations.map((annotation, annotation_index) => ({ annotation_index, annotation })),
      );
      expect(events.at(-1)).toMatchObject({ response: { output } });
      const { id } = (events.at(-1) as { response: ApiResponse }).response;
      for (const event of events.slice(0, -1)) {
        const rest = await retell(id, event.sequence_number);
        expect(rest).toEqual(events.slice(event.sequence_number + 1));
      }
    });

    test('pages through what a response was asked, either way', async () => {
      const input = ['a', 'b', 'c'].map((content) => ({ role: 'assistant' as const, content }));
      const { id } = await openai.responses.create({
        model: 'default',
        input: [...input, { role: 'user', content: 'd' }],
      });
      const texts = async (query: object) => {
        const items = await Array.fromAsync(openai.responses.inputItems.list(id, query));
        return items.map((item) => (item as { content: { text: string }[] }).content[0]?.text).join('');
      };
      expect(await texts({ limit: 1, order: 'asc' })).toBe('abcd');
      expect(await texts({ limit: 3 })).toBe('dcba');
      const page = await openai.responses.inputItems.list(id, { limit: 3, order: 'asc' });
      expect(page).toMatchObject({ has_more: true, data: { length: 3 } });
      for (const query of ['limit=0', 'limit=101', 'order=up', 'after=x']) {
        const response = await chat.get(`/v1/responses/${id}/input_items?${query}`);
        expect([query, response.status]).toEqual([query, 400]);
      }
    });

    test('lists the assistants as models', async () => {
      const models = await Array.fromAsync(openai.models.list());
      expect(models.map(({ id }) => id)).toEqual([
        'code-reviewer',
        'concierge',
        'customer-support',
        'data-analyst',
        'default',
      ]);
      expect(await openai.models.retrieve('data-analyst')).toEqual(models[3]);
      await expect(openai.models.retrieve('gpt-4')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    });

    describe('is refused', () => {
      const hi = { input: 'Hi' };
      const text = (type: string) => ({ input: [{ role: 'user', content: [{ type, text: 'x' }] }] });
      test.each<[string, object, number, string, string | null]>([
        ['an unknown model', { ...hi, model: 'gpt-4' }, 404, 'model_not_found', 'model'],
        ['no input', { input: undefined }, 400, 'missing_required_parameter', 'input'],
        ['blank input', { input: ' \n' }, 400, 'invalid_value', 'input'],
        ['no items', { input: [] }, 400, 'invalid_value', 'input'],
        ['input of another kind', { input: 5 }, 400, 'invalid_value', 'input'],
        ['a lone surrogate', { input: '\ud800' }, 400, 'invalid_value', 'input'],
        [
          'an assistant’s word at the end',
          { input: [{ role: 'assistant', content: 'x' }] },
          400,
          'invalid_value',
          'input',
        ],
        ['an unknown parameter', { ...hi, n: 2 }, 400, 'unknown_parameter', 'n'],
        [
          'a parameter named __proto__',
          JSON.parse('{"input":"Hi","__proto__":1}'),
          400,
          'unknown_parameter',
          '__proto__',
        ],
        [
          'an unknown field of an item',
          { input: [{ role: 'user', content: 'x', name: 'y' }] },
          400,
          'unknown_parameter',
          'input[0].name',
        ],
        ['an unknown role', { input: [{ role: 'tool', content: 'x' }] }, 400, 'invalid_value', 'input[0].role'],
        ['an item that is none', { input: ['x'] }, 400, 'invalid_value', 'input[0]'],
        ['an image', text('input_image'), 400, 'unsupported_content', 'input[0].content[0].type'],
        ['a file', text('input_file'), 400, 'unsupported_content', 'input[0].content[0].type'],
        [
          'a call without its output',
          { input: [{ type: 'function_call', call_id: 'c', name: 'where', arguments: '{}' }] },
          400,
          'invalid_value',
          'input[0]',
        ],
        [
          'a call twice',
          {
            input: [
              { type: 'function_call', call_id: 'c', name: 'where', arguments: '{}' },
              { type: 'function_call', call_id: 'c', name: 'where', arguments: '{}' },
            ],
          },
          400,
          'invalid_value',
          'input[1]',
        ],
        [
          'an output that is no text',
          {
            input: [
              { type: 'function_call', call_id: 'c', name: 'where', arguments: '{}' },
              { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image' }] },
            ],
          },
          400,
          'unsupported_content',
          'input[1].output[0].type',
        ],
        [
          'an approval of nothing',
          { input: [{ type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true }] },
          400,
          'invalid_value',
          'input[0]',
        ],
        ['a function without a name', { ...hi, tools: [{ type: 'function' }] }, 400, 'invalid_value', 'tools[0].name'],
        [
          'a function’s name that is none',
          { ...hi, tools: [{ type: 'function', name: 'a.b' }] },
          400,
          'invalid_value',
          'tools[0].name',
        ],
        [
          'a function twice',
          {
            ...hi,
            tools: [
              { type: 'function', name: 'where' },
              { type: 'function', name: 'where' },
            ],
          },
          400,
          'invalid_value',
          'tools[1].name',
        ],
        [
          'a schema that is none',
          { ...hi, tools: [{ ...{ type: 'function', name: 'where' }, parameters: { type: 'array' } }] },
          400,
          'invalid_value',
          'tools[0].parameters',
        ],
        [
          'too long a function',
          { ...hi, tools: [{ ...{ type: 'function', name: 'where' }, description: 'a'.repeat(32_768) }] },
          400,
          'invalid_value',
          'tools[0]',
        ],
        [
          'functions for which there is no room',
          { ...hi, tools: [{ ...{ type: 'function', name: 'where' }, description: 'word '.repeat(3000) }] },
          400,
          'context_length_exceeded',
          'input',
        ],
        [
          'too many functions',
          { ...hi, tools: Array.from({ length: 129 }, (_, n) => ({ type: 'function', name: `f${n}` })) },
          400,
          'invalid_value',
          'tools',
        ],
        [
          'a function that is loaded later',
          { ...hi, tools: [{ ...{ type: 'function', name: 'where' }, defer_loading: true }] },
          400,
          'not_supported',
          'tools[0].defer_loading',
        ],
        [
          'a choice of nothing',
          { ...hi, tools: [{ type: 'function', name: 'where' }], tool_choice: { type: 'function', name: 'rain' } },
          400,
          'invalid_value',
          'tool_choice.name',
        ],
        [
          'a choice that is none',
          { ...hi, tools: [{ type: 'function', name: 'where' }], tool_choice: { type: 'mcp', server_label: 'a' } },
          400,
          'not_supported',
          'tool_choice',
        ],
        [
          'a function’s output without its call',
          { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] },
          400,
          'invalid_value',
          'input[0]',
        ],
        [
          'a reference to nothing of ours',
          {
            input: [
              { type: 'item_reference', id: 'msg_1' },
              { role: 'user', content: 'x' },
            ],
          },
          404,
          'session-not-found',
          'input[0].id',
        ],
        [
          'a reference to what never was',
          { input: [{ type: 'item_reference', id: `msg_${unknown}${unknown}1` }] },
          404,
          'session-not-found',
          'input[0].id',
        ],
        [
          'a tool that is no function',
          { ...hi, tools: [{ type: 'web_search' }] },
          400,
          'not_supported',
          'tools[0].type',
        ],
        ['background', { ...hi, background: true }, 400, 'not_supported', 'background'],
        ['a prompt', { ...hi, prompt: { id: 'p' } }, 400, 'not_supported', 'prompt'],
        [
          'context_management',
          { ...hi, context_management: [{ type: 'compaction' }] },
          400,
          'not_supported',
          'context_management',
        ],
        ['another format', { ...hi, text: { format: { type: 'json_object' } } }, 400, 'not_supported', 'text'],
        ['probabilities', { ...hi, top_logprobs: 3 }, 400, 'not_supported', 'top_logprobs'],
        ['a penalty', { ...hi, presence_penalty: 1 }, 400, 'not_supported', 'presence_penalty'],
        ['a temperature out of range', { ...hi, temperature: 2.1 }, 400, 'invalid_value', 'temperature'],
        ['a share out of range', { ...hi, top_p: -0.1 }, 400, 'invalid_value', 'top_p'],
        ['too short an answer', { ...hi, max_output_tokens: 15 }, 400, 'invalid_value', 'max_output_tokens'],
        [
          'an effort that is no word',
          { ...hi, reasoning: { effort: 'High!' } },
          400,
          'invalid_value',
          'reasoning.effort',
        ],
        [
          '17 pairs of metadata',
          { ...hi, metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [n, ''])) },
          400,
          'invalid_value',
          'metadata',
        ],
        ['too long a key of metadata', { ...hi, metadata: { ['k'.repeat(65)]: '' } }, 400, 'invalid_value', 'metadata'],
        ['too long a value of metadata', { ...hi, metadata: { k: 'v'.repeat(513) } }, 400, 'invalid_value', 'metadata'],
        ['metadata that is no text', { ...hi, metadata: { k: 1 } }, 400, 'invalid_value', 'metadata'],
        [
          'a conversation that is none of ours',
          { ...hi, conversation: 'conv_1' },
          404,
          'session-not-found',
          'conversation',
        ],
        [
          'a conversation that never was',
          { ...hi, conversation: `conv_${unknown}` },
          404,
          'session-not-found',
          'conversation',
        ],
        [
          'a response that is none of ours',
          { ...hi, previous_response_id: 'resp_1' },
          404,
          'previous_response_not_found',
          'previous_response_id',
        ],
        [
          'a response that never was',
          { ...hi, previous_response_id: `resp_${unknown}${unknown}` },
          404,
          'previous_response_not_found',
          'previous_response_id',
        ],
        [
          'a conversation and a response',
          { ...hi, conversation: `conv_${unknown}`, previous_response_id: `resp_${unknown}${unknown}` },
          400,
          'invalid_value',
          'previous_response_id',
        ],
        ['too much text', { input: 'word '.repeat(3100) }, 400, 'context_length_exceeded', 'input'],
        ['too many characters', { input: 'a'.repeat(32_001) }, 400, 'context_length_exceeded', 'input'],
      ])('with %s, by status, code and parameter, and the model is not asked', async (_, body, status, code, param) => {
        const asked = upstream.requests.length;
        const response = await chat.post('/v1/responses', body);
        expect(response.headers.get('content-type')).toBe('application/json');
        expect(response.headers.get('x-should-retry')).toBe('false');
        expect(response.headers.get('x-request-id')).toBeTruthy();
        expect({ status: response.status, ...((await response.json()) as object) }).toEqual({
          status,
          error: { message: expect.any(String), type: 'invalid_request_error', code, param },
        });
        expect(upstream.requests).toHaveLength(asked);
      });

      test('with an assistant other than its conversation’s', async () => {
        const { conversation } = await ask('Hi');
        await expect(ask('Hi', { conversation: conversation?.id, model: 'data-analyst' })).rejects.toMatchObject({
          status: 400,
          code: 'invalid_value',
          param: 'model',
        });
      });

      test('where an answer is filtered: 400, and nothing is kept', async () => {
        upstream.enqueue({ deltas: ['Some '], finishReason: 'content_filter' });
        await expect(ask('Say it')).rejects.toMatchObject({ status: 400, code: 'content_filter' });
      });

      test('with the failure of its turn, where the model fails', async () => {
        upstream.enqueue({ deltas: ['half'], ending: 'cut' });
        const error = await ask('Break').catch((thrown) => thrown);
        expect(error).toMatchObject({ status: 502, code: 'model-failed', type: 'server_error' });
        expect(error.headers.get('x-should-retry')).toBe('true');
        upstream.enqueue({ status: 401, body: {} });
        await expect(ask('Break')).rejects.toMatchObject({ status: 500, code: 'server_error' });
      });

      test('to delete a response', async () => {
        const { id } = await ask('Hi');
        await expect(openai.responses.delete(id)).rejects.toMatchObject({ status: 400, code: 'not_supported' });
      });

      test('for a response that is not there, in the same words for what is none of ours', async () => {
        const { id, conversation } = await ask('Hi');
        await chat.delete(`/chat/history/${uuidOf(conversation?.id ?? '')}`);
        for (const gone of [id, 'x', `resp_${unknown}${unknown}`]) {
          for (const [method, path] of [
            ['GET', ''],
            ['GET', '?stream=true'],
            ['GET', '/input_items'],
            ['POST', '/cancel'],
          ]) {
            const response = await fetch(`${host.url}/v1/responses/${gone}${path}`, { method: method as string });
            const { error } = (await response.json()) as { error: object };
            expect([response.status, error]).toEqual([
              404,
              {
                message: 'There is no such response.',
                type: 'invalid_request_error',
                code: 'session-not-found',
                param: null,
              },
            ]);
          }
        }
      });
    });

    test('takes what is without effect: nulls, defaults, and hints', async () => {
      const body = {
        model: 'default',
        input: [{ role: 'user', content: 'Hi' }],
        ...{
          background: false,
          context_management: null,
          conversation: null,
          include: ['reasoning.encrypted_content'],
        },
        ...{
          instructions: null,
          max_output_tokens: null,
          max_tool_calls: 3,
          metadata: null,
          parallel_tool_calls: false,
        },
        ...{ previous_response_id: null, prompt: null, prompt_cache_key: 'k', prompt_cache_retention: '24h' },
        ...{ reasoning: { effort: null, summary: null }, safety_identifier: 's', service_tier: 'auto', store: true },
        ...{
          stream: false,
          stream_options: null,
          temperature: null,
          text: { format: { type: 'text' }, verbosity: 'medium' },
        },
        ...{ frequency_penalty: 0, presence_penalty: null },
        ...{ tool_choice: 'auto', tools: [], top_logprobs: 0, top_p: null, truncation: 'disabled', user: 'u' },
      };
      const response = await chat.post('/v1/responses', body);
      expect([response.status, await response.json()]).toMatchObject([200, { status: 'completed' }]);
    });

    test('with an Idempotency-Key gets the same response, however often it asks', async () => {
      const options = { headers: { 'Idempotency-Key': randomUUID() } };
      const asked = upstream.requests.length;
      const first = await openai.responses.create({ model: 'default', input: 'Once' }, options);
      expect(await openai.responses.create({ model: 'default', input: 'Once' }, options)).toEqual(first);
      expect(upstream.requests).toHaveLength(asked + 1);
      await expect(openai.responses.create({ model: 'default', input: 'Twice' }, options)).rejects.toMatchObject({
        status: 400,
        code: 'idempotency-key-reused',
      });
    });

    describe('counts its tries:', () => {
      const post = async (input: string, count?: number) => {
        const headers: Record<string, string> = count === undefined ? {} : { 'x-stainless-retry-count': String(count) };
        const response = await chat.post('/v1/responses', { model: 'default', input }, headers);
        return (await response.json()) as ApiResponse;
      };

      test('a retry is told the response that it retries', async () => {
        const first = await post('Only once', 0);
        expect(await post('Only once', 1)).toEqual(first);
        expect(await post('Only once', 2)).toEqual(first);
      });

      test('two equal questions are two turns, and a retry is then a third: nobody knows of which', async () => {
        const ids = [await post('Heads?', 0), await post('Heads?', 0), await post('Heads?', 1)].map(({ id }) => id);
        expect(new Set(ids).size).toBe(3);
      });

      test('a first request that a client does not count records nothing', async () => {
        const first = await post('Uncounted');
        expect((await post('Uncounted', 1)).id).not.toBe(first.id);
      });

      test('a retry of a turn whose conversation was deleted is a new turn', async () => {
        const first = await post('Gone', 0);
        await chat.delete(`/chat/history/${sessionOf(first)}`);
        expect(await post('Gone', 1)).toMatchObject({ status: 'completed' });
      });
    });
  });
}

function uuidOf(id: string): string {
  return id.replace(/^conv_(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
