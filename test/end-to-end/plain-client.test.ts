import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, startHost } from '../host/start-host.ts';
import { type Client, readStream } from './client.ts';
import { deploymentOf } from './deployment.ts';

// What a client sends and reads that knows the least of the contract, call by call.
describe('a plain client', () => {
  let host: Host | undefined;
  let client: Client;
  beforeAll(async () => {
    const url = process.env['PARLEY_URL'];
    if (!url) host = await startHost();
    client = deploymentOf(host === undefined ? process.env : { PARLEY_URL: host.url }).client;
  });
  afterAll(() => host?.stop());

  test('sends its first message with session_id null, and goes on with the id it was given', async () => {
    const first = await client.post('/chat', {
      session_id: null,
      message: 'Where should the readings of our sensors go?',
    });
    expect(first.status).toBe(200);
    const { session_id, response } = (await first.json()) as { session_id: string; response: string };
    expect(response).toBeTypeOf('string');
    expect(response).not.toBe('');

    const second = await client.post('/chat', { session_id, message: 'And how do I find those of last week?' });
    const answer = (await second.json()) as { session_id: string; response: string };
    expect(answer.session_id).toBe(session_id);

    const history = await client.get(`/chat/history/${session_id}`);
    const { messages } = (await history.json()) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role, content }) => ({ role, content }))).toEqual([
      { role: 'user', content: 'Where should the readings of our sensors go?' },
      { role: 'assistant', content: response },
      { role: 'user', content: 'And how do I find those of last week?' },
      { role: 'assistant', content: answer.response },
    ]);
  });

  test('sends only a message', async () => {
    const answer = await client.chat({ message: 'Hello' });
    expect(answer.session_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('streams with prompt, and reads frames of data: lines with a token until [DONE]', async () => {
    const response = await client.post('/chat/stream', { prompt: 'What would that cost?' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    // As simple clients read it: line by line.
    const lines = (await response.text()).split('\n').filter((line) => line.startsWith('data: '));
    expect(lines.at(-1)).toBe('data: [DONE]');
    const tokens = lines.slice(0, -1).flatMap((line) => JSON.parse(line.slice(6)).token ?? []);
    expect(tokens.length).toBeGreaterThan(1);
  });

  test('reset is DELETE, after which the history is gone', async () => {
    const { session_id } = await client.chat({ message: 'Hello' });
    expect((await client.delete(`/chat/history/${session_id}`)).status).toBe(204);
    expect((await client.delete(`/chat/history/${session_id}`)).status).toBe(204);
    expect((await client.get(`/chat/history/${session_id}`)).status).toBe(404);
  });

  test('a specialised assistant is chosen at the first turn', async () => {
    const stream = await readStream(await client.post('/chat/stream', { message: 'Hi', assistant: 'data-analyst' }));
    expect(stream.first.assistant).toBe('data-analyst');
  });
});
