import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client } from './client.ts';

/** An item that a request refers to is a hundred times as long as its id. */
const LONG = 'word '.repeat(2_000);

let upstream: ScriptedUpstream;
let host: Host;
let client: Client;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  host = await startHost({ env: { ...model, MAX_BODY_BYTES: '65536' } });
  client = new Client(host.url);
});
afterAll(async () => {
  await host?.stop();
  await upstream?.stop();
});

/** Asks behind the first item of a response so many times. */
async function askBehind(itemId: string, times: number): Promise<{ status: number; answer: Record<string, unknown> }> {
  const reference = { type: 'item_reference', id: itemId };
  const input = [...Array.from({ length: times }, () => reference), { role: 'user', content: 'Go on' }];
  const response = await client.post('/v1/responses', { input });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

test('the items that a request refers to hold no more text together than a body may', async () => {
  const input = [
    { role: 'assistant', content: LONG },
    { role: 'user', content: 'Hello' },
  ];
  const { id } = (await (await client.post('/v1/responses', { input })).json()) as { id: string };
  const { data } = (await (await client.get(`/v1/responses/${id}/input_items?order=asc`)).json()) as {
    data: [{ id: string }];
  };
  const asked = upstream.requests.length;
  const few = await askBehind(data[0].id, 6);
  expect(few.status).toBe(200);
  const many = await askBehind(data[0].id, 7);
  expect(many).toMatchObject({ status: 413, answer: { error: { code: 'body-too-large', param: 'input' } } });
  expect((await askBehind(data[0].id, 500)).status).toBe(413);
  expect(upstream.requests).toHaveLength(asked + 1);
});
