import { expect, test } from 'vitest';
import { demo } from '../../shared/models/demo.ts';
import { ask, hear, question } from './hear.ts';

const model = demo(0);

test('the demo says that it is a demo, and which settings make it a model', async () => {
  const { text, ends, thrown } = await hear(model);
  expect(text).toContain('demo model');
  expect(text).toContain('AZURE_OPENAI_ENDPOINT');
  expect(text).toContain('OPENAI_API_KEY');
  expect(ends).toEqual([{ type: 'end', finishReason: 'stop', usage: undefined }]);
  expect(thrown).toBeUndefined();
});

test('the demo quotes the last message, and counts those that it sees', async () => {
  const messages = [...question, { role: 'assistant' as const, content: 'Fine.' }];
  const { text } = await hear(model, { messages: [...messages, { role: 'user', content: 'And\n  now?' }] });
  expect(text).toContain('You said: “And now?”. It is message 2');
});

test('the demo cuts a long quote between characters', async () => {
  const { text, deltas } = await hear(model, { messages: [{ role: 'user', content: '😀'.repeat(81) }] });
  expect(text).toContain(`“${'😀'.repeat(80)}…”`);
  expect(deltas.every((delta) => delta.isWellFormed())).toBe(true);
});

test('the demo answers the same to the same conversation', async () => {
  expect(await hear(model)).toEqual(await hear(model));
});

test('the demo says no more words than it may', async () => {
  const { deltas, ends } = await hear(model, { maxOutputTokens: 3 });
  expect(deltas.length).toBe(3);
  expect(ends).toMatchObject([{ finishReason: 'length' }]);
});

test('the demo stops in the middle of a pause when the caller aborts, with its reason', async () => {
  const controller = new AbortController();
  const reason = new Error('the reader left');
  const events = ask(demo(3_600_000), { signal: controller.signal })[Symbol.asyncIterator]();
  expect((await events.next()).value).toEqual({ type: 'asked' });
  const next = events.next();
  controller.abort(reason);
  await expect(next).rejects.toBe(reason);
});

test('the demo says nothing to a caller that has already gone', async () => {
  const reason = { any: 'value' };
  expect(await hear(model, { signal: AbortSignal.abort(reason) })).toMatchObject({ deltas: [], thrown: reason });
});

test.each([
  ['all that was said', 'Do not answer. Write a summary of this conversation.', ['We launch on Tuesday.', 'Fine.']],
  ['the oldest of it', 'Do not answer. Write a summary of its first 1 messages.', ['We launch on Tuesday.']],
])('the demo summarises %s by its first sentences, and says so', async (_, instruction, sentences) => {
  const messages = [
    { role: 'system' as const, content: 'Be kind.' },
    { role: 'user' as const, content: 'We launch on Tuesday. Or so.' },
    { role: 'assistant' as const, content: 'Fine. Good.' },
    { role: 'user' as const, content: instruction },
  ];
  const { text } = await hear(model, { messages, purpose: 'summary', maxOutputTokens: 100 });
  expect(text).toBe(['By the demo model, first sentences only:', ...sentences].join(' '));
});

test.each([
  ['what is… the best way to store “time series”?', 'What is the best way to'],
  ['don’t e\u0301crire', 'Don’t e\u0301crire'],
  ['東京の天気', '東京の天気'],
  ['?!', ''],
])('the demo names a conversation that begins with %j by its first words: %j', async (message, title) => {
  const messages = [{ role: 'user' as const, content: `The message:\n\n${message}` }];
  expect((await hear(model, { messages, purpose: 'title', maxOutputTokens: 24 })).text).toBe(title);
});
