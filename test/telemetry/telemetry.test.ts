import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { AsideRecord, FeedbackRecord, TurnRecord } from '../../shared/conversation/ports/audit-record.ts';
import { otlpExporter } from '../../shared/telemetry/otlp-exporter.ts';
import { answering } from '../answering.ts';
import { Client, readStream } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

// biome-ignore lint/suspicious/noExplicitAny: OTLP as it comes, checked by the assertions
type Otlp = any;

/** A collector that keeps what it is sent. */
async function startCollector() {
  const traces: Otlp[] = [];
  const metrics: Otlp[] = [];
  const server = createServer(
    answering(async (request, response) => {
      const text = Buffer.concat(await Array.fromAsync(request)).toString();
      (request.url === '/v1/traces' ? traces : metrics).push(JSON.parse(text));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const spans = () => traces.flatMap((each) => each.resourceSpans[0].scopeSpans[0].spans);
  const points = (name: string) =>
    metrics
      .flatMap((each) => each.resourceMetrics[0].scopeMetrics[0].metrics)
      .filter((metric) => metric.name === name)
      .flatMap((metric) => (metric.histogram ?? metric.sum).dataPoints);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, points, traces, metrics, server };
}

const attributes = (of: Otlp) =>
  Object.fromEntries(of.attributes.map(({ key, value }: Otlp) => [key, Object.values(value)[0]]));

test('turns are told to a collector as spans and metrics by the GenAI conventions, without their text', async () => {
  const collector = await startCollector();
  const upstream = await ScriptedUpstream.start();
  const env = {
    OPENAI_BASE_URL: upstream.baseUrl,
    OPENAI_MODEL: 'scripted',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
  const host = await startHost({ env });
  const client = new Client(host.url);
  const usage = { prompt_tokens: 90, completion_tokens: 4 };
  upstream.enqueue({ deltas: ['My ', 'secret'], usage });
  const streamed = await readStream(await client.post('/chat/stream', { message: 'Tell me a secret' }));
  upstream.enqueue({ deltas: ['x'], ending: 'cut' });
  expect((await client.post('/chat', { message: 'Fail' })).status).toBe(502);
  expect((await client.post('/chat', { message: ' ' })).status).toBe(422);
  // What is left is sent when the instance ends.
  await host.stop();

  const spans = collector.spans();
  const turn = spans.find(({ attributes: list }) =>
    list.some(({ value }: Otlp) => value.stringValue === streamed.first.turn_id),
  );
  const call = spans.find(({ parentSpanId }) => parentSpanId === turn.spanId);
  expect([turn.name, call.name]).toEqual(['invoke_agent default', 'chat scripted']);
  expect(call.traceId).toBe(turn.traceId);
  expect(attributes(turn)).toMatchObject({
    'gen_ai.conversation.id': streamed.first.session_id,
    'parley.outcome': 'answered',
  });
  expect(attributes(call)).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'scripted',
    'gen_ai.usage.input_tokens': 90,
    'gen_ai.usage.output_tokens': 4,
  });
  expect(call.events.map(({ name }: Otlp) => name)).toEqual(['first token']);
  expect(Number(call.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(call.startTimeUnixNano));
  expect(Number(turn.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(call.endTimeUnixNano));

  const outcomes = collector.points('parley.turns').map((point) => {
    const { outcome, 'error.type': error } = attributes(point);
    return [outcome, error];
  });
  expect(outcomes.sort()).toEqual([
    ['answered', undefined],
    ['failed', 'model-failed'],
    ['refused', 'invalid-request'],
  ]);
  const tokens = collector.points('gen_ai.client.token.usage');
  expect(tokens.map((point) => [attributes(point)['gen_ai.token.type'], point.sum]).sort()).toEqual([
    ['input', 90],
    ['output', 4],
  ]);
  expect(collector.points('gen_ai.client.operation.duration')).toHaveLength(2);
  expect(collector.points('gen_ai.client.operation.time_to_first_chunk').length).toBeGreaterThan(0);
  expect(JSON.stringify([collector.traces, collector.metrics])).not.toContain('secret');

  collector.server.closeAllConnections();
  collector.server.close();
  await upstream.stop();
});

test.each([
  ['summary', 'summarize', 'summaries'],
  ['title', 'title', 'titles'],
] as const)(
  'a %s is told of as a span and by metrics of its own, which those of answers do not count',
  async (event, verb, plural) => {
    const collector = await startCollector();
    const exporter = otlpExporter({ endpoint: collector.url, serviceName: 'parley' });
    const record: AsideRecord = {
      event,
      outcome: 'taken',
      owner: 'o',
      request_id: 'r',
      session_id: 's',
      turn_id: 't',
      assistant: 'default',
      model: 'azure:small',
      usage: { prompt_tokens: 2400, completion_tokens: 150, total_tokens: 2550, cached_tokens: 2300 },
      spent_tokens: 2550,
      total_ms: 900,
    };
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    exporter.exportAside({ record, startedAt: 1000, endedAt: 1900, traceparent });
    await exporter.flush();
    const [span] = collector.spans();
    expect([span.name, span.traceId]).toEqual([`${verb} small`, '0af7651916cd43dd8448eb211c80319c']);
    expect(attributes(span)).toMatchObject({
      'gen_ai.provider.name': 'azure.ai.openai',
      'gen_ai.usage.input_tokens': 2400,
      'gen_ai.usage.cache_read.input_tokens': 2300,
      'parley.turn.id': 't',
      [`parley.${event}.outcome`]: 'taken',
    });
    const [count] = collector.points(`parley.${plural}`);
    expect([Number(count.asInt ?? count.asDouble), attributes(count)[`parley.${event}.outcome`]]).toEqual([1, 'taken']);
    expect(collector.points(`parley.${event}.tokens`).map(({ sum }) => sum)).toEqual([2550]);
    expect(collector.points('gen_ai.client.token.usage')).toEqual([]);
    collector.server.closeAllConnections();
    collector.server.close();
  },
);

test('a rating is told of with whose answer it is of, as a span and by a metric, also where the latter is not known', async () => {
  const collector = await startCollector();
  const exporter = otlpExporter({ endpoint: collector.url, serviceName: 'parley' });
  const record: FeedbackRecord = {
    event: 'feedback',
    owner: 'o',
    request_id: 'r',
    session_id: 's',
    turn_id: 't',
    rating: 'down',
    reason: 'tone',
    assistant: 'default',
    prompt_version: 'v',
    model: 'azure:gpt',
  };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  exporter.exportFeedback({ record, at: 1000, traceparent });
  const bare = { rating: 'up', reason: null, prompt_version: null, model: null } as const;
  exporter.exportFeedback({ record: { ...record, ...bare }, at: 2000, traceparent: undefined });
  await exporter.flush();
  const [span] = collector.spans();
  expect([span.name, span.traceId]).toEqual(['rate default', '0af7651916cd43dd8448eb211c80319c']);
  const by = { 'gen_ai.provider.name': 'azure.ai.openai', 'gen_ai.request.model': 'gpt', 'parley.prompt.version': 'v' };
  const said = { 'gen_ai.agent.name': 'default', 'parley.rating': 'down', 'parley.rating.reason': 'tone' };
  const where = { 'gen_ai.conversation.id': 's', 'parley.turn.id': 't', 'parley.request.id': 'r' };
  expect(attributes(span)).toEqual({ ...by, ...said, ...where });
  expect(collector.points('parley.ratings').map(attributes)).toEqual([
    { ...by, ...said },
    { 'gen_ai.agent.name': 'default', 'parley.rating': 'up' },
  ]);
  collector.server.closeAllConnections();
  collector.server.close();
});

test('a turn is told of although its request comes from a trace that nobody samples', async () => {
  const collector = await startCollector();
  const exporter = otlpExporter({ endpoint: collector.url, serviceName: 'parley' });
  const record: TurnRecord = {
    event: 'turn',
    owner: 'o',
    request_id: 'r',
    session_id: 's',
    turn_id: 't',
    assistant: 'default',
    prompt_version: 'v',
    model: 'azure:gpt',
    outcome: 'answered',
    finish_reason: 'stop',
    failure: null,
    filter: null,
    usage: null,
    spent_tokens: null,
    context: null,
    first_token_ms: 5,
    total_ms: 9,
  };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  const calls = [
    { tool: 'clock', step: 1, outcome: 'ok' as const, startedAt: 1001, endedAt: 1003 },
    { tool: 'orders/pay', step: 2, outcome: 'in-doubt' as const, startedAt: 1001, endedAt: 1005 },
  ];
  const usageOf = (prompt_tokens: number, completion_tokens: number) => {
    return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens, cached_tokens: 0 };
  };
  const rounds = [
    { startedAt: 1000, endedAt: 1001, finishReason: 'tool_calls' as const, usage: usageOf(10, 2) },
    { startedAt: 1005, firstTokenAt: 1006, endedAt: 1008, finishReason: 'stop' as const, usage: usageOf(20, 3) },
  ];
  exporter.export({ record, startedAt: 1000, endedAt: 1009, rounds, calls, traceparent });
  await exporter.flush();
  expect(collector.spans().map(({ name, traceId }) => [name, traceId])).toEqual([
    ['chat gpt', '0af7651916cd43dd8448eb211c80319c'],
    ['chat gpt', '0af7651916cd43dd8448eb211c80319c'],
    ['execute_tool clock', '0af7651916cd43dd8448eb211c80319c'],
    ['execute_tool orders/pay', '0af7651916cd43dd8448eb211c80319c'],
    ['invoke_agent default', '0af7651916cd43dd8448eb211c80319c'],
  ]);
  const [first, last, , doubted, turn] = collector.spans();
  expect(attributes(first)['gen_ai.response.time_to_first_chunk']).toBeUndefined();
  expect(attributes(last)['gen_ai.response.time_to_first_chunk']).toBe(0.001);
  expect(attributes(turn)['gen_ai.response.time_to_first_chunk']).toBe(0.005);
  const took = (span: Otlp) => Math.round((span.endTimeUnixNano - span.startTimeUnixNano) / 1e6);
  expect([first, last].map(took)).toEqual([1, 3]);
  const [input, output] = collector.points('gen_ai.client.token.usage');
  expect([input.sum, output.sum]).toEqual([30, 5]);
  const by = { 'gen_ai.agent.name': 'default', 'gen_ai.tool.name': 'orders/pay', 'parley.tool.outcome': 'in-doubt' };
  const span = { 'gen_ai.operation.name': 'execute_tool', 'parley.tool.step': 2, 'error.type': 'in-doubt' };
  expect(attributes(doubted)).toEqual({ ...by, ...span });
  expect(collector.points('parley.tool_calls').map(attributes)).toContainEqual(by);
  collector.server.closeAllConnections();
  collector.server.close();
});

test('a collector that cannot be reached troubles nobody', async () => {
  const host = await startHost({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
  const client = new Client(host.url);
  const { session_id } = await client.chat({ message: 'Hi' });
  await client.chat({ message: 'Again', session_id });
  expect(await client.history(session_id)).toHaveLength(4);
  await host.stop();
});
