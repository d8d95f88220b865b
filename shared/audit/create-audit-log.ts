import { randomUUID } from 'node:crypto';
import type { KeyedHash } from '../platform/keyed-hash.ts';
import { AuditLog, type AuditSink } from './audit-log.ts';
import type { AuditSettings } from './audit-settings.ts';
import { BlobSink } from './blob-sink.ts';
import { connectContainer } from './connect-container.ts';
import { FileSink } from './file-sink.ts';
import { LogSink } from './log-sink.ts';

/** The audit log that the settings name. Nothing is loaded or opened before its first record. */
export function createAuditLog({ sink, content, required }: AuditSettings, hash: KeyedHash): AuditLog {
  return new AuditLog(createSink(sink), { content, required, hash });
}

function createSink(settings: AuditSettings['sink']): AuditSink | undefined {
  switch (settings.kind) {
    case 'none':
      return undefined;
    case 'log':
      return new LogSink();
    case 'file':
      return new FileSink(settings.path);
    case 'blob':
      return new BlobSink({ connect: (signal) => connectContainer(settings, signal), instance: randomUUID() });
  }
}
