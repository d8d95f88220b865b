import { Telemetry } from './telemetry.ts';

/** Where turns are told to. Each exporter is loaded after the first turn. */
export type TelemetrySettings =
  | { kind: 'none' }
  /** `endpoint`: base of an OpenTelemetry collector, OTLP over HTTP. */
  | { kind: 'otlp'; endpoint: string; serviceName: string }
  | ({ kind: 'application-insights' } & ApplicationInsights);

export interface ApplicationInsights {
  connectionString: string;
  /** The managed identity that is let in, by its client id or as the only one; absent: the connection string is enough. */
  identity: { clientId: string | undefined } | undefined;
  serviceName: string;
}

export function createTelemetry(settings: TelemetrySettings): Telemetry {
  switch (settings.kind) {
    case 'none':
      return new Telemetry(undefined);
    case 'otlp':
      return new Telemetry(async () => (await import('./otlp-exporter.ts')).otlpExporter(settings));
    case 'application-insights':
      return new Telemetry(async () => (await import('./azure-monitor-exporter.ts')).azureMonitorExporter(settings));
  }
}
