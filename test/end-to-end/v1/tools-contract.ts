import { randomUUID } from 'node:crypto';
import { OpenAI } from 'openai';
import type {
  Response as ApiResponse,
  FunctionTool,
  ResponseInputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../../local/build.ts';
import { apiContract } from '../../contract/contract.ts';
import { type LocalHost, startHost } from '../../host/start-host.ts';
import { followPlan, type Plan, planned } from '../../steps/planned-model.ts';
import { ToolServer } from '../../steps/tool-server.ts';
import { withTools } from '../../steps/with-tools.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';
import { Client } from '../client.ts';

const where: FunctionTool = {
  type: 'function',
  name: 'where',
  description: 'Says where somebody is.',
  parameters: { type: 'object', properties: { who: { type: 'string' } } },
  strict: false,
};
const rain = { ...where, name: 'rain' };
const tools = [where, rain];

/** What OpenAI's own client sees of what assistants do, whichever store the service stands on. */
export function toolsSuite(name: string, storeSettings: () => Promise<Record<string, string>>): void {
  describe(`the openai package, of tools, on the ${name} store`, () => {
    let upstream: ScriptedUpstream;
    let server: ToolServer;
    let host: LocalHost;
    let openai: OpenAI;
    let chat: Client;
    beforeAll(async () => {
      const directory = `.cache/v1-tools-${name}`;
      [upstream, server] = await Promise.all([
        ScriptedUpstream.start(({ body }) => followPlan(body)),
        ToolServer.start(),
        build({ directory, plugins: [withTools] }),
      ]);
      const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', TOOL_SERVER: server.url };
      const env = { ...(await storeSettings()), ...model };
      host = await startHost({ bundle: `${directory}/functions.js`, env });
      openai = new OpenAI({ baseURL: `${host.url}/v1`, apiKey: 'none', maxRetries: 0 });
      chat = new Client(host.url);
    });
    afterAll(async () => {
      await host?.stop();
      await Promise.all([upstream?.stop(), server?.stop()]);
    });

    const ask = async (input: string | ResponseInputItem[], more: object = {}) => {
      const response: ApiResponse = await openai.responses.create({ model: 'default', input, ...more });
      faultless('getResponse', response);
      return response;
    };
    const listen = async (input: string | ResponseInputItem[], more: object = {}) =>
      Array.fromAsync(await openai.responses.create({ model: 'default', input, stream: true, ...more }));
    const retell = async (id: string, after?: number) => {
      const from = after === undefined ? {} : { starting_after: after };
      return Array.fromAsync(await openai.responses.retrieve(id, { stream: true, ...from }));
    };
    const listed = (id: string | undefined, order: 'asc' | 'desc' = 'asc', limit = 20) =>
      Array.fromAsync(openai.conversations.items.list(id ?? '', { order, limit }));
    const sent = () => upstream.requests.at(-1)?.body['messages'] as { role: string; content?: string }[];
    const typesOf = (items: readonly { type?: string | null }[]) => items.map(({ type }) => type);

    /** Whole and page by page, both ways, and one by one: the same items, as the contract has them. */
    async function itemsOf(response: ApiResponse) {
      const id = response.conversation?.id ?? '';
      const items = await listed(id);
      expect(await listed(id, 'asc', 1)).toEqual(items);
      expect(await listed(id, 'desc', 3)).toEqual(items.toReversed());
      for (const item of items) {
        const path = `/v1/conversations/${id}/items/${item.id}`;
        const read = await chat.get(path);
        const text = await read.clone().text();
        expect(apiContract.faultsOf('getItem', read, text)).toEqual([]);
        expect(JSON.parse(text)).toEqual(item);
      }
      return items;
    }

    const callOf = (name: string, q: number, more: object) => ({
      ...{
        id: expect.stringMatching(/^mcp_/),
        type: 'mcp_call',
        server_label: 'parley',
        name,
        arguments: `{"q":${q}}`,
      },
      ...{ status: 'completed', approval_request_id: null, error: null, output: null },
      ...more,
    });

    describe('what the assistant does', () => {
      const plan: Plan = [
        {
          says: 'Let me see. ',
          calls: [
            ['show', { q: 1 }],
            ['pay', { q: 2 }],
          ],
        },
        { calls: [['look', { q: 3 }]] },
        { says: 'All is done.' },
      ];

      test('is among its items where it happened, with its result where the tool shows it', async () => {
        const response = await ask(planned('Do', plan));
        expect(response.output).toMatchObject([
          { type: 'message', status: 'completed', content: [{ text: 'Let me see. ' }] },
          callOf('show', 1, { output: 'Done: {"q":1}' }),
          callOf('pay', 2, {}),
          callOf('look', 3, {}),
          { type: 'message', status: 'completed', content: [{ text: 'All is done.' }] },
        ]);
        expect(response.output_text).toBe('Let me see. All is done.');
        expect(await openai.responses.retrieve(response.id)).toEqual(response);
        const items = await itemsOf(response);
        expect(items.slice(1)).toEqual(response.output);
        // An older one is told from what is stored.
        await ask('Thanks', { previous_response_id: response.id });
        const { output_text: _, ...older } = await openai.responses.retrieve(response.id);
        expect(older).toMatchObject({ output: response.output, usage: response.usage });
        expect(((await retell(response.id)).at(-1) as { response: ApiResponse }).response).toEqual(older);
      });

      test('is told as the API tells it, numbered from 0, and again the same from every number', async () => {
        const events = await listen(planned('Do', plan));
        expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
        const called = ['in_progress', '_arguments.delta', '_arguments.done'].map((type) =>
          type.startsWith('_') ? `response.mcp_call${type}` : `response.mcp_call.${type}`,
        );
        const message = (deltas: number) => [
          'response.output_item.added',
          'response.content_part.added',
          ...Array.from({ length: deltas }, () => 'response.output_text.delta'),
          'response.output_text.done',
          'response.content_part.done',
          'response.output_item.done',
        ];
        const added = ['response.output_item.added', ...called];
        const done = ['response.mcp_call.completed', 'response.output_item.done'];
        expect(typesOf(events)).toEqual([
          ...['response.created', 'response.in_progress', ...message(3)],
          ...[...added, ...added, ...done, ...done],
          ...[...added, ...done, ...message(3), 'response.completed'],
        ]);
        const { response } = events.at(-1) as { response: ApiResponse };
        const whole = events.filter(({ type }) => type === 'response.output_item.done') as {
          output_index: number;
          item: object;
        }[];
        expect(whole.toSorted((one, other) => one.output_index - other.output_index).map(({ item }) => item)).toEqual(
          response.output,
        );
        for (const [at] of events.entries()) {
          const rest = events.slice(at + 1);
          expect(await retell(response.id, at)).toEqual(rest.length > 0 ? rest : events.slice(-1));
        }
        expect(await retell(response.id)).toEqual(events);
      });

      test('is failed where the tool says so', async () => {
        const plan: Plan = [{ calls: [['look', { q: 1 }]] }, { says: 'Oh.' }];
        server.status = 500;
        const { output } = await ask(planned('Do', plan));
        server.status = 200;
        const content = [{ type: 'text', text: 'The tool failed.' }];
        const error = { type: 'mcp_tool_execution_error', content };
        expect(output[0]).toMatchObject(callOf('look', 1, { status: 'failed', error }));
      });
    });

    describe('a call that has to be approved', () => {
      const plan: Plan = [{ says: 'May I? ', calls: [['ask', { q: 1 }]] }, { says: 'So be it.' }];
      const responseTo = (request: string | undefined, approve: boolean): ResponseInputItem => ({
        ...{ type: 'mcp_approval_response', approval_request_id: request ?? '', approve },
      });

      test.each([
        ['conversation', ({ conversation }: ApiResponse) => ({ conversation: conversation?.id })],
        ['previous_response_id', ({ id }: ApiResponse) => ({ previous_response_id: id })],
      ])('is asked for, and made when the caller says so, by %s', async (_, placeOf) => {
        const first = await ask(planned('Pay', plan));
        const request = first.output.at(-1);
        expect(first.status).toBe('completed');
        expect(request).toEqual({
          ...{ id: expect.stringMatching(/^mcpr_/), type: 'mcp_approval_request', server_label: 'parley' },
          ...{ name: 'ask', arguments: '{"q":1}' },
        });
        const made = server.calls.length;
        const asked = { input: [responseTo(request?.id, true)], stream: true, ...placeOf(first) };
        const events = await listen(asked.input, placeOf(first));
        expect(server.calls.slice(made)).toMatchObject([{ tool: 'ask', input: { q: 1 } }]);
        const { response } = events.at(-1) as { response: ApiResponse };
        expect(response.output).toMatchObject([
          callOf('ask', 1, { approval_request_id: request?.id }),
          { type: 'message', content: [{ text: 'So be it.' }] },
        ]);
        expect(response.conversation).toEqual(first.conversation);
        const inputs = await Array.fromAsync(openai.responses.inputItems.list(response.id));
        expect(inputs).toEqual([
          {
            ...{ id: expect.stringMatching(/^mcpa_/), type: 'mcp_approval_response', reason: null },
            ...{ approval_request_id: request?.id, approve: true },
          },
        ]);
        expect(await itemsOf(first)).toEqual([expect.anything(), ...first.output, ...inputs, ...response.output]);
        for (const [at] of events.entries()) {
          expect(await retell(response.id, at)).toEqual(events.slice(Math.min(at + 1, events.length - 1)));
        }
      });

      test('is rejected by a no, and by what the user says instead', async () => {
        const first = await ask(planned('Pay', plan));
        const place = { conversation: first.conversation?.id };
        const made = server.calls.length;
        const rejected = {
          type: 'mcp_tool_execution_error',
          content: [{ type: 'text', text: 'The call was rejected.' }],
        };
        const no = await ask([responseTo(first.output.at(-1)?.id, false)], place);
        const request = { approval_request_id: first.output.at(-1)?.id };
        expect(no.output[0]).toMatchObject(callOf('ask', 1, { status: 'failed', error: rejected, ...request }));
        const second = await ask(planned('Pay', plan), place);
        const other = await ask('Better not', place);
        expect(other.output.map(({ type }) => type)).toEqual(['mcp_call', 'message']);
        expect(other.output[0]).toMatchObject({ error: rejected, approval_request_id: second.output.at(-1)?.id });
        expect(server.calls).toHaveLength(made);
        await itemsOf(other);
      });

      test('is 400 with another id, twice, with a message, without its conversation, or where nothing is kept', async () => {
        const first = await ask(planned('Pay', plan));
        const place = { conversation: first.conversation?.id };
        const id = first.output.at(-1)?.id ?? '';
        const yes = responseTo(id, true);
        const other = await ask(planned('Pay', plan));
        const gone = id.replace(/1$/, '9');
        const wrong: [ResponseInputItem[], object, string][] = [
          [[responseTo('mcpr_1', true)], place, 'input[0]'],
          [[responseTo(gone, true)], place, 'input'],
          [[responseTo(other.output.at(-1)?.id, true)], place, 'input[0]'],
          [[yes, yes], place, 'input[1]'],
          [[yes, { role: 'user', content: 'Go' }], place, 'input'],
          [[yes], {}, 'input[0]'],
          [[yes], { ...place, store: false }, 'store'],
        ];
        const made = server.calls.length;
        for (const [input, more, param] of wrong) {
          await expect(ask(input, more)).rejects.toMatchObject({ status: 400, param });
        }
        expect(server.calls).toHaveLength(made);
        await ask([yes], place);
        await expect(ask([yes], place)).rejects.toMatchObject({ status: 400, code: 'invalid_value', param: 'input' });
        expect(server.calls).toHaveLength(made + 1);
      });

      test('is decided on through /chat as well, and the other way round', async () => {
        const first = await ask(planned('Pay', plan));
        const sessionId = (first.conversation?.id ?? '').replace(
          /^conv_(.{8})(.{4})(.{4})(.{4})(.{12})$/,
          '$1-$2-$3-$4-$5',
        );
        const history = async () =>
          (
            (await (await chat.get(`/chat/history/${sessionId}`)).json()) as {
              messages: { steps?: { id: string }[] }[];
            }
          ).messages;
        const step = (await history())[1]?.steps?.[0]?.id ?? '';
        await chat.chat({ session_id: sessionId, approve: [{ id: step, decision: 'yes' }] });
        expect(typesOf(await itemsOf(first))).toEqual([
          ...['message', 'message', 'mcp_approval_request', 'mcp_approval_response', 'mcp_call', 'message'],
        ]);
        const turn = await chat.chat({ session_id: sessionId, message: planned('Pay', plan) });
        expect(turn.finish_reason).toBe('approval');
        const request = (await listed(first.conversation?.id)).at(-1);
        const next = await ask([responseTo(request?.id, true)], { conversation: first.conversation?.id });
        expect(next.output_text).toBe('So be it.');
      });
    });

    describe("a function of the caller's", () => {
      const plan: Plan = [
        {
          says: 'Let me ask. ',
          calls: [
            ['where', { who: 'Ada' }],
            ['pay', { q: 2 }],
            ['rain', {}],
          ],
        },
        // What was made and what waited are two rounds to whoever is told of them later.
        {},
        { says: 'Take an umbrella.' },
      ];
      const calls = ({ output }: ApiResponse) => output.filter((item) => item.type === 'function_call');
      const outputs = (response: ApiResponse) =>
        calls(response).map(
          ({ call_id, name }): ResponseInputItem => ({
            ...{ type: 'function_call_output', call_id, output: `out of ${name}` },
          }),
        );

      test.each([
        ['conversation', ({ conversation }: ApiResponse) => ({ conversation: conversation?.id })],
        ['previous_response_id', ({ id }: ApiResponse) => ({ previous_response_id: id })],
      ])('is called by its response, and told what came of it in the next, by %s', async (_, placeOf) => {
        const made = server.calls.length;
        const first = await ask(planned('Out', plan), { tools, tool_choice: 'required' });
        expect(first).toMatchObject({ status: 'completed', tools, tool_choice: 'required', parallel_tool_calls: true });
        expect(upstream.requests.at(-1)?.body).toMatchObject({ tool_choice: 'required' });
        expect(server.calls).toHaveLength(made + 1);
        expect(typesOf(first.output)).toEqual(['message', 'function_call', 'mcp_call', 'function_call']);
        expect(calls(first)).toEqual([
          {
            ...{ id: expect.stringMatching(/^fc_/), type: 'function_call', status: 'completed' },
            ...{ call_id: expect.stringMatching(/^call_[0-9a-f]{32}_1$/), name: 'where', arguments: '{"who":"Ada"}' },
          },
          expect.objectContaining({ name: 'rain', arguments: '{}', call_id: expect.stringMatching(/_3$/) }),
        ]);
        const next = await ask(outputs(first).toReversed(), { tools, ...placeOf(first) });
        expect(next.output_text).toBe('Take an umbrella.');
        expect(next.conversation).toEqual(first.conversation);
        expect(sent().slice(-3)).toMatchObject([
          { role: 'assistant', tool_calls: [{ function: { name: 'where' } }, { function: { name: 'rain' } }] },
          { role: 'tool', content: 'out of where' },
          { role: 'tool', content: 'out of rain' },
        ]);
        expect(server.calls).toHaveLength(made + 1);
        const inputs = await Array.fromAsync(openai.responses.inputItems.list(next.id, { order: 'asc' }));
        expect(inputs).toEqual(
          calls(first).map(({ call_id, name }) => ({
            ...{ id: expect.stringMatching(/^fco_/), type: 'function_call_output', status: 'completed' },
            ...{ call_id, output: `out of ${name}` },
          })),
        );
        expect(await itemsOf(first)).toEqual([expect.anything(), ...first.output, ...inputs, ...next.output]);
      });

      test('is told as the API tells it, and again the same from every number', async () => {
        const events = await listen(planned('Out', plan), { tools });
        expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
        const [first] = events.flatMap((event, at) =>
          event.type === 'response.output_item.added' && event.item.type === 'function_call' ? [at] : [],
        );
        const told = events.slice(first, (first ?? 0) + 4);
        expect(told).toMatchObject([
          { type: 'response.output_item.added', item: { arguments: '', status: 'in_progress' }, output_index: 1 },
          { type: 'response.function_call_arguments.delta', delta: '{"who":"Ada"}', output_index: 1 },
          { type: 'response.function_call_arguments.done', arguments: '{"who":"Ada"}', name: 'where' },
          { type: 'response.output_item.done', item: { arguments: '{"who":"Ada"}', status: 'completed' } },
        ]);
        const { response } = events.at(-1) as { response: ApiResponse };
        const answered = await listen(outputs(response), { previous_response_id: response.id });
        for (const [at] of answered.entries()) {
          const { response: next } = answered.at(-1) as { response: ApiResponse };
          expect(await retell(next.id, at)).toEqual(answered.slice(Math.min(at + 1, answered.length - 1)));
        }
        const again = await listen(planned('Out', plan), { tools });
        const { response: last } = again.at(-1) as { response: ApiResponse };
        for (const [at] of again.entries()) {
          expect(await retell(last.id, at)).toEqual(again.slice(Math.min(at + 1, again.length - 1)));
        }
      });

      test('is what the package’s own stream makes of it', async () => {
        const stream = openai.responses.stream({ model: 'default', input: planned('Out', plan), tools });
        const heard: ResponseStreamEvent[] = [];
        for await (const event of stream) heard.push(event);
        const final = await stream.finalResponse();
        expect(calls(final as ApiResponse).map(({ name, arguments: written }) => [name, written])).toEqual([
          ['where', '{"who":"Ada"}'],
          ['rain', '{}'],
        ]);
        expect(heard.length).toBeGreaterThan(10);
      });

      test('waits for all its outputs: what lacks one is 400 in OpenAI’s words, and so is one too many', async () => {
        const first = await ask(planned('Out', plan), { tools });
        const [where, rain] = calls(first);
        const all = outputs(first);
        const place = { conversation: first.conversation?.id };
        const hi: ResponseInputItem = { role: 'user', content: 'Hi' };
        const asked = upstream.requests.length;
        const missing = (id: string | undefined) => `No tool output found for function call ${id}.`;
        const wrong: [ResponseInputItem[], object, string][] = [
          [[hi], place, missing(where?.call_id)],
          [[hi], { previous_response_id: first.id }, missing(where?.call_id)],
          [all.slice(0, 1), place, missing(rain?.call_id)],
          [[...all.slice(1), hi], place, missing(where?.call_id)],
          [all, {}, `No tool call found for function call output with call_id ${where?.call_id}.`],
          [
            [...all, { type: 'function_call_output', call_id: 'call_x', output: '' }],
            place,
            'No tool call found for function call output with call_id call_x.',
          ],
        ];
        for (const [input, more, message] of wrong) {
          await expect(ask(input, more)).rejects.toMatchObject({
            ...{ status: 400, code: 'invalid_value', error: { message } },
          });
        }
        expect(upstream.requests).toHaveLength(asked);
        await ask([...all, hi], place);
        expect(sent().at(-1)).toMatchObject({ role: 'user', content: 'Hi' });
        await expect(ask(all, place)).rejects.toMatchObject({
          error: { message: `No tool call found for function call output with call_id ${where?.call_id}.` },
        });
      });

      test('is told to be not made where its user goes on through /chat', async () => {
        const first = await ask(planned('Out', plan), { tools });
        const sessionId = (first.conversation?.id ?? '').replace(
          /^conv_(.{8})(.{4})(.{4})(.{4})(.{12})$/,
          '$1-$2-$3-$4-$5',
        );
        const turn = await chat.chat({ session_id: sessionId, message: 'Never mind' });
        expect(turn.steps).toMatchObject([
          { name: 'where', status: 'rejected', by_caller: true },
          { name: 'rain', status: 'rejected', by_caller: true },
        ]);
        const { messages } = (await (await chat.get(`/chat/history/${sessionId}`)).json()) as {
          messages: { finish_reason?: string; steps?: { status: string }[] }[];
        };
        expect(messages[1]).toMatchObject({
          finish_reason: 'tool_calls',
          steps: [{ status: 'open', by_caller: true }, { status: 'ok' }, { status: 'open' }],
        });
        // Whoever reads the items finds no call without an output.
        const items = await itemsOf(first);
        expect(typesOf(items).slice(-4)).toEqual([
          'function_call_output',
          'function_call_output',
          'message',
          'message',
        ]);
        const said = items.filter(({ type }) => type !== 'mcp_call') as ResponseInputItem[];
        await ask([...said, { role: 'user', content: 'Hi' }], { store: false });
        expect(sent().filter(({ role }) => role === 'tool')).toHaveLength(2);
      });

      test('is found by a retry of the unmodified client, and by a key, and called once', async () => {
        const body = { model: 'default', input: planned(randomUUID(), plan), tools };
        const request = async (asked: object, headers: Record<string, string>) => {
          const answer = await chat.post('/v1/responses', asked, headers);
          expect(answer.status).toBe(200);
          return (await answer.json()) as ApiResponse;
        };
        const made = server.calls.length;
        const first = await request(body, { 'x-stainless-retry-count': '0' });
        expect(await request(body, { 'x-stainless-retry-count': '1' })).toEqual(first);
        const answer = { model: 'default', input: outputs(first), previous_response_id: first.id };
        const next = await request(answer, { 'x-stainless-retry-count': '0' });
        expect(await request(answer, { 'x-stainless-retry-count': '1' })).toEqual(next);
        const key = { 'idempotency-key': randomUUID() };
        const keyed = await request(body, key);
        expect(await request(body, key)).toEqual(keyed);
        expect(server.calls).toHaveLength(made + 2);
        expect(
          typesOf(await listed(first.conversation?.id)).filter((type) => type === 'function_call_output'),
        ).toHaveLength(2);
      });

      test('can be answered again, behind its call: that is another conversation', async () => {
        const first = await ask(planned('Out', plan), { tools });
        const one = await ask(outputs(first), { previous_response_id: first.id });
        const two = await ask(outputs(first), { previous_response_id: first.id });
        expect(one.conversation).toEqual(first.conversation);
        expect(two.conversation).not.toEqual(first.conversation);
        expect(typesOf(await itemsOf(two))).toEqual(typesOf(await itemsOf(one)));
      });

      test('works where the caller keeps all, by what it was answered', async () => {
        const input: ResponseInputItem[] = [{ role: 'user', content: planned('Out', plan) }];
        const first = await ask(input, { tools, store: false });
        expect(first.conversation).toBe(null);
        input.push(...(first.output as ResponseInputItem[]), ...outputs(first));
        const next = await ask(input, { tools, store: false });
        expect(next.status).toBe('completed');
        expect(sent().at(-1)).toMatchObject({ role: 'tool', content: 'out of rain' });
        // The same kept here: its items are what was brought.
        const kept = await ask(input, { tools });
        expect(typesOf(await itemsOf(kept))).toEqual([
          ...['message', 'message', 'function_call', 'function_call_output'],
          ...['function_call', 'function_call_output', 'function_call', 'function_call_output', 'message'],
        ]);
        await ask('And now?', { previous_response_id: kept.id });
        expect(sent().filter(({ role }) => role === 'tool')).toHaveLength(3);
        // Only read: its call waits on.
        const open = await ask(planned('Out', plan), { tools });
        const place = { conversation: open.conversation?.id };
        await ask(outputs(open), { ...place, store: false });
        expect((await ask(outputs(open), place)).conversation).toEqual(open.conversation);
      });

      test('is brought to a conversation with its output, and taken out with it', async () => {
        const call = { type: 'function_call' as const, call_id: 'c', name: 'where', arguments: '{}' };
        const output = { type: 'function_call_output' as const, call_id: 'c', output: 'here' };
        await expect(openai.conversations.create({ items: [call] })).rejects.toMatchObject({ status: 400 });
        const { id } = await openai.conversations.create({ items: [{ role: 'user', content: 'Hi' }, call, output] });
        const [, first, second] = await listed(id);
        expect([first, second]).toMatchObject([call, output]);
        await openai.conversations.items.delete(second?.id ?? '', { conversation_id: id });
        expect(typesOf(await listed(id))).toEqual(['message']);
        await openai.conversations.items.create(id, { items: [call, output] });
        await ask('And?', { conversation: id });
        expect(sent().slice(1)).toMatchObject([
          ...[{ role: 'user' }, { role: 'assistant' }, { role: 'tool', content: 'here' }, { role: 'user' }],
        ]);
        await expect(openai.conversations.items.delete(first?.id ?? '', { conversation_id: id })).resolves.toBeTruthy();
      });

      test('has no name of the assistant’s own tools, and may not be called where nothing may be', async () => {
        await expect(ask('Hi', { tools: [{ ...where, name: 'pay' }] })).rejects.toMatchObject({
          ...{ status: 400, code: 'invalid_value', param: 'tools[0].name' },
        });
        const made = server.calls.length;
        const none = await ask(planned('Out', plan), { tools, tool_choice: 'none' });
        expect(none).toMatchObject({ tool_choice: 'none', output_text: 'Let me ask. ' });
        expect(server.calls).toHaveLength(made);
        const one = await ask(planned('Out', plan), { tools, parallel_tool_calls: false });
        expect(one.parallel_tool_calls).toBe(false);
        expect(upstream.requests.at(-1)?.body).toMatchObject({ parallel_tool_calls: false });
        expect(calls(one)).toHaveLength(1);
      });
    });

    /** A response as the contract has it. */
    function faultless(operation: string, { output_text: _, ...response }: ApiResponse): void {
      const text = JSON.stringify(response);
      const answer = new Response(text, { headers: { 'content-type': 'application/json' } });
      expect(apiContract.faultsOf(operation, answer, text)).toEqual([]);
    }
  });
}
