import { type Attributes, type Context, type Meter, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { ObservedCall } from '../conversation/ports/turn-observer.ts';

/** Seconds. */
const DURATIONS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Calls of tools as spans of their turn, and as metrics. Neither arguments nor results are in them. */
export function callExporter(tracer: Tracer, meter: Meter) {
  const calls = meter.createCounter('parley.tool_calls', {
    unit: '{call}',
    description: 'Calls of tools, by outcome.',
  });
  const advice = { explicitBucketBoundaries: DURATIONS };
  const duration = meter.createHistogram('parley.tool.duration', { unit: 's', advice });

  return ({ tool, step, outcome, startedAt, endedAt }: ObservedCall, assistant: string, turn: Context): void => {
    const of: Attributes = { 'gen_ai.tool.name': tool, 'gen_ai.agent.name': assistant, 'parley.tool.outcome': outcome };
    const failed: Attributes = outcome === 'ok' ? {} : { 'error.type': outcome };
    const attributes = { 'gen_ai.operation.name': 'execute_tool', ...of, 'parley.tool.step': step, ...failed };
    const told = { kind: SpanKind.INTERNAL, startTime: startedAt, attributes };
    const span = tracer.startSpan(`execute_tool ${tool}`, told, turn);
    if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    span.end(endedAt);
    calls.add(1, of);
    duration.record((endedAt - startedAt) / 1000, of);
  };
}
