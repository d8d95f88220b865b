import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { Client } from './client.ts';

let upstream: ScriptedUpstream;
let host: LocalHost;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  host = await startHost({
    env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', AUDIT_SINK: 'log', AUDIT_CONTENT: 'full' },
  });
});
afterAll(async () => {
  await host?.stop();
  await upstream.stop();
});

/** The lines of every assistant's system prompt. */
async function promptLines(): Promise<string[]> {
  const files = (await readdir('assistants')).filter((name) => name.endsWith('.md'));
  const texts = await Promise.all(files.map((name) => readFile(`assistants/${name}`, 'utf8')));
  const prompts = texts.map((text) => text.split('\n---\n').at(-1) ?? '');
  return prompts.flatMap((prompt) => prompt.split('\n').filter((line) => line.length > 20));
}

test('the system prompt goes to the model, and nowhere else: no answer, list, export, record or log has a line of it', async () => {
  const client = new Client(host.url);
  const { session_id } = await client.chat({ message: 'Hello', assistant: 'customer-support' });
  const streamed = await client.post('/chat/stream', { session_id, message: 'And now?' });
  const told = [await streamed.text()];
  for (const path of [
    `/chat/stream/${session_id}`,
    `/chat/history/${session_id}`,
    '/chat/sessions',
    '/chat/assistants',
    '/chat/export',
    '/openapi.yaml',
    '/chat',
  ]) {
    told.push(await (await client.get(path)).text());
  }
  told.push(await (await client.post('/chat', { message: 'Hi', assistant: 'none' })).text(), host.logs());
  const lines = await promptLines();
  expect(lines.length).toBeGreaterThan(15);
  expect(JSON.stringify(upstream.requests[0]?.body)).toContain(
    JSON.stringify(lines.find((line) => /Contoso/.test(line))).slice(1, -1),
  );
  for (const line of lines) expect(told.join('\n')).not.toContain(line);
});
