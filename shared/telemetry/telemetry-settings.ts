import type { EnvironmentReader } from '../platform/environment.ts';

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

export function readTelemetrySettings(environment: EnvironmentReader): TelemetrySettings {
  const endpoint = environment.url('OTEL_EXPORTER_OTLP_ENDPOINT');
  const serviceName = environment.text('OTEL_SERVICE_NAME') ?? environment.text('WEBSITE_SITE_NAME') ?? 'parley';
  const connectionString = environment.text('APPLICATIONINSIGHTS_CONNECTION_STRING');
  const authentication = environment.text('APPLICATIONINSIGHTS_AUTHENTICATION_STRING') ?? '';
  const [, clientId] = /(?:^|;)\s*ClientId=([^;]+)/i.exec(authentication) ?? [];
  const identity = /(?:^|;)\s*Authorization=AAD\s*(?:;|$)/i.test(authentication) ? { clientId } : undefined;
  if (endpoint !== undefined) return { kind: 'otlp', endpoint, serviceName };
  if (connectionString === undefined) return { kind: 'none' };
  return { kind: 'application-insights', connectionString, identity, serviceName };
}
