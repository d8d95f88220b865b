import { execFile } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePackage, type PackagedFiles, zipPackage } from '../../local/package.ts';
import { Client } from '../end-to-end/client.ts';
import { startHost } from '../host/start-host.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { startUpstreamProcess } from '../upstream/upstream-process.ts';

const made = '.cache/package';
const archive = '.cache/package.zip';
const run = promisify(execFile);

describe('the package that is deployed', () => {
  let files: PackagedFiles;
  let directory: string;
  beforeAll(async () => {
    files = await makePackage(made);
    await zipPackage(made, archive);
    directory = await mkdtemp(join(tmpdir(), 'parley-package-'));
    await run('unzip', ['-q', archive, '-d', directory]);
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('is the bundle, the chat page, what both are made of, host.json and a package.json that needs no other package', async () => {
    const names = await readdir(directory);
    expect(names.sort()).toEqual(Object.keys(files).sort());
    expect(names.filter((name) => !name.endsWith('.js'))).toEqual([
      'THIRD_PARTY_NOTICES.txt',
      'bom.json',
      'chat.html',
      'host.json',
      'package.json',
    ]);
    expect(names).toContain('functions.js');
    expect(names).toContain('formulas.js');
    expect(names).toContain('colours.js');
    expect(names).toContain('tokenizer-worker.js');
    expect(JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))).toEqual({
      name: 'parley',
      version: expect.any(String),
      private: true,
      type: 'module',
      main: 'functions.js',
      engines: { node: '>=22' },
    });
    expect(await readFile(join(directory, 'host.json'))).toEqual(await readFile('host.json'));
  });

  test('is small, and the same bytes each time', async () => {
    expect(await zipPackage(made, `${archive}.again`)).toBeLessThan(4_000_000);
    expect(await readFile(`${archive}.again`)).toEqual(await readFile(archive));
  });

  test('lies where azd packs it, and what azd leaves out is not node_modules, which would make Azure build', async () => {
    const azure = await readFile('azure.yaml', 'utf8');
    expect(azure).toMatch(/^ {4}dist: dist$/m);
    expect(azure).toMatch(/^ {4}remoteBuild: false$/m);
    expect(await readFile(resolve(made, '.funcignore'), 'utf8')).toBe(await readFile('.funcignore', 'utf8'));
    expect((await readFile('.funcignore', 'utf8')).split('\n').filter((line) => /^[^#]/.test(line))).toEqual(['*.map']);
  });

  test('loads each of its files, with no node_modules beside it', async () => {
    for (let above = directory; above !== dirname(above); above = dirname(above)) {
      await expect(access(join(above, 'node_modules'))).rejects.toThrow('ENOENT');
    }
    // The first is started by the host below, and the second as a worker.
    const chunks = Object.keys(files).filter(
      (name) => /\.js$/.test(name) && !/^(functions|tokenizer-worker)\./.test(name),
    );
    expect(chunks.length).toBeGreaterThan(2);
    const load = `for (const chunk of ${JSON.stringify(chunks)}) await import('./' + chunk); console.log('loaded')`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', load], { cwd: directory });
    expect(stdout).toBe('loaded\n');
  });

  test('starts as it is, and takes turns with a model and sessions in Redis', async () => {
    const [redis, model] = await Promise.all([RedisServer.start(), startUpstreamProcess()]);
    const env = { REDIS_URL: redis.url, OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'scripted' };
    const host = await startHost({ bundle: join(directory, 'functions.js'), directory, env });
    try {
      const client = new Client(host.url);
      const { session_id, response } = await client.chat({ message: 'Hello' });
      expect(response).toBe(model.answerTo('Hello'));
      await client.chat({ session_id, message: 'And again' });
      expect(await client.history(session_id)).toHaveLength(4);
      expect(await (await client.get('/chat')).text()).toContain('<title>Parley</title>');
      expect(host.logs()).not.toContain('died');
    } finally {
      await host.stop();
      await Promise.all([redis.stop(), model.stop()]);
    }
  });
});
