import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { checkLogs } from './check-logs.ts';
import { findTexts } from './find-texts.ts';

const text = 'A "quoted"\nmessage, which is longer than what is looked for at once, by far: it ends here';

test.each([
  ['as it is', (each: string) => each],
  ['cut', (each: string) => each.slice(0, 60)],
  ['as JSON', (each: string) => JSON.stringify({ message: each })],
  ['as JSON in JSON', (each: string) => JSON.stringify([JSON.stringify({ message: each })])],
  ['inspected', (each: string) => inspect({ args: [each] })],
  ['as a field of an error', (each: string) => inspect(Object.assign(new Error('x'), { command: { args: [each] } }))],
])('a text is found %s', (_, write) => {
  expect(findTexts(`before\n${write(text)}\nafter`, ['another text of it', text])).toEqual([text]);
});

test('what a log does not hold is not found, and what is short is not looked for', () => {
  const log = `A "quoted"\nmessage, which differs, and the short one\n${'x'.repeat(15)}`;
  expect(findTexts(log, [text, 'short one', 'a text of yours', 'x'.repeat(16)])).toEqual([]);
});

test('a text in one host’s log is told with its file, but not in audit records that were asked for', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'suite-logs-'));
  const line = `${JSON.stringify({ audit: 1, message: text })}\n`;
  await writeFile(
    join(directory, 'texts-1.jsonl'),
    `${JSON.stringify(text)}\n${JSON.stringify('another text of it')}\n`,
  );
  await writeFile(join(directory, 'audited-a.log'), `begin\n${line}end\n`);
  expect(await checkLogs(directory)).toMatchObject({ texts: 2, hosts: 1, found: [] });
  await writeFile(join(directory, 'host-b.log'), line);
  await writeFile(join(directory, 'audited-c.log'), `warning: another text of it\n${line}`);
  expect((await checkLogs(directory)).found.sort()).toEqual([
    'audited-c.log: "another text of it"',
    `host-b.log: ${JSON.stringify(text)}`,
  ]);
  await rm(directory, { recursive: true });
});
