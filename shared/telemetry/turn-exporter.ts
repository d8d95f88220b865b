import { type Attributes, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ObservedTurn } from '../conversation/ports/turn-observer.ts';
import { callExporter } from './call-exporter.ts';
import { firstTokenOf, roundExporter, TOKENS, usageOf } from './round-exporter.ts';
import type { TurnExporter } from './telemetry.ts';

/** Where spans and metrics go. */
export interface Destination {
  spans: SpanExporter;
  metrics: PushMetricExporter;
}

/** Turns as OpenTelemetry spans and metrics, by the GenAI semantic conventions. No text is in them. */
export function turnExporter(serviceName: string, destination: Destination): TurnExporter {
  const resource = resourceFromAttributes({ 'service.name': serviceName });
  const traces = new TracerProvider({
    resource,
    // Every turn: the platform and callers name parents that nobody samples.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor({ exporter: destination.spans })],
  });
  const meters = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: destination.metrics })],
  });
  const tracer = traces.getTracer('parley');
  const meter = meters.getMeter('parley');
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
  const turns = meter.createCounter('parley.turns', { unit: '{turn}', description: 'Turns by outcome and failure.' });

  const exportRound = roundExporter(tracer, histogram);
  const exportCall = callExporter(tracer, meter);

  const aside = (name: string, plural: string) => ({
    count: meter.createCounter(`parley.${plural}`, { unit: `{${name}}`, description: `Asked for, by outcome.` }),
    tokens: histogram(`parley.${name}.tokens`, '{token}', TOKENS),
  });
  const asides = { summary: aside('summary', 'summaries'), title: aside('title', 'titles') };
  const ratings = meter.createCounter('parley.ratings', { unit: '{rating}', description: 'Ratings of turns.' });

  return {
    exportAside({ record, startedAt, endedAt, traceparent }) {
      const { event, assistant, outcome, usage } = record;
      const called = calledOf(record.model);
      const of: Attributes = { ...called, 'gen_ai.agent.name': assistant, [`parley.${event}.outcome`]: outcome };
      const span = tracer.startSpan(
        `${event === 'summary' ? 'summarize' : event} ${called['gen_ai.request.model']}`,
        {
          kind: SpanKind.CLIENT,
          startTime: startedAt,
          attributes: {
            'gen_ai.operation.name': 'chat',
            ...of,
            'gen_ai.conversation.id': record.session_id,
            'parley.turn.id': record.turn_id,
            'parley.request.id': record.request_id,
            [`parley.${event}.tokens`]: record.spent_tokens,
            ...usageOf(usage),
          },
        },
        parentOf(traceparent),
      );
      span.end(endedAt);
      asides[event].count.add(1, of);
      asides[event].tokens.record(record.spent_tokens, of);
    },
    exportFeedback({ record, at, traceparent }) {
      const { assistant, rating, reason } = record;
      const of: Attributes = {
        ...(record.model && calledOf(record.model)),
        ...promptOf(record.prompt_version),
        'gen_ai.agent.name': assistant,
        'parley.rating': rating,
        ...(reason && { 'parley.rating.reason': reason }),
      };
      const attributes = {
        ...of,
        'gen_ai.conversation.id': record.session_id,
        'parley.turn.id': record.turn_id,
        'parley.request.id': record.request_id,
      };
      const told = { kind: SpanKind.INTERNAL, startTime: at, attributes };
      tracer.startSpan(`rate ${assistant}`, told, parentOf(traceparent)).end(at);
      ratings.add(1, of);
    },
    export({ record, startedAt, endedAt, rounds = [], calls = [], traceparent }) {
      const { assistant, failure, outcome } = record;
      const agent = assistant ?? 'unknown';
      // Application Insights drops the conventions' own attribute.
      const error: Attributes = failure === null ? {} : { 'error.type': failure, 'parley.failure': failure };
      const of: Attributes = {
        ...calledOf(record.model),
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
            ...promptOf(record.prompt_version),
            'gen_ai.conversation.id': record.session_id ?? '',
            'parley.turn.id': record.turn_id,
            'parley.request.id': record.request_id,
            'parley.outcome': outcome,
            ...firstTokenOf(record.first_token_ms),
            ...error,
          },
        },
        parentOf(traceparent),
      );
      const within = trace.setSpan(ROOT_CONTEXT, turn);
      for (const round of rounds) exportRound(round, of, round.finishReason ? {} : error, within);
      for (const each of calls) exportCall(each, agent, within);
      if (failure !== null) turn.setStatus({ code: SpanStatusCode.ERROR, message: failure });
      turn.end(endedAt);
    },
    async flush() {
      await Promise.all([traces.forceFlush(), meters.forceFlush()]);
    },
  };
}

/** @param model adapter and deployment */
function calledOf(model: string | null) {
  const [provider = '', name = ''] = model?.split(/:(.*)/s) ?? [];
  return {
    'gen_ai.provider.name': provider === 'azure' ? 'azure.ai.openai' : provider,
    'gen_ai.request.model': name,
  };
}

function promptOf(version: string | null): Attributes {
  return version === null ? {} : { 'parley.prompt.version': version };
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
