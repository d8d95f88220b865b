import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { AuditLog } from '../../shared/audit/audit-log.ts';
import { failureKinds } from '../../shared/conversation/failure.ts';
import { Client } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { infra } from './bicep.ts';
import { complaintsAbout } from './kusto.ts';

const directory = resolve(infra, 'queries');
const files = (await readdir(directory, { recursive: true })).filter((file) => file.endsWith('.kql')).sort();
const query = (file: string) => readFile(resolve(directory, file), 'utf8');

test.each(files)('%s is a query that Kusto understands, over columns that there are', async (file) => {
  expect(complaintsAbout(await query(file))).toEqual([]);
});

test('a column that is not there, and an operator that is none, would be found out', () => {
  expect(complaintsAbout('traces | where mesage has "x"')).toHaveLength(1);
  expect(complaintsAbout('traces | sumarize count()').length).toBeGreaterThan(0);
});

test('the alert on failed turns names every code that is not the caller’s fault', async () => {
  const [, list = ''] = / in \((.*)\)/.exec(await query('alerts/failed-turns.kql')) ?? [];
  const codes = [...list.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code).sort();
  const ours = Object.entries(failureKinds).filter(([, { status }]) => status >= 500);
  expect(codes).toEqual(ours.map(([code]) => code).sort());
});

test('the queries over requests find the line that a failed one leaves in the log', async () => {
  const upstream = await ScriptedUpstream.start();
  const host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' } });
  upstream.enqueue({ deltas: ['x'], ending: 'cut' });
  await new Client(host.url).post('/chat', { message: 'Fail' });
  await host.stop();
  await upstream.stop();
  for (const file of ['alerts/failed-turns.kql', 'errors-by-code.kql', 'limits-hit.kql']) {
    const text = await query(file);
    const [, mark = ''] = /message contains '(.*)'/.exec(text) ?? [];
    const [, pattern = ''] = /extract\(@'(.*)', 0, message\)/.exec(text) ?? [];
    const [line, ...more] = host
      .logs()
      .split('\n')
      .filter((each) => each.includes(mark));
    expect(more).toEqual([]);
    const [json = ''] = new RegExp(pattern).exec(line ?? '') ?? [];
    expect(JSON.parse(json)).toMatchObject({ endpoint: 'chat', status: 502, code: 'model-failed' });
  }
});

test('the query over comments finds a rating’s record in the log, and nothing in it that is not there', async () => {
  const model = await ScriptedUpstream.start();
  const audit = { AUDIT_SINK: 'log', AUDIT_CONTENT: 'full' };
  const host = await startHost({ env: { ...audit, OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'scripted' } });
  const client = new Client(host.url);
  const { session_id, turn_id } = await client.chat({ message: 'Hi' });
  const comment = 'not what I asked';
  await client.post('/chat/feedback', { session_id, turn_id, rating: 'down', reason: 'other', comment });
  await host.stop();
  await model.stop();
  const text = await query('rating-comments.kql');
  const [, begin = ''] = /message startswith '(.*)'/.exec(text) ?? [];
  const [, event = ''] = /record\.event == '(.*?)'/.exec(text) ?? [];
  const lines = host.logs().split('\n');
  const records = lines.filter((line) => line.startsWith(begin)).map((line) => JSON.parse(line));
  const record = records.find((each) => each.event === event);
  expect(record).toMatchObject({ turn_id, comment, assistant: 'default', reason: 'other' });
  const names = [...text.matchAll(/record\.(\w+)/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(record).toHaveProperty(String(name));
});

test('the alert on lost audit records finds what the log says of one', async () => {
  const complaints: string[] = [];
  const sink = { write: () => Promise.reject(new Error('full')) };
  const hash = () => '';
  const audit = new AuditLog(sink, {
    content: 'none',
    required: false,
    hash,
    complain: (text) => complaints.push(text),
  });
  audit.note({ event: 'all-deleted', owner: 'o', request_id: 'r', session_id: null, failure: null });
  await audit.flush();
  const [, mark = ''] = /message contains '(.*)'/.exec(await query('alerts/audit-lost.kql')) ?? [];
  expect(complaints).toEqual([expect.stringContaining(mark)]);
});
