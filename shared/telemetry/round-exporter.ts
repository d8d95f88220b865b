import {
  type Attributes,
  type Context,
  type Histogram,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import type { Usage } from '../conversation/ports/model.ts';
import type { ObservedRound } from '../conversation/ports/turn-observer.ts';

/** Seconds, for durations that matter to a person. */
const DURATIONS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256];
/** As the GenAI conventions advise. */
export const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

/** Each time that a turn's model was asked, as a span of the turn and as metrics. */
export function roundExporter(tracer: Tracer, histogram: (name: string, unit: string, bounds: number[]) => Histogram) {
  const tokens = histogram('gen_ai.client.token.usage', '{token}', TOKENS);
  const duration = histogram('gen_ai.client.operation.duration', 's', DURATIONS);
  const firstToken = histogram('gen_ai.client.operation.time_to_first_chunk', 's', DURATIONS);

  return (round: ObservedRound, model: Attributes, error: Attributes, turn: Context): void => {
    const { startedAt, firstTokenAt, endedAt, finishReason, usage } = round;
    const of: Attributes = { 'gen_ai.operation.name': 'chat', ...model };
    const attributes = {
      ...of,
      ...firstTokenOf(firstTokenAt === undefined ? null : firstTokenAt - startedAt),
      ...(finishReason && { 'gen_ai.response.finish_reasons': [finishReason] }),
      ...usageOf(usage ?? null),
      ...error,
    };
    const told = { kind: SpanKind.CLIENT, startTime: startedAt, attributes };
    const span = tracer.startSpan(`chat ${model['gen_ai.request.model']}`, told, turn);
    if (firstTokenAt !== undefined) span.addEvent('first token', firstTokenAt);
    const { 'error.type': failure } = error;
    if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: String(failure) });
    span.end(endedAt);

    duration.record((endedAt - startedAt) / 1000, { ...of, ...error });
    if (firstTokenAt !== undefined) firstToken.record((firstTokenAt - startedAt) / 1000, of);
    if (usage === undefined) return;
    tokens.record(usage.prompt_tokens, { ...of, 'gen_ai.token.type': 'input' });
    tokens.record(usage.completion_tokens, { ...of, 'gen_ai.token.type': 'output' });
  };
}

/** @param ms none where nothing was said */
export function firstTokenOf(ms: number | null): Attributes {
  return ms === null ? {} : { 'gen_ai.response.time_to_first_chunk': ms / 1000 };
}

export function usageOf(usage: Usage | null): Attributes {
  if (usage === null) return {};
  return {
    'gen_ai.usage.input_tokens': usage.prompt_tokens,
    'gen_ai.usage.output_tokens': usage.completion_tokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cached_tokens,
  };
}
