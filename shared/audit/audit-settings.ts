import type { EnvironmentReader } from '../platform/environment.ts';
import type { ContainerSettings } from './connect-container.ts';

export interface AuditSettings {
  sink: { kind: 'none' | 'log' } | { kind: 'file'; path: string } | ({ kind: 'blob' } & ContainerSettings);
  content: 'none' | 'hash' | 'full';
  required: boolean;
}

export function readAuditSettings(environment: EnvironmentReader): AuditSettings {
  const { faults } = environment;
  const kind = environment.choice('AUDIT_SINK', ['none', 'log', 'file', 'blob']);
  const content = environment.choice('AUDIT_CONTENT', ['none', 'hash', 'full']);
  const required = environment.flag('AUDIT_REQUIRED');
  const path = environment.text('AUDIT_FILE');
  const endpoint = environment.url('AUDIT_BLOB_ENDPOINT');
  const connectionString = environment.text('AUDIT_BLOB_CONNECTION_STRING');
  const container = environment.text('AUDIT_BLOB_CONTAINER') ?? 'audit';
  if (required && kind === 'none') faults.push('AUDIT_REQUIRED=true needs an AUDIT_SINK that is not none');
  if (kind === 'file' && path === undefined) faults.push('AUDIT_SINK=file needs AUDIT_FILE beside it');
  if (kind === 'blob' && (environment.text('AUDIT_BLOB_ENDPOINT') === undefined) === (connectionString === undefined)) {
    faults.push('AUDIT_SINK=blob needs AUDIT_BLOB_ENDPOINT or AUDIT_BLOB_CONNECTION_STRING beside it, and only one');
  }
  if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container)) {
    faults.push('AUDIT_BLOB_CONTAINER must be a container name: 3 to 63 lower-case letters, digits and single hyphens');
  }
  const account = connectionString === undefined ? { endpoint: endpoint ?? '' } : { connectionString };
  if (kind === 'file') return { sink: { kind, path: path ?? '' }, content, required };
  return { sink: kind === 'blob' ? { kind, container, account } : { kind }, content, required };
}
