import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileSink } from '../../shared/audit/file-sink.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterAll(() => rm(directory, { recursive: true }));

const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n');

test('a record is a line, in the order of the calls, also where two share the file', async () => {
  const path = join(directory, 'shared.jsonl');
  const [one, two] = [new FileSink(path), new FileSink(path)];
  const long = 'x'.repeat(20_000);
  await Promise.all(
    Array.from({ length: 100 }, (_, n) => [one.write(`one ${n} ${long}`), two.write(`two ${n} ${long}`)]).flat(),
  );
  const lines = await linesOf(path);
  expect(lines.pop()).toBe('');
  expect(lines).toHaveLength(200);
  for (const who of ['one', 'two']) {
    const own = lines.filter((line) => line.startsWith(who));
    expect(own).toEqual(Array.from({ length: 100 }, (_, n) => `${who} ${n} ${long}`));
  }
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that was moved away is followed by a new one', async () => {
  const path = join(directory, 'moved.jsonl');
  const sink = new FileSink(path);
  await sink.write('before');
  await rename(path, `${path}.1`);
  await sink.write('after');
  expect([await linesOf(`${path}.1`), await linesOf(path)]).toEqual([
    ['before', ''],
    ['after', ''],
  ]);
});

test('a file that cannot be written is told, and the next record is written once it can be', async () => {
  const path = join(directory, 'missing', 'audit.jsonl');
  const sink = new FileSink(path);
  await expect(sink.write('lost')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(new FileSink('/dev/full').write('lost')).rejects.toMatchObject({ code: 'ENOSPC' });
  await rename(await mkdtemp(join(tmpdir(), 'audit-')), join(directory, 'missing'));
  await sink.write('kept');
  expect(await linesOf(path)).toEqual(['kept', '']);
});
