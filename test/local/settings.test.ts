import { readdir, readFile, readlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { build } from '../../local/build.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { appDirectory, startFixture } from './fixture.ts';

async function withHost<T>(options: Parameters<typeof startFixture>[0], use: (host: LocalHost) => Promise<T>) {
  const host = await startFixture(options);
  try {
    return await use(host);
  } finally {
    await host.stop();
  }
}

const hostJson = { version: '2.0', extensions: { http: { routePrefix: '' } } };
const statusAt = (path: string) => async (host: LocalHost) => (await fetch(`${host.url}${path}`)).status;

test('local.settings.json sets what the environment does not', async () => {
  const directory = await appDirectory({
    'host.json': hostJson,
    'local.settings.json': { IsEncrypted: false, Values: { FIRST: 'of the file', SECOND: 'of the file' } },
  });
  const values = await withHost({ directory, env: { SECOND: '' } }, async ({ url }) =>
    (await fetch(`${url}/setting`)).json(),
  );
  expect(values).toEqual(['of the file', '']);
});

test('without a word in host.json, all paths begin with api', async () => {
  const directory = await appDirectory({ 'host.json': { version: '2.0' } });
  const statuses = await withHost({ directory }, async (host) => [
    await statusAt('/api/first/other')(host),
    await statusAt('/first/other')(host),
  ]);
  expect(statuses).toEqual([200, 404]);
});

test('the platform’s page can be switched off', async () => {
  expect(await withHost({ env: { AzureWebJobsDisableHomepage: 'true' } }, statusAt('/'))).toBe(204);
});

describe('the chat page, where the app has one,', () => {
  const parley = 'dist/functions.js';

  test('is named in the last line of the start, and the root leads there', async () => {
    await withHost({ bundle: parley }, async ({ url, logs }) => {
      await expect.poll(() => logs().trimEnd().split('\n').at(-1)).toBe(`Chat page: ${url}/chat`);
      const root = await fetch(`${url}/`, { redirect: 'manual' });
      expect([root.status, root.headers.get('location')]).toEqual([302, '/chat']);
      expect(await (await fetch(url)).text()).toContain('<title>Parley</title>');
      expect((await fetch(`${url}/`, { method: 'POST' })).status).toBe(200);
    });
  });

  test('is named as this machine reaches it where the host listens on all addresses', async () => {
    await withHost({ bundle: parley, args: ['--host', '0.0.0.0'] }, async ({ url, logs }) => {
      const page = `http://localhost:${new URL(url).port}/chat`;
      await expect.poll(() => logs().trimEnd().split('\n').at(-1)).toBe(`Chat page: ${page}`);
      expect((await fetch(page)).status).toBe(200);
    });
  });

  test('is not where the root leads with AzureWebJobsDisableHomepage=true, which keeps its meaning', async () => {
    const env = { AzureWebJobsDisableHomepage: 'true' };
    expect(await withHost({ bundle: parley, env }, statusAt('/'))).toBe(204);
  });
});

test('the last line of the start of any other app says where it listens, where sessions are and which model answers', async () => {
  const env = {
    REDIS_URL: 'redis://user:secret@127.0.0.1:6399',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPENAI_MODEL: 'm',
  };
  const { url, logs } = await withHost({ env }, async (host) => ({ url: host.url, logs: host.logs() }));
  const lines = logs.trimEnd().split('\n');
  expect(lines).toContain(`GET     ${url}/first/literal  b-literal`);
  expect(lines.at(-1)).toBe(
    `Parley listens on ${url} with sessions in Redis at 127.0.0.1:6399, answers from m at 127.0.0.1:1`,
  );
  expect(logs).not.toContain('secret');
});

test.each<[string, Record<string, unknown>, string]>([
  ['no host.json', {}, 'There is no host.json in '],
  ['a host.json that is not JSON', { 'host.json': '{' }, 'host.json is not JSON: '],
  [
    'encrypted local settings',
    { 'host.json': hostJson, 'local.settings.json': { IsEncrypted: true } },
    'local.settings.json cannot be used:\n✖ must be false: only Core Tools can decrypt it\n',
  ],
])('%s end the start with one message', async (_, files, message) => {
  const directory = await appDirectory(files);
  const { message: thrown } = await startFixture({ directory }).then(
    () => new Error('it listens'),
    (error: Error) => error,
  );
  expect(thrown).toContain(`the host ended with 1 before it listened:\n${message}`);
  expect(thrown).not.toContain('    at ');
});

test('an app that does not stream is refused at the start', async () => {
  const directory = '.cache/host-buffered';
  await build({ entries: { functions: 'test/local/buffered-app.ts' }, directory });
  await expect(startFixture({ bundle: `${directory}/functions.js` })).rejects.toThrow(
    'the app has to call app.setup({ enableHttpStream: true })',
  );
});

describe('an app that cannot be loaded, such as one whose settings cannot be used,', () => {
  const env = { MAX_OUTPUT_TOKENS: 'many' };
  const start = () => startHost({ env, mayFailToLoad: true });

  test('does not end the host: it says why, once, and every path is 404', async () => {
    const host = await start();
    const answers = await Promise.all(
      ['/chat', '/health', '/nothing/here'].map(async (path) => {
        const response = await fetch(`${host.url}${path}`);
        return [response.status, await response.text()];
      }),
    );
    await host.stop();
    expect(answers).toEqual(Array(3).fill([404, '']));
    expect(await host.exited).toBe(0);
    const [message, count] = ['The settings cannot be used:\n  - MAX_OUTPUT_TOKENS ', host.logs().split('MAX_OUTPUT')];
    expect(host.logs()).toContain(message);
    expect(count).toHaveLength(2);
    expect(host.logs()).not.toContain('    at ');
    expect(host.logs().trimEnd().split('\n').at(-1)).toBe(
      `Parley listens on ${host.url}, but the app was not loaded: every path is 404`,
    );
  });

  test('fails a test that did not mean it', async () => {
    await expect(startHost({ env })).rejects.toThrow('MAX_OUTPUT_TOKENS');
  });
});

test('the library’s own server is reached from this machine only, as the host is', async () => {
  await withHost({}, async ({ pid }) => {
    const addresses = await listeningAddresses(pid);
    expect(addresses).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});

/** Of the TCP sockets on which a process listens, by Linux's /proc. */
async function listeningAddresses(pid: number): Promise<string[]> {
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  const own = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')));
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  const listening = rows.filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(inode));
  return listening.map(([, local = '']) => (local.startsWith('0100007F:') ? '127.0.0.1' : local));
}
