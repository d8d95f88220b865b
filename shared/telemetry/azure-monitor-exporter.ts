import { ManagedIdentityCredential } from '@azure/identity';
import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';
import type { TurnExporter } from './telemetry.ts';
import type { ApplicationInsights } from './telemetry-settings.ts';
import { turnExporter } from './turn-exporter.ts';

/**
 * Tells turns to Application Insights: spans become dependencies, metrics custom metrics. What cannot be sent is lost,
 * and not kept on the instance's disk.
 */
export function azureMonitorExporter({ connectionString, identity, serviceName }: ApplicationInsights): TurnExporter {
  // The library would tell its makers how it fares, from every instance.
  process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'] ??= 'true';
  const options = {
    connectionString,
    disableOfflineStorage: true,
    // Its own patience, many seconds, is more than an instance that ends has.
    retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000 },
    ...(identity && {
      credential: new ManagedIdentityCredential(identity.clientId === undefined ? {} : { clientId: identity.clientId }),
    }),
  };
  return turnExporter(serviceName, {
    spans: new AzureMonitorTraceExporter(options),
    metrics: new AzureMonitorMetricExporter(options),
  });
}
