import { Telemetry } from './telemetry.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';

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
