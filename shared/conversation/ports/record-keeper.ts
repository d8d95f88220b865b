import type { AuditRecord, AuditTexts } from './audit-record.ts';

/** The port to where records of turns are kept. */
export interface RecordKeeper {
  /** Records what has happened. */
  note(record: AuditRecord, texts?: AuditTexts): void;
  /**
   * Records what is about to happen. Where records are required, it may happen once this has resolved.
   *
   * @throws {Failure} `store-unavailable` where a required record was not kept in time.
   */
  keep(record: AuditRecord, texts: AuditTexts, withinMs: number): Promise<void>;
}
