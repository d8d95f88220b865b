import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, Failure, type FailureCode } from '../conversation/failure.ts';
import type { AuditRecord, AuditTexts, DataRecord } from '../conversation/ports/audit-record.ts';
import type { RecordKeeper } from '../conversation/ports/record-keeper.ts';
import { Reason, reasonOf } from '../conversation/reason.ts';
import type { KeyedHash } from '../platform/keyed-hash.ts';
import { auditLine } from './audit-line.ts';

/** The port to where records are kept, in the order in which they are handed over. */
export interface AuditSink {
  /**
   * Resolves once the line is kept, and rejects where it is not, or may not be. It is never kept twice.
   *
   * @param line one record, without a line's end
   */
  write(line: string): Promise<void>;
}

export interface AuditOptions {
  /** How texts are kept: not at all, as keyed hashes, or as they are. */
  content: 'none' | 'hash' | 'full';
  /** Whether what has no record may happen. */
  required: boolean;
  hash: KeyedHash;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Told of records that were lost, without their text. */
  complain?: (complaint: string) => void;
}

/** Records on their way to the sink. More are not taken: a sink that hangs does not fill the memory. */
const MAX_PENDING = 10_000;

/** Deletions and exports wait this long for their record, where it is required. */
const PATIENCE_MS = 5000;

/** What happened, one record each; `docs/audit.md` explains them. */
export class AuditLog implements RecordKeeper {
  /** Records that were lost since the start of the process. */
  lost = 0;
  readonly #sink: AuditSink | undefined;
  readonly #options: Required<AuditOptions>;
  readonly #pending = new Set<Promise<void>>();

  /** @param sink absent: nothing is recorded */
  constructor(sink: AuditSink | undefined, options: AuditOptions) {
    this.#sink = sink;
    this.#options = { now: Date.now, complain: console.error, ...options };
  }

  /** Records what has happened. */
  note(record: AuditRecord, texts: AuditTexts = {}): void {
    this.#write(record, texts).catch(() => {});
  }

  /**
   * Records what is about to happen. Where records are required, it may happen once this has resolved.
   *
   * @throws {Failure} `store-unavailable` where a required record was not kept in time.
   */
  async keep(record: AuditRecord, texts: AuditTexts, withinMs: number): Promise<void> {
    const written = this.#write(record, texts);
    if (!this.#options.required) return void written.catch(() => {});
    const ended = new AbortController();
    const late = sleep(Math.max(0, withinMs), undefined, { signal: ended.signal }).then(() => {
      throw new Reason('the record was not kept in time');
    });
    try {
      await Promise.race([written, late]);
    } catch (cause) {
      throw new Failure('store-unavailable', 'The audit log cannot be written; nothing was done.', { cause });
    } finally {
      ended.abort();
      late.catch(() => {});
    }
  }

  /** Does something that has a record before it, and a second one where it fails. */
  async recorded<T>(record: Omit<DataRecord, 'failure'>, action: () => Promise<T>): Promise<T> {
    await this.keep({ ...record, failure: null }, {}, PATIENCE_MS);
    try {
      return await action();
    } catch (error) {
      this.note({ ...record, failure: codeOf(error) });
      throw error;
    }
  }

  /** As `recorded`, of something that takes its time: it has failed where it is not read to its end, too. */
  async *recordedLines(record: Omit<DataRecord, 'failure'>, lines: AsyncIterable<string>): AsyncGenerator<string> {
    await this.keep({ ...record, failure: null }, {}, PATIENCE_MS);
    let failure: FailureCode | null = 'internal';
    try {
      yield* lines;
      failure = null;
    } catch (error) {
      failure = codeOf(error);
      throw error;
    } finally {
      if (failure !== null) this.note({ ...record, failure });
    }
  }

  /** Resolves once what was handed over is written, or lost. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  #write(record: AuditRecord, texts: AuditTexts): Promise<void> {
    if (this.#sink === undefined) return Promise.resolve();
    const time = new Date(this.#options.now()).toISOString();
    const line = auditLine({ audit: 1, time, ...record, ...this.#form(texts) });
    const written = this.#pending.size < MAX_PENDING ? this.#sink.write(line) : Promise.reject(new Reason('too many'));
    const settled = written
      .catch((error: unknown) => this.#lose(record, error))
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
    return written;
  }

  #lose(record: AuditRecord, error: unknown): void {
    this.lost += 1;
    const what = JSON.stringify({ event: record.event, request_id: record.request_id, why: reasonOf(error) });
    this.#options.complain(`An audit record was lost, ${this.lost} since the start: ${what}`);
  }

  #form(texts: AuditTexts): Record<string, string> {
    const { content, hash } = this.#options;
    const given = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
    if (content === 'none') return {};
    if (content === 'full') return Object.fromEntries(given);
    return Object.fromEntries(given.map(([name, text]) => [`${name}_hash`, hash('content', text)]));
  }
}
