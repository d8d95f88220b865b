import { expect, test } from 'vitest';
import { AuditLog, type AuditOptions } from '../../shared/audit/audit-log.ts';
import { LogSink } from '../../shared/audit/log-sink.ts';
import { Failure } from '../../shared/conversation/failure.ts';
import type { FeedbackRecord } from '../../shared/conversation/ports/audit-record.ts';
import { keyedHash } from '../../shared/platform/keyed-hash.ts';

const hash = keyedHash('k');
const record: FeedbackRecord = {
  event: 'feedback',
  owner: 'o',
  request_id: 'r',
  session_id: 's',
  turn_id: 't',
  rating: 'up',
  reason: null,
  assistant: 'default',
  prompt_version: null,
  model: null,
};
const data = { event: 'all-deleted', owner: 'o', request_id: 'r', session_id: null } as const;

/** A log whose lines are kept in a list, until the sink fails or hangs. */
function logOf(more: Partial<AuditOptions> = {}) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const state: { sink: 'works' | 'fails' | 'hangs' } = { sink: 'works' };
  const write = async (line: string) => {
    if (state.sink === 'fails') throw Object.assign(new Error('secret text'), { code: 'ENOSPC' });
    if (state.sink === 'hangs') await new Promise(() => {});
    lines.push(line);
  };
  const complain = (complaint: string) => void complaints.push(complaint);
  const audit = new AuditLog({ write }, { content: 'none', required: false, hash, now: () => 0, complain, ...more });
  const records = () => lines.map((line) => JSON.parse(line));
  return { audit, records, complaints, state };
}

test('texts are left out, or kept as keyed hashes, or as they are', () => {
  for (const [content, kept] of [
    ['none', {}],
    ['hash', { comment_hash: hash('content', 'hi') }],
    ['full', { comment: 'hi' }],
  ] as const) {
    const { audit, records } = logOf({ content });
    audit.note(record, { comment: 'hi', message: undefined });
    expect(records()).toEqual([{ audit: 1, time: '1970-01-01T00:00:00.000Z', ...record, ...kept }]);
  }
});

test('a record that is not required and cannot be written is counted and complained of, and nothing fails', async () => {
  const { audit, records, complaints, state } = logOf();
  state.sink = 'fails';
  audit.note(record, { comment: 'text' });
  await audit.keep(record, { comment: 'text' }, 1000);
  await audit.recorded(data, async () => {});
  await audit.flush();
  expect(audit.lost).toBe(3);
  expect(complaints).toHaveLength(3);
  expect(complaints[2]).toContain('3 since the start');
  expect(complaints.join()).toContain('ENOSPC');
  expect(complaints.join()).not.toContain('text');
  state.sink = 'hangs';
  await audit.keep(record, {}, 1000);
  expect(records()).toEqual([]);
});

test('a required record that cannot be written in time is a failure of the store', async () => {
  const { audit, records, state } = logOf({ required: true });
  await audit.keep(record, {}, 1000);
  expect(records()).toHaveLength(1);
  for (const broken of ['fails', 'hangs'] as const) {
    state.sink = broken;
    await expect(audit.keep(record, {}, 20)).rejects.toMatchObject({ code: 'store-unavailable' });
  }
  state.sink = 'fails';
  const erase = audit.recorded(data, () => Promise.reject(new Error('must not be done')));
  await expect(erase).rejects.toMatchObject({ code: 'store-unavailable' });
});

test('what fails after its record has a second one', async () => {
  const { audit, records } = logOf();
  const away = new Failure('store-unavailable', 'Away.');
  await expect(audit.recorded(data, () => Promise.reject(away))).rejects.toBe(away);
  expect(records()).toMatchObject([{ failure: null }, { failure: 'store-unavailable' }]);
});

test('lines that are handed out have a second record where they break off, or are not read to their end', async () => {
  const { audit, records } = logOf();
  async function* lines(count: number) {
    for (let n = 0; n < count; n += 1) yield `${n}\n`;
    if (count > 2) throw new Failure('store-unavailable', 'Away.');
  }
  expect(await Array.fromAsync(audit.recordedLines(data, lines(2)))).toHaveLength(2);
  expect(records()).toMatchObject([{ failure: null }]);
  await expect(Array.fromAsync(audit.recordedLines(data, lines(3)))).rejects.toThrow('Away.');
  for await (const _ of audit.recordedLines(data, lines(2))) break;
  expect(records().slice(1)).toMatchObject([
    { failure: null },
    { failure: 'store-unavailable' },
    { failure: null },
    { failure: 'internal' },
  ]);
});

test('a sink that hangs does not fill the memory', async () => {
  const { audit, state } = logOf();
  state.sink = 'hangs';
  for (let n = 0; n < 10_005; n += 1) audit.note(record);
  await new Promise((resolve) => setImmediate(resolve));
  expect(audit.lost).toBe(5);
});

test('without a sink nothing is recorded, and nothing fails', async () => {
  const audit = new AuditLog(undefined, { content: 'full', required: false, hash });
  audit.note(record);
  await audit.keep(record, {}, 0);
  expect(audit.lost).toBe(0);
});

test('in the log, a record that is too long for one trace has its texts cut', async () => {
  const lines: string[] = [];
  const sink = new LogSink((line) => void lines.push(line));
  const audit = new AuditLog(sink, { content: 'full', required: false, hash });
  audit.note(record, { message: 'short', answer: '\u0000'.repeat(5000) });
  audit.note(record, { message: '\u0000'.repeat(9000), answer: '🙂'.repeat(9000) });
  await audit.flush();
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'short', answer: '\u0000'.repeat(5000) });
  expect(lines[1]?.length).toBeLessThan(32_768);
  const cut = JSON.parse(lines[1] ?? '');
  expect(cut).toMatchObject({ ...record, cut: true, message: '\u0000'.repeat(1500), answer: '🙂'.repeat(750) });
});
