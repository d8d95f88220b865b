import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

interface Message {
  role: string;
  content: string;
}

const down = { rating: 'down', reason: 'incorrect', comment: 'so "not"\n\u2028' };

let directory: string;
let path: string;
let upstream: ScriptedUpstream;
/** What the model was sent and said, turn by turn, of the turns that were stored. */
const conversations: Message[][] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evaluations-'));
  path = join(directory, 'audit.jsonl');
  upstream = await ScriptedUpstream.start();
  const model = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted', MAX_CONTEXT_TOKENS: '600' };
  const audit = { AUDIT_SINK: 'file', AUDIT_FILE: path, AUDIT_CONTENT: 'full' };
  // What is known in summary is no conversation that could be judged: a test of its own.
  const host: LocalHost = await startHost({ env: { ...model, ...audit, CONTEXT_OVERFLOW: 'drop' } });
  const client = new Client(host.url);
  const turn = async (body: object, ...ratings: object[]) => {
    const { session_id, turn_id, response } = await client.chat(body);
    const sent = upstream.requests.at(-1)?.body['messages'] as Message[];
    conversations.push([...sent, { role: 'assistant', content: response }]);
    for (const rating of ratings) await client.post('/chat/feedback', { session_id, turn_id, ...rating });
    return session_id as string;
  };
  const session_id = await turn({ message: 'first\n\u2028{"audit":1}' }, { rating: 'up' });
  upstream.enqueue({ status: 400, body: { error: { code: 'content_filter' } } });
  await client.post('/chat', { session_id, message: 'filtered' });
  await turn({ session_id, message: 'second' }, { rating: 'up', comment: 'fine' }, down);
  await turn({ message: 'analyse', assistant: 'data-analyst' }, { rating: 'down' }, { rating: 'up' });
  // So long that the window is cut under way.
  for (let n = 0; n < 6; n += 1) await turn({ session_id, message: `${'long '.repeat(40)} ${n}` });
  await host.stop();
});
afterAll(async () => {
  await upstream.stop();
  await rm(directory, { recursive: true });
});

async function exported(...options: string[]) {
  const child = spawn(process.execPath, ['local/export-evaluations.ts', ...options], { stdio: 'pipe' });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const lines = status === 0 && !options.includes('--help') ? out.split('\n').slice(0, -1) : [];
  const evaluations = lines.map((line) => JSON.parse(line) as { messages: Message[] });
  return { out, err, status, evaluations, sets: evaluations.map(({ messages }) => messages) };
}

test('is what the model was sent and said, turn by turn, with the system prompt', async () => {
  const { sets, err } = await exported('--system-prompt', path);
  expect(sets).toEqual(conversations);
  expect(new Set(sets.map(({ length }) => length)).size).toBeGreaterThan(3);
  expect(err).toContain(`${conversations.length} conversations`);
});

test('is without the system prompt where that is not asked for', async () => {
  const { sets } = await exported(path);
  expect(sets).toEqual(conversations.map(([, ...rest]) => rest));
});

test('is chosen by rating, assistant and time', async () => {
  const lastWords = async (...options: string[]) =>
    (await exported(...options, path)).sets.map((messages) => messages.at(-2)?.content);
  expect(await lastWords('--rating', 'up')).toEqual(['first\n\u2028{"audit":1}', 'analyse']);
  expect(await lastWords('--rating', 'down')).toEqual(['second']);
  expect(await lastWords('--assistant', 'data-analyst')).toEqual(['analyse']);
  expect(await lastWords('--since', '2100-01-01')).toEqual([]);
  expect(await lastWords('--until', '2100-01-01', '--since', '2020-01-01')).toHaveLength(conversations.length);
});

test('has beside a conversation what was said of its answer last: the rating, the reason and the comment', async () => {
  const { evaluations } = await exported(path);
  const [first, second, third, ...others] = evaluations.map(({ messages: _, ...judged }) => judged);
  expect([first, second, third]).toEqual([{ rating: 'up' }, down, { rating: 'up' }]);
  expect(others).toEqual(others.map(() => ({})));
});

test('leaves out what lacks its text, its context or its prompt, and says so', async () => {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const altered = join(directory, 'altered.jsonl');
  const changed = lines.slice(1).map((line) => line.replace('"assistant":"data-analyst","prompt_version":"', '$&x'));
  const [second = '', ...others] = changed.filter((line) => line.includes('"answered"'));
  const { message: _, ...textless } = JSON.parse(others.at(-1) ?? '');
  await writeFile(altered, [...[second, ...others.slice(0, -1)], JSON.stringify(textless), 'no record'].join('\n'));
  const { sets, err } = await exported('--system-prompt', altered);
  expect(sets.length).toBeLessThan(conversations.length - 2);
  expect(err).toMatch(
    /Left out: 1 without their text, [1-9]\d* without the records of earlier turns, 0 with a summary .*, 1 with another/,
  );
});

test('is explained, and wrong options are refused', async () => {
  const { out, status } = await exported('--help');
  for (const option of ['--rating', '--assistant', '--since', '--until', '--system-prompt']) {
    expect(out).toContain(option);
  }
  expect(status).toBe(0);
  expect((await exported()).status).toBe(2);
  expect(await exported('--rating', 'great', path)).toMatchObject({ status: 1, err: '--rating is up or down.\n' });
  expect(await exported('--since', 'then', path)).toMatchObject({ status: 1, err: 'then is no time.\n' });
});
