import { randomUUID } from 'node:crypto';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, generateText, isStepCount, jsonSchema, type ModelMessage, streamText, tool } from 'ai';
import { expect, test } from 'vitest';
import { searched } from '../end-to-end/sources.ts';
import { type Caller, describeServed, type Served, turnsOfSessions } from './describe-served.ts';

describeServed("the AI SDK's OpenAI provider", (served) => {
  test('goes on by previousResponseId, answered whole and streamed, in one conversation', async () => {
    const { caller, openai } = open(served);
    const first = await generateText({ model: openai('default'), prompt: 'My name is Ada.' });
    const second = streamText({ model: openai('default'), prompt: 'I live in Rome.', ...after(first) });
    expect(await Array.fromAsync(second.textStream)).toEqual(['You ', 'said: ', 'I ', 'live ', 'in ', 'Rome.']);
    const providerMetadata = await second.providerMetadata;
    const third = await generateText({
      model: openai.responses('default'),
      prompt: 'Who am I?',
      ...after({ providerMetadata }),
    });
    expect(third).toMatchObject({ text: 'You said: Who am I?', finishReason: 'stop', warnings: [] });
    expect(third.usage).toMatchObject({ inputTokens: 20, outputTokens: 5, totalTokens: 25 });
    expect(served.heard()).toEqual([
      'user: My name is Ada.',
      'assistant: You said: My name is Ada.',
      'user: I live in Rome.',
      'assistant: You said: I live in Rome.',
      'user: Who am I?',
    ]);
    expect(await turnsOfSessions(caller)).toEqual([3]);
  });

  test('goes on in a conversation that it names', async () => {
    const { caller, openai, conversation } = await openConversation(served);
    for (const prompt of ['one', 'two', 'three']) {
      await generateText({ model: openai('default'), prompt, providerOptions: { openai: { conversation } } });
    }
    expect(served.heard()).toHaveLength(5);
    expect(await turnsOfSessions(caller)).toEqual([3]);
  });

  test.each([
    ['its messages', () => ({})],
    ['a conversation', (conversation: string) => ({ conversation })],
    ['the response before', (_: string, previousResponseId: string) => ({ previousResponseId })],
    ['store: false', () => ({ store: false })],
  ])('runs its own tools in a loop, whole and streamed, with %s', async (_, optionsOf) => {
    const { openai, conversation } = await openConversation(served);
    const before = await generateText({ model: openai('default'), prompt: 'Hi' });
    const made: unknown[] = [];
    const where = tool({
      description: 'Says where somebody is.',
      inputSchema: jsonSchema<{ who: string }>({ type: 'object', properties: { who: { type: 'string' } } }),
      execute: async (input) => {
        made.push(input);
        return `In Basel (${made.length}).`;
      },
    });
    const responseId = before.providerMetadata?.['openai']?.['responseId'] as string;
    const asked = {
      ...{ model: openai('default'), prompt: 'Where is Ada?', tools: { where }, stopWhen: isStepCount(4) },
      providerOptions: { openai: optionsOf(conversation, responseId) },
    };
    const enqueue = () => {
      const call = (id: string) => ({ id, name: 'where', arguments: '{"who":"Ada"}' });
      served.upstream.enqueue({ deltas: ['Well. '], calls: [call('a'), call('b')] });
      served.upstream.enqueue({ calls: [call('c')] });
      served.upstream.enqueue({ deltas: ['She is in Basel.'] });
    };
    enqueue();
    const whole = await generateText(asked);
    expect([whole.text, whole.finishReason, whole.warnings]).toEqual(['She is in Basel.', 'stop', []]);
    expect(whole.steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'tool-calls', 'stop']);
    expect(made).toHaveLength(3);
    expect(
      served
        .heard()
        .filter((each) => each.startsWith('tool:'))
        .slice(-3),
    ).toEqual(['tool: In Basel (1).', 'tool: In Basel (2).', 'tool: In Basel (3).']);
    enqueue();
    const streamed = streamText(asked);
    expect(await streamed.text).toBe('She is in Basel.');
    expect(await streamed.finishReason).toBe('stop');
    expect(made).toHaveLength(6);
  });

  test('sends its messages again, earlier answers by reference: each turn is a conversation of its own', async () => {
    const { caller, openai } = open(served);
    const messages: ModelMessage[] = [];
    for (const content of ['one', 'two', 'three']) {
      messages.push({ role: 'user', content });
      const result = streamText({ model: openai('default'), messages });
      expect(await result.text).toBe(`You said: ${content}`);
      messages.push(...(await result.response).messages);
    }
    expect(served.heard()).toEqual([
      'user: one',
      'assistant: You said: one',
      'user: two',
      'assistant: You said: two',
      'user: three',
    ]);
    expect(await turnsOfSessions(caller)).toEqual([1, 1, 1]);
  });

  test('sends its messages again with store: false, and leaves no conversation behind', async () => {
    const { caller, openai } = open(served);
    const messages: ModelMessage[] = [{ role: 'system', content: 'Be brief.' }];
    for (const content of ['one', 'two', 'three']) {
      messages.push({ role: 'user', content });
      const { response } = await generateText({
        model: openai('default'),
        messages,
        allowSystemInMessages: true,
        providerOptions: { openai: { store: false } },
      });
      messages.push(...response.messages);
    }
    expect(served.heard()).toEqual([
      'system: Be brief.',
      'user: one',
      'assistant: You said: one',
      'user: two',
      'assistant: You said: two',
      'user: three',
    ]);
    expect(await turnsOfSessions(caller)).toEqual([]);
  });

  test('with an Idempotency-Key, a retry after an answer that was lost is told the same turn', async () => {
    const caller = served.newcomer();
    let lost = 0;
    const losesTheFirst: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      if (lost++ > 0) return response;
      await response.text();
      throw new TypeError('fetch failed', { cause: new Error('the connection was cut') });
    };
    const openai = createOpenAI({ ...pointed(caller), fetch: losesTheFirst });
    const asked = served.upstream.requests.length;
    const headers = { 'Idempotency-Key': randomUUID() };
    const { text } = await generateText({ model: openai('default'), prompt: 'Charge my card once.', headers });
    expect([text, lost]).toEqual(['You said: Charge my card once.', 2]);
    expect(served.upstream.requests).toHaveLength(asked + 1);
    expect(await turnsOfSessions(caller)).toEqual([1]);
  });

  test('knows an answer that ended at its limit', async () => {
    const { openai } = open(served);
    served.upstream.enqueue({ deltas: ['Once upon'], finishReason: 'length' });
    const whole = await generateText({ model: openai('default'), prompt: 'A tale', maxOutputTokens: 20 });
    expect(whole).toMatchObject({ text: 'Once upon', finishReason: 'length' });
    served.upstream.enqueue({ deltas: ['Once upon'], finishReason: 'length' });
    const streamed = streamText({ model: openai('default'), prompt: 'A tale', maxOutputTokens: 20 });
    expect([await streamed.text, await streamed.finishReason]).toEqual(['Once upon', 'length']);
  });

  test('has the sources of an answer, whole and streamed', async () => {
    const { openai } = open(served);
    served.upstream.enqueue({ raw: searched.raw }, { raw: searched.raw });
    const expected = searched.sources.map(({ url, title = url }) => ({ sourceType: 'url', url, title }));
    const asked = { model: openai('default'), prompt: 'Search' };
    expect((await generateText(asked)).sources).toMatchObject(expected);
    expect(await streamText(asked).sources).toMatchObject(expected);
  });

  test('reads why a request was refused, and that asking again does not help', async () => {
    const { openai } = open(served);
    const refused = generateText({ model: openai('nobody'), prompt: 'Hello' });
    await expect(refused).rejects.toBeInstanceOf(APICallError);
    await expect(refused).rejects.toMatchObject({
      statusCode: 404,
      isRetryable: false,
      message: expect.stringContaining('customer-support'),
    });
  });

  test('hears in a stream that its turn failed', async () => {
    const { openai } = open(served);
    served.upstream.enqueue({ deltas: ['Half an'], ending: 'cut' });
    const errors: unknown[] = [];
    const result = streamText({
      model: openai('default'),
      prompt: 'Hello',
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    });
    await result.consumeStream();
    expect(errors).toHaveLength(1);
  });
});

function open(served: Served) {
  const caller = served.newcomer();
  return { caller, openai: createOpenAI(pointed(caller)) };
}

function pointed({ baseURL, apiKey, headers }: Caller) {
  return { baseURL, apiKey, headers };
}

async function openConversation(served: Served) {
  const opened = open(served);
  const made = await opened.caller.chat.post('/v1/conversations', {});
  const { id } = (await made.json()) as { id: string };
  return { ...opened, conversation: id };
}

/** The options of a turn that follows another. */
function after({ providerMetadata }: Pick<Awaited<ReturnType<typeof generateText>>, 'providerMetadata'>) {
  const previousResponseId = providerMetadata?.['openai']?.['responseId'] as string;
  return { providerOptions: { openai: { previousResponseId } } };
}
