import { type Attributes, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ObservedTurn, TurnExporter } from './telemetry.ts';

/** Seconds, for durations that matter to a person. */
const DURATIONS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256];
/** As the GenAI conventions advise. */
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

/** Turns as OpenTelemetry spans and metrics, by the GenAI semantic conventions, over OTLP/HTTP. No text is in them. */
export function otlpExporter(endpoint: string): TurnExporter {
  const base = endpoint.replace(/\/$/, '');
  const resource = resourceFromAttributes({ 'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'parley' });
  const traces = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }) })],
  });
  const meters = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: `${base}/v1/metrics` }) })],
  });
  const tracer = traces.getTracer('parley');
  const meter = meters.getMeter('parley');
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
  const tokens = histogram('gen_ai.client.token.usage', '{token}', TOKENS);
  const duration = histogram('gen_ai.client.operation.duration', 's', DURATIONS);
  const firstToken = histogram('gen_ai.client.operation.time_to_first_chunk', 's', DURATIONS);
  const turns = meter.createCounter('parley.turns', { unit: '{turn}', description: 'Turns by outcome and failure.' });

  return {
    export({ record, startedAt, modelEndedAt, endedAt, traceparent }) {
      const { assistant, failure, outcome, usage, finish_reason } = record;
      const [provider = '', model = ''] = record.model?.split(/:(.*)/s) ?? [];
      const agent = assistant ?? 'unknown';
      const error: Attributes = failure === null ? {} : { 'error.type': failure };
      const of: Attributes = {
        'gen_ai.provider.name': provider === 'azure' ? 'azure.ai.openai' : provider,
        'gen_ai.request.model': model,
        'gen_ai.agent.name': agent,
      };
      turns.add(1, { 'gen_ai.agent.name': agent, outcome, ...error });
      if (record.turn_id === null) return;

      const turn = tracer.startSpan(
        `invoke_agent ${agent}`,
        {
          kind: SpanKind.INTERNAL,
          startTime: startedAt,
          attributes: {
            'gen_ai.operation.name': 'invoke_agent',
            ...of,
            'gen_ai.conversation.id': record.session_id ?? '',
            'parley.turn.id': record.turn_id,
            'parley.request.id': record.request_id,
            'parley.outcome': outcome,
            ...error,
          },
        },
        parentOf(traceparent),
      );
      const call = tracer.startSpan(
        `chat ${model}`,
        {
          kind: SpanKind.CLIENT,
          startTime: startedAt,
          attributes: {
            'gen_ai.operation.name': 'chat',
            ...of,
            ...(finish_reason && { 'gen_ai.response.finish_reasons': [finish_reason] }),
            ...(usage && {
              'gen_ai.usage.input_tokens': usage.prompt_tokens,
              'gen_ai.usage.output_tokens': usage.completion_tokens,
            }),
            ...error,
          },
        },
        trace.setSpan(ROOT_CONTEXT, turn),
      );
      if (record.first_token_ms !== null) call.addEvent('first token', startedAt + record.first_token_ms);
      for (const span of [call, turn])
        if (failure !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
      call.end(modelEndedAt ?? endedAt);
      turn.end(endedAt);

      const chat: Attributes = { 'gen_ai.operation.name': 'chat', ...of };
      duration.record(((modelEndedAt ?? endedAt) - startedAt) / 1000, { ...chat, ...error });
      if (record.first_token_ms !== null) firstToken.record(record.first_token_ms / 1000, chat);
      if (usage) {
        tokens.record(usage.prompt_tokens, { ...chat, 'gen_ai.token.type': 'input' });
        tokens.record(usage.completion_tokens, { ...chat, 'gen_ai.token.type': 'output' });
      }
    },
    async flush() {
      await Promise.all([traces.forceFlush(), meters.forceFlush()]);
    },
  };
}

function parentOf(traceparent: ObservedTurn['traceparent']): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags ?? '0', 16),
    isRemote: true,
  });
}
