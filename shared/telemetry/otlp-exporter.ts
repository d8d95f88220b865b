import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { TurnExporter } from './telemetry.ts';
import { turnExporter } from './turn-exporter.ts';

/** Tells turns to an OpenTelemetry collector, over OTLP/HTTP. */
export function otlpExporter({ endpoint, serviceName }: { endpoint: string; serviceName: string }): TurnExporter {
  const base = endpoint.replace(/\/$/, '');
  return turnExporter(serviceName, {
    spans: new OTLPTraceExporter({ url: `${base}/v1/traces` }),
    metrics: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
  });
}
