import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

// What the hosts of a run of the tests log, and the texts that no log may hold, collected from all of its processes in
// one directory, `PARLEY_SUITE_LOGS`. Without that setting nothing is collected. `check-logs.ts` compares them.

/** Shorter texts occur by chance. */
export const SHORTEST = 16;

const noted = new Set<string>();

/** Notes what people, models and upstreams say: messages, answers, comments, keys. */
export function noteText(...texts: unknown[]): void {
  const directory = process.env['PARLEY_SUITE_LOGS'];
  for (const text of texts) {
    if (directory === undefined || typeof text !== 'string' || text.length < SHORTEST || noted.has(text)) continue;
    noted.add(text);
    appendFileSync(join(directory, `texts-${process.pid}.jsonl`), `${JSON.stringify(text)}\n`);
  }
}

/** Where a host's output goes as it comes. With texts in its audit records on purpose, those are not looked at. */
export function hostLog(env: Record<string, string>): (output: string) => void {
  const directory = process.env['PARLEY_SUITE_LOGS'];
  if (directory === undefined) return () => {};
  const isAudited = env['AUDIT_SINK'] === 'log' && env['AUDIT_CONTENT'] === 'full';
  const path = join(directory, `${isAudited ? 'audited' : 'host'}-${randomUUID()}.log`);
  return (output) => appendFileSync(path, output);
}
