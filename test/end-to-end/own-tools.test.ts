import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { followPlan, planned } from '../steps/planned-model.ts';
import { OfficialServer } from '../tools/official-server.ts';
import { echoTool, listing, ownApp } from '../tools/own-app.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client, readStream } from './client.ts';

let upstream: ScriptedUpstream;
let orders: OfficialServer;
let host: LocalHost;
let client: Client;

const mcp = {
  servers: {
    orders: {
      type: 'http',
      url: `$${'{env:ORDERS_URL}'}`,
      headers: { 'x-api-key': `$${'{env:ORDERS_KEY}'}` },
      tools: { search: { readOnly: true, show_results: true } },
    },
  },
};

beforeAll(async () => {
  let bundle: string;
  [upstream, orders, bundle] = await Promise.all([
    ScriptedUpstream.start(({ body }) => followPlan(body)),
    OfficialServer.start('2026'),
    ownApp('end-to-end', {
      'assistants/default.md': listing('echo', 'orders/*'),
      'tools/echo.ts': echoTool,
      'tools/mcp.json': JSON.stringify(mcp),
    }),
  ]);
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  host = await startHost({ bundle, env: { ...model, ORDERS_URL: orders.url, ORDERS_KEY: 'the-key-of-orders' } });
  client = new Client(host.url);
});
afterAll(async () => {
  await host.stop();
  await Promise.all([upstream.stop(), orders.stop()]);
});

const ms = expect.any(Number);

async function storedAnswer(sessionId: string): Promise<object | undefined> {
  const history = (await (await client.get(`/chat/history/${sessionId}`)).json()) as { messages: object[] };
  return history.messages[1];
}

test('the demo shows a tool at work: its concierge looks at the clock, and says that it does so by rule', async () => {
  const demo = await startHost();
  try {
    const client = new Client(demo.url);
    const answer = await client.chat({ assistant: 'concierge', message: 'What time is it in Tokyo?' });
    expect(answer.steps).toMatchObject([
      { name: 'clock', status: 'ok', result: expect.stringMatching(/\(Asia\/Tokyo\)$/) },
    ]);
    const [{ result }] = answer.steps;
    expect(answer.response).toBe(`By rule, not by wit, I call the tool clock. The tool says: ${result}`);
    const french = await client.chat({
      assistant: 'concierge',
      message: 'Quelle heure est-il à São Paulo et à Sydney ?',
    });
    expect(french.steps.map(({ arguments: written }: { arguments: string }) => JSON.parse(written))).toEqual([
      { time_zone: 'America/Sao_Paulo' },
      { time_zone: 'Australia/Sydney' },
    ]);
  } finally {
    await demo.stop();
  }
});

describe('a tool that a team has put into tools/', () => {
  test('is called, told in frames, and a step in history', async () => {
    const message = planned('Do', [{ says: 'So: ', calls: [['echo', { text: 'well' }]] }]);
    const { json } = await readStream(await client.post('/chat/stream', { message }));
    const [{ session_id: sessionId, turn_id: turnId }] = json;
    const id = `${turnId}.1`;
    const written = '{"text":"well"}';
    expect(json.slice(1, -1)).toEqual([
      { token: 'So: ' },
      { tool_call: { id, name: 'echo', arguments: written } },
      { tool_result: { id, status: 'ok', ms } },
      { token: 'Told: ' },
      { token: 'well' },
    ]);
    expect(await storedAnswer(sessionId)).toMatchObject({
      content: 'So: Told: well',
      steps: [{ type: 'tool_call', id, name: 'echo', arguments: written, status: 'ok', ms, at: 4 }],
    });
  });

  test('is not called with what does not fit: the model is told, and the caller sees no step', async () => {
    const { response, steps } = await client.chat({ message: planned('Do', [{ calls: [['echo', { text: 7 }]] }]) });
    expect(response).toMatch(/^Told: .*The arguments are not valid/);
    expect(steps).toBeUndefined();
  });
});

describe('a tool of a server', () => {
  test('is called with its key, and its result shown where the file says so', async () => {
    const message = planned('Do', [{ calls: [['orders__search', { text: 'lamp' }]] }]);
    const before = orders.calls.length;
    const key = { 'idempotency-key': 'a lamp' };
    const answer = await client.chat({ message }, key);
    expect(answer.response).toBe('Told: Nothing is called lamp.');
    expect(answer.steps).toMatchObject([
      { name: 'orders/search', arguments: '{"text":"lamp"}', status: 'ok', at: 0, result: 'Nothing is called lamp.' },
    ]);
    expect(await storedAnswer(answer.session_id)).toMatchObject({ steps: answer.steps });
    // A retry is told the same turn, and calls nothing.
    expect(await client.chat({ message }, key)).toEqual(answer);
    expect(orders.calls.slice(before)).toEqual([
      { name: 'search', input: { text: 'lamp' }, key: expect.stringMatching(/^[\w-]{20,}$/) },
    ]);
    expect(orders.requests.every(({ headers }) => headers['x-api-key'] === 'the-key-of-orders')).toBe(true);
  });

  test('gives the answer its sources', async () => {
    const answer = await client.chat({ message: planned('Do', [{ calls: [['orders__report', {}]] }]) });
    const sources = [{ url: 'https://example.com/report', title: 'The report' }, { url: 'https://example.com/page' }];
    expect(answer.sources).toEqual(sources);
    expect(answer.steps).toMatchObject([{ name: 'orders/report', sources }]);
    expect(await storedAnswer(answer.session_id)).toMatchObject({ sources });
  });

  test('that fails says so to the model, and its step to the caller', async () => {
    const answer = await client.chat({ message: planned('Do', [{ calls: [['orders__fail', {}]] }]) });
    expect(answer.response).toBe('Told: The warehouse is closed.');
    expect(answer.steps).toMatchObject([{ name: 'orders/fail', status: 'error' }]);
  });

  test('leaves its key and its results in no log', () => {
    expect(host.logs()).not.toMatch(/the-key-of-orders|Nothing is called/);
  });
});
