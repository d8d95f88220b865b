import { open } from 'node:fs/promises';
import { Reason } from '../conversation/reason.ts';
import type { AuditSink } from './audit-log.ts';

/**
 * Records as lines of a file, each added by one write, so that several processes may share the file. It is opened for
 * every record: where it was moved away, a new one begins.
 */
export class FileSink implements AuditSink {
  readonly #path: string;
  /** The write before: records keep their order. */
  #last: Promise<unknown> = Promise.resolve();
  /** A write broke off, and may have left a part of its line. */
  #isTorn = false;

  constructor(path: string) {
    this.#path = path;
  }

  write(line: string): Promise<void> {
    const written = this.#last.then(() => this.#append(line));
    this.#last = written.catch(() => {});
    return written;
  }

  async #append(line: string): Promise<void> {
    const file = await open(this.#path, 'a', 0o600);
    try {
      // What a write that broke off has left stands on a line of its own.
      const bytes = Buffer.from(`${this.#isTorn ? '\n' : ''}${line}\n`);
      this.#isTorn = true;
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length) throw new Reason('the record was written in part');
      this.#isTorn = false;
    } finally {
      await file.close();
    }
  }
}
