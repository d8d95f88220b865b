import { auditLine } from './audit-line.ts';
import type { AuditSink } from './audit-log.ts';

/** Application Insights cuts a trace after 32,768 characters, and half a record is none. */
const MAX_CHARACTERS = 32_000;

/** Of each text of a record that is too long, this many characters stay: three times six-fold escaping fits. */
const KEPT_CHARACTERS = 1500;

/**
 * Records as lines of the console, each of which the platform keeps as one trace. A record that is too long for one has
 * its texts cut, and says so by `"cut": true`.
 */
export class LogSink implements AuditSink {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void = console.log) {
    this.#print = print;
  }

  async write(line: string): Promise<void> {
    this.#print(line.length <= MAX_CHARACTERS ? line : cut(line));
  }
}

function cut(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  const texts = ['message', 'answer', 'comment', 'arguments'].filter((name) => typeof record[name] === 'string');
  const shortened = texts.map((name) => [name, String(record[name]).slice(0, KEPT_CHARACTERS).toWellFormed()]);
  return auditLine({ ...record, ...Object.fromEntries(shortened), cut: true });
}
