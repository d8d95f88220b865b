import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsOf } from '../../audit/records-of.ts';
import { eventually } from '../../eventually.ts';
import { type LocalHost, startHost } from '../../host/start-host.ts';
import { ScriptedUpstream } from '../../upstream/scripted-upstream.ts';
import { Client } from '../client.ts';

let upstream: ScriptedUpstream;
let directory: string;
let host: LocalHost;
let client: Client;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
  const audit = { AUDIT_SINK: 'file', AUDIT_FILE: join(directory, 'records.jsonl') };
  host = await startHost({ env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', ...audit } });
  client = new Client(host.url);
});
afterAll(async () => {
  await host.stop();
  await upstream.stop();
  await rm(directory, { recursive: true });
});

const lines = () => [...host.logs().matchAll(/\{"request":.*\}/g)].map(([line]) => JSON.parse(line));

/** What is on record of a request, in the log and in the audit. */
async function recordOf(response: Response) {
  const id = response.headers.get('x-request-id');
  const line = await eventually(() => lines().find(({ request }) => request === id));
  const audit = await eventually(async () => {
    const text = await readFile(join(directory, 'records.jsonl'), 'utf8').catch(() => '');
    return recordsOf(text).find(({ request_id }) => request_id === id);
  });
  return { line, audit };
}

test('a response is on record as a turn of /chat is: answered, streamed, refused, with nothing kept', async () => {
  const answered = await client.post('/v1/responses', { input: 'Hello out there' });
  const { id } = (await answered.json()) as { id: string };
  const turn = id.slice(37).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  expect(await recordOf(answered)).toMatchObject({
    line: { endpoint: 'v1-create-response', status: 200, turn, finish_reason: 'stop' },
    audit: { event: 'turn', outcome: 'answered', turn_id: turn, assistant: 'default', finish_reason: 'stop' },
  });

  upstream.enqueue({ deltas: ['half'], ending: 'cut' });
  const failed = await client.post('/v1/responses', { input: 'Hello out there', stream: true });
  await failed.text();
  expect(await recordOf(failed)).toMatchObject({
    line: { status: 200, code: 'model-failed' },
    audit: { outcome: 'failed', failure: 'model-failed' },
  });

  const refused = await client.post('/v1/responses', { input: 'Hello out there', model: 'gpt-4' });
  expect(await recordOf(refused)).toMatchObject({
    line: { status: 404, code: 'unknown-assistant' },
    audit: { outcome: 'refused', failure: 'unknown-assistant', turn_id: null },
  });

  const unread = await client.post('/v1/responses', { input: 'Hello out there', n: 2 });
  expect(await recordOf(unread)).toMatchObject({
    line: { status: 400, code: 'invalid-request' },
    audit: { outcome: 'refused', failure: 'invalid-request' },
  });

  const unkept = await client.post('/v1/responses', { input: 'Hello out there', store: false });
  expect(await recordOf(unkept)).toMatchObject({ audit: { outcome: 'answered', finish_reason: 'stop' } });

  const compacted = await client.post('/v1/responses/compact', { model: 'default', input: 'Hello out there' });
  expect(await recordOf(compacted)).toMatchObject({
    line: { endpoint: 'v1-compact-response', status: 200, finish_reason: 'stop' },
    audit: { event: 'turn', outcome: 'answered', assistant: 'default', finish_reason: 'stop' },
  });
});
