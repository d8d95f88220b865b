import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { eventsOf } from '../upstream/script.ts';
import type { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { type Client, readStream } from './client.ts';

/** What an answer of a provider that searches the web consists of, and the sources that it means. */
export const searched = {
  raw: eventsOf(
    { choices: [{ index: 0, delta: { content: 'Known[1].' }, finish_reason: null }] },
    {
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 3 },
      search_results: [{ title: 'A <b>title</b>', url: 'https://a.example/x' }, { url: 'http://b.example/' }],
    },
    '[DONE]',
  ),
  sources: [{ url: 'https://a.example/x', title: 'A <b>title</b>' }, { url: 'http://b.example/' }],
};

/** What is told of the sources that a provider names, by any store. */
export function sources(world: () => { client: Client; upstream: ScriptedUpstream }): void {
  test('are told with the answer, however it is asked for, and kept with it', async () => {
    const { client, upstream } = world();
    const [key, other] = [{ 'idempotency-key': randomUUID() }, { 'idempotency-key': randomUUID() }];
    upstream.enqueue({ raw: searched.raw }, { raw: searched.raw });
    const answer = await client.chat({ message: 'Search' }, key);
    expect(answer).toMatchObject({ response: 'Known[1].', sources: searched.sources });
    const { session_id } = answer;
    const stream = await readStream(await client.post('/chat/stream', { message: 'Again', session_id }, other));
    expect(stream.last).toMatchObject({ finish_reason: 'stop', sources: searched.sources });
    const joined = await readStream(await client.get(`/chat/stream/${session_id}`));
    expect(joined.last).toEqual(stream.last);
    // As it was stored.
    expect(await client.chat({ message: 'Search' }, key)).toEqual(answer);

    const history = (await (await client.get(`/chat/history/${session_id}`)).json()) as { messages: object[] };
    const exported = (await (await client.get('/chat/export')).text()).split('\n').filter((line) => line !== '');
    const line = exported.map((each) => JSON.parse(each)).find(({ id }) => id === session_id);
    for (const messages of [history.messages, line.messages]) {
      expect(messages).toMatchObject([{}, { sources: searched.sources }, {}, { sources: searched.sources }]);
    }
    // The model is told what it said, and no more.
    expect(JSON.stringify(upstream.requests.at(-1)?.body)).not.toContain('a.example');
  });

  test('are told nowhere of an answer without any', async () => {
    const { client } = world();
    const answer = await client.chat({ message: 'Plain' });
    expect(answer).not.toHaveProperty('sources');
    const history = await (await client.get(`/chat/history/${answer.session_id}`)).text();
    expect(history).not.toContain('sources');
  });
}
