import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client, readStream } from '../end-to-end/client.ts';
import { type HostOptions, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { IngestionServer } from './ingestion-server.ts';

let insights: IngestionServer;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  [insights, upstream] = await Promise.all([IngestionServer.start(), ScriptedUpstream.start()]);
});
afterAll(() => Promise.all([insights.stop(), upstream.stop()]));

/** Three turns, a streamed one that is rated, one that fails and one that calls a tool, by an app that then ends; returns what it sent and logged. */
async function takeTurns(env: HostOptions['env']) {
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  const host = await startHost({ env: { ...insights.environment, ...model, ...env } });
  const client = new Client(host.url);
  upstream.enqueue({ deltas: ['My ', 'secret'], usage: { prompt_tokens: 90, completion_tokens: 4 } });
  const { first } = await readStream(await client.post('/chat/stream', { message: 'Tell me a secret' }));
  upstream.enqueue({ deltas: ['x'], ending: 'cut' });
  expect((await client.post('/chat', { message: 'Fail' })).status).toBe(502);
  const { session_id, turn_id } = first as { session_id: string; turn_id: string };
  const feedback = { session_id, turn_id, rating: 'down', reason: 'incorrect', comment: 'no secret' };
  expect((await client.post('/chat/feedback', feedback)).status).toBe(204);
  const clock = { id: 'call-1', name: 'clock', arguments: '{"time_zone":"Asia/Tokyo"}' };
  upstream.enqueue({ calls: [clock] }, { deltas: ['It is late.'] });
  await client.chat({ message: 'What time is it in Tokyo?', assistant: 'concierge' });
  // What is left is sent when the instance ends.
  await host.stop();
  const envelopes = insights.envelopes.splice(0);
  const data = (type: string) =>
    envelopes.filter((each) => each.data.baseType === type).map((each) => each.data.baseData);
  const metrics = data('MetricData').flatMap(({ metrics = [], properties }) =>
    metrics.map((metric) => ({ ...metric, properties })),
  );
  return { first, envelopes, dependencies: data('RemoteDependencyData'), metrics, logs: host.logs() };
}

test('Application Insights is told of turns by the app’s own identity, without their text', async () => {
  const { first, envelopes, dependencies, metrics, logs } = await takeTurns({
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=22222222-2222-4222-8222-222222222222;Authorization=AAD',
    OTEL_SERVICE_NAME: 'func-parley',
  });

  expect(new Set(insights.authorizations)).toEqual(new Set(['Bearer an-entra-token']));
  expect(insights.tokenRequests[0]).toMatchObject({
    resource: 'https://monitor.azure.com',
    client_id: '22222222-2222-4222-8222-222222222222',
  });
  for (const { iKey, tags } of envelopes) {
    expect(iKey).toBe('11111111-1111-4111-8111-111111111111');
    expect(tags['ai.cloud.role']).toBe('func-parley');
  }

  const told = dependencies.map(({ name, success }) => [name, success]);
  expect(told).toEqual([
    ['chat scripted', true],
    ['invoke_agent default', true],
    ['chat scripted', false],
    ['invoke_agent default', false],
    ['rate default', true],
    ['chat scripted', true],
    ['chat scripted', true],
    ['execute_tool clock', true],
    ['invoke_agent concierge', true],
  ]);
  const [call, turn, failed] = dependencies;
  expect(dependencies.find(({ name }) => name === 'rate default')?.properties).toMatchObject({
    'parley.turn.id': first.turn_id,
    'parley.prompt.version': turn?.properties['parley.prompt.version'],
    'gen_ai.request.model': 'scripted',
    'parley.rating': 'down',
    'parley.rating.reason': 'incorrect',
  });
  expect(turn?.properties['parley.prompt.version']).toMatch(/^[0-9a-f]{16}$/);
  expect(turn?.properties).toMatchObject({ 'parley.turn.id': first.turn_id, 'parley.outcome': 'answered' });
  expect(call?.properties).toMatchObject({ 'gen_ai.usage.input_tokens': '90', 'gen_ai.usage.output_tokens': '4' });
  expect(Number(call?.properties['gen_ai.response.time_to_first_chunk'])).toBeGreaterThanOrEqual(0);
  expect(failed?.properties).toMatchObject({ 'parley.failure': 'model-failed' });

  const turns = metrics.filter(({ name }) => name === 'parley.turns');
  expect(turns.map(({ value, properties }) => [properties['outcome'], properties['error.type'], value])).toEqual([
    ['answered', undefined, 1],
    ['failed', 'model-failed', 1],
    ['answered', undefined, 1],
  ]);
  expect(metrics.find(({ name }) => name === 'gen_ai.client.token.usage')).toMatchObject({ value: 90, count: 1 });
  expect(JSON.stringify(envelopes)).not.toContain('secret');
  expect(logs).not.toContain('Telemetry cannot be exported');
});

test('the queries of infra/ name nothing that is not sent', async () => {
  const { dependencies, metrics } = await takeTurns({});
  const sent = { dependencies, customMetrics: metrics };
  let read = 0;
  for (const file of (await readdir('infra/queries')).filter((name) => name.endsWith('.kql'))) {
    const query = await readFile(`infra/queries/${file}`, 'utf8');
    const table = /^\w+$/m.exec(query)?.[0] as keyof typeof sent;
    for (const [, bracketed, plain] of query.matchAll(/customDimensions(?:\['([^']+)'\]|\.(\w+))/g)) {
      const name = bracketed ?? plain ?? '';
      expect(
        sent[table].some(({ properties }) => name in properties),
        `${file}: ${name}`,
      ).toBe(true);
      read += 1;
    }
  }
  expect(read).toBeGreaterThan(8);
});

test('the connection string is enough for a component that lets everybody write', async () => {
  insights.authorizations.length = 0;
  const { dependencies } = await takeTurns({});
  expect(dependencies).toHaveLength(9);
  expect(new Set(insights.authorizations)).toEqual(new Set([undefined]));
});

test('a component that cannot be reached troubles nobody', async () => {
  const { APPLICATIONINSIGHTS_CONNECTION_STRING = '' } = insights.environment;
  const env = { APPLICATIONINSIGHTS_CONNECTION_STRING: APPLICATIONINSIGHTS_CONNECTION_STRING.replace(/:\d+\//, ':9/') };
  expect((await takeTurns(env)).envelopes).toEqual([]);
});
