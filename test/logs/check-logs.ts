import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findTexts } from './find-texts.ts';

const directory = '.cache/suite-logs';

/** Where all processes of a run collect; read by `suite-logs.ts`. */
export const suiteLogs = resolve(import.meta.dirname, '../..', directory);

export async function setup(): Promise<void> {
  await rm(suiteLogs, { recursive: true, force: true });
  await mkdir(suiteLogs, { recursive: true });
}

/** @throws where a log of the run holds a text of it, which makes the whole run fail */
export async function teardown(): Promise<void> {
  const { texts, hosts, bytes, found } = await checkLogs(suiteLogs);
  console.log(`${texts} texts looked for in the logs of ${hosts} hosts, ${bytes} bytes: ${found.length} found`);
  if (found.length > 0) throw new Error(`texts in the log, which are kept in ${directory}:\n${found.join('\n')}`);
}

/** What the logs of a directory hold of its texts. */
export async function checkLogs(
  path: string,
): Promise<{ texts: number; hosts: number; bytes: number; found: string[] }> {
  const names = await readdir(path);
  const read = (name: string) => readFile(join(path, name), 'utf8');
  const texts = new Set<string>();
  for (const name of names.filter((each) => each.startsWith('texts-'))) {
    for (const line of (await read(name)).split('\n')) if (line !== '') texts.add(JSON.parse(line));
  }
  const logs = names.filter((each) => each.endsWith('.log'));
  const found: string[] = [];
  let bytes = 0;
  for (const name of logs) {
    const whole = await read(name);
    const log = name.startsWith('audited-') ? whole.replaceAll(/^\{"audit":1,.*$/gm, '') : whole;
    bytes += log.length;
    found.push(...findTexts(log, texts).map((text) => `${name}: ${JSON.stringify(text.slice(0, 100))}`));
  }
  return { texts: texts.size, hosts: logs.length, bytes, found };
}
