import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { expect, test } from 'vitest';
import { describeServed, type Served, turnsOfSessions } from './describe-served.ts';

describeServed("LangChain's ChatOpenAI", (served) => {
  test('goes on by previous_response_id, answered whole and streamed, in one conversation', async () => {
    const { caller, model } = open(served);
    const first = await model.invoke('one');
    const parts = await Array.fromAsync(await model.stream('two', { previous_response_id: idOf(first) }));
    const second = parts.reduce((whole, part) => whole.concat(part));
    expect(second.text).toBe('You said: two');
    const third = await model.invoke('three', { previous_response_id: idOf(second) });
    expect(third.text).toBe('You said: three');
    expect(served.heard()).toHaveLength(5);
    expect(await turnsOfSessions(caller)).toEqual([3]);
  });

  test('sends its messages again with zdrEnabled, and leaves no conversation behind', async () => {
    const { caller, model } = open(served, { zdrEnabled: true });
    const messages: BaseMessage[] = [];
    for (const text of ['one', 'two', 'three']) {
      messages.push(new HumanMessage(text));
      messages.push(await model.invoke(messages));
    }
    expect(messages.filter(AIMessage.isInstance).map(({ text }) => text)).toEqual([
      'You said: one',
      'You said: two',
      'You said: three',
    ]);
    expect(served.heard()).toEqual([
      'user: one',
      'assistant: You said: one',
      'user: two',
      'assistant: You said: two',
      'user: three',
    ]);
    expect(await turnsOfSessions(caller)).toEqual([]);
  });
});

function open(served: Served, fields: { zdrEnabled?: boolean } = {}) {
  const caller = served.newcomer();
  const { baseURL, apiKey, headers: defaultHeaders } = caller;
  const configuration = { baseURL, defaultHeaders };
  return {
    caller,
    model: new ChatOpenAI({ model: 'default', apiKey, useResponsesApi: true, configuration, ...fields }),
  };
}

function idOf({ response_metadata }: BaseMessage): string {
  return response_metadata['id'] as string;
}
