import { Agent, type AgentInputItem, OpenAIConversationsSession, OpenAIProvider, Runner, tool } from '@openai/agents';
import { OpenAI } from 'openai';
import { expect, test } from 'vitest';
import { describeServed, type Served, turnsOfSessions } from './describe-served.ts';

const asked = ['one', 'two', 'three'];
const heardAtLast = ['user: one', 'assistant: You said: one', 'user: two', 'assistant: You said: two', 'user: three'];

describeServed('@openai/agents', (served) => {
  test('with store: false and a session, it keeps its items in one conversation', async () => {
    const { caller, client, runner } = open(served);
    const agent = new Agent({
      name: 'Guide',
      instructions: 'Be brief.',
      model: 'default',
      modelSettings: { store: false },
    });
    const session = new OpenAIConversationsSession({ client });
    for (const input of asked) {
      const { finalOutput } = await runner.run(agent, input, { session });
      expect(finalOutput).toBe(`You said: ${input}`);
    }
    expect(served.heard()).toEqual(['system: Be brief.', ...heardAtLast]);
    const items = await Array.fromAsync(
      client.conversations.items.list(await session.getSessionId(), { order: 'asc' }),
    );
    expect(items.map(textOf)).toEqual(['one', 'You said: one', 'two', 'You said: two', 'three', 'You said: three']);
    expect(await turnsOfSessions(caller)).toHaveLength(1);
    await session.clearSession();
    expect(await turnsOfSessions(caller)).toEqual([]);
  });

  test('with a conversationId, each run is a turn of that conversation', async () => {
    const { caller, client, runner } = open(served);
    const agent = new Agent({ name: 'Guide', model: 'default' });
    const { id: conversationId } = await client.conversations.create();
    for (const input of asked) {
      const { finalOutput } = await runner.run(agent, input, { conversationId });
      expect(finalOutput).toBe(`You said: ${input}`);
    }
    expect(served.heard()).toEqual(heardAtLast);
    expect(await turnsOfSessions(caller)).toEqual([3]);
  });

  test('with a previousResponseId, answered whole and streamed, it goes on after that answer', async () => {
    const { caller, runner } = open(served);
    const agent = new Agent({ name: 'Guide', model: 'default' });
    const first = await runner.run(agent, 'one');
    const previousResponseId = first.lastResponseId as string;
    const second = await runner.run(agent, 'two', { previousResponseId, stream: true });
    expect((await Array.fromAsync(second.toTextStream())).join('')).toBe('You said: two');
    await second.completed;
    const third = await runner.run(agent, 'three', { previousResponseId: second.lastResponseId as string });
    expect(third.finalOutput).toBe('You said: three');
    expect(served.heard()).toEqual(heardAtLast);
    expect(await turnsOfSessions(caller)).toEqual([3]);
  });

  test.each([
    [true, [1, 1, 1]],
    [false, []],
  ])('with its whole history as input and store: %s, there are conversations of %j turns', async (store, turns) => {
    const { caller, runner } = open(served);
    const agent = new Agent({ name: 'Guide', model: 'default', modelSettings: { store } });
    let history: AgentInputItem[] = [];
    for (const content of asked) {
      const result = await runner.run(agent, [...history, { role: 'user', content }]);
      history = result.history;
    }
    expect(served.heard()).toEqual(heardAtLast);
    expect(await turnsOfSessions(caller)).toEqual(turns);
  });

  test.each([
    ['a conversationId', 'conversation'],
    ['its previous response', 'previous'],
    ['its whole history, which it keeps itself', 'history'],
  ])('runs its own tools in a loop, with %s', async (_, how) => {
    const { caller, client, runner } = open(served);
    const made: unknown[] = [];
    const where = tool({
      name: 'where',
      description: 'Says where somebody is.',
      parameters: {
        type: 'object',
        properties: { who: { type: 'string' } },
        required: ['who'],
        additionalProperties: false,
      },
      strict: true,
      execute: async (input) => {
        made.push(input);
        return `In Basel (${made.length}).`;
      },
    });
    const store = how === 'history' ? { modelSettings: { store: false } } : {};
    const agent = new Agent({ name: 'Guide', model: 'default', tools: [where], ...store });
    const called = (id: string) => ({ calls: [{ id, name: 'where', arguments: '{"who":"Ada"}' }] });
    served.upstream.enqueue(called('a'));
    served.upstream.enqueue(called('b'));
    served.upstream.enqueue({ deltas: ['She is in Basel.'] });
    const place = how === 'conversation' ? { conversationId: (await client.conversations.create()).id } : {};
    const first = await runner.run(agent, 'Where is Ada?', place);
    expect(first.finalOutput).toBe('She is in Basel.');
    expect(made).toEqual([{ who: 'Ada' }, { who: 'Ada' }]);
    const offered = served.upstream.requests.at(-1)?.body['tools'];
    expect(offered).toMatchObject([{ type: 'function', function: { name: 'where', strict: true } }]);
    expect(toldOf(served)).toEqual(['In Basel (1).', 'In Basel (2).']);
    served.upstream.enqueue(called('c'));
    served.upstream.enqueue({ deltas: ['Sure.'] });
    const next =
      how === 'previous'
        ? await runner.run(agent, 'Sure?', { previousResponseId: first.lastResponseId as string })
        : await runner.run(agent, how === 'history' ? [...first.history, user('Sure?')] : 'Sure?', place);
    expect(next.finalOutput).toBe('Sure.');
    expect(toldOf(served)).toEqual(['In Basel (1).', 'In Basel (2).', 'In Basel (3).']);
    expect((await turnsOfSessions(caller)).at(0)).toBe(how === 'history' ? undefined : how === 'conversation' ? 5 : 3);
  });
});

/** A runner that traces nothing, as that goes to OpenAI. */
function open(served: Served) {
  const caller = served.newcomer();
  const client = new OpenAI({ baseURL: caller.baseURL, apiKey: caller.apiKey, defaultHeaders: caller.headers });
  const modelProvider = new OpenAIProvider({ openAIClient: client });
  return { caller, client, runner: new Runner({ modelProvider, tracingDisabled: true }) };
}

function textOf(item: OpenAI.Conversations.ConversationItem): string {
  const [part] = item.type === 'message' ? item.content : [];
  return part && 'text' in part ? part.text : '';
}

function user(content: string): AgentInputItem {
  return { role: 'user', content };
}

/** What the model was last told of calls. */
function toldOf({ upstream }: Served): (string | undefined)[] {
  const messages = upstream.requests.at(-1)?.body['messages'] as { role: string; content?: string }[];
  return messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
}
