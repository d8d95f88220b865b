import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, createServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Client, framesOf } from '../end-to-end/client.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { appDirectory } from '../local/fixture.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';

let upstream: ScriptedUpstream;
let host: LocalHost;
let url: string;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  const env = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  host = await startHost({ env });
  url = host.url;
});
afterAll(async () => {
  await host.stop();
  await upstream.stop();
});

/** The block of a page in `docs/` that is in that language and says that. */
async function linesOf(page: string, language: string, word: string): Promise<string> {
  const blocks = (await readFile(`docs/${page}`, 'utf8')).matchAll(/```(\w+)\n(.*?)```/gs);
  const found = Array.from(blocks).find(([, of, text = '']) => of === language && text.includes(word));
  if (found?.[2] === undefined) throw new Error(`${page} has no such lines`);
  return found[2];
}

describe('with the lines of docs/embedding.md in the vite.config.js of an app without React', () => {
  const root = resolve('.cache/development');
  const config = { root, configFile: resolve(root, 'vite.config.js'), logLevel: 'error' as const };
  const anyPort = { host: '127.0.0.1', port: 0 };

  beforeAll(async () => {
    await mkdir(root, { recursive: true });
    const lines = (await linesOf('embedding.md', 'ts', 'proxy')).replaceAll(/^.*react.*\n/gm, '');
    await writeFile(config.configFile, lines.replace('http://127.0.0.1:7071', url));
    await writeFile(resolve(root, 'index.html'), '<!doctype html><title>The app</title>');
  });

  /** An address at which Vite serves the app, and how that ends. */
  const servers = {
    async dev() {
      const server = await (await createServer({ ...config, server: anyPort })).listen();
      return { address: server.resolvedUrls?.local[0], close: () => server.close() };
    },
    async preview() {
      await build(config);
      const server = await preview({ ...config, preview: anyPort });
      return { address: server.resolvedUrls?.local[0], close: () => server.close() };
    },
  };

  test.each(['dev', 'preview'] as const)('`vite %s` serves the app, and passes turns on as they come', async (mode) => {
    const { address = '', close } = await servers[mode]();
    onTestFinished(close);
    const client = new Client(address.replace(/\/$/, ''));
    expect(await (await client.get('/')).text()).toContain('The app');
    const gate = upstream.gate();
    upstream.enqueue({ deltas: ['first', gate, 'second'] });
    const frames = framesOf(await client.post('/chat/stream', { message: 'Slowly' }, { 'accept-encoding': 'gzip' }));
    await frames.next();
    expect((await frames.next()).value?.data).toBe('{"token":"first"}');
    gate.open();
    expect((await frames.next()).value?.data).toBe('{"token":"second"}');
    await Array.fromAsync(frames);
    const listed = await client.get('/chat/sessions?limit=1');
    expect(await listed.json()).toMatchObject({ sessions: [{ title: 'Slowly' }] });
    // What only begins so is the app's own.
    expect(await (await client.get('/chats')).text()).toContain('The app');
  });
});

test('with the lines of docs/local-host.md in local.settings.json a page of Vite’s origin may call', async () => {
  const directory = await appDirectory({
    'host.json': await readFile('host.json', 'utf8'),
    'local.settings.json': await linesOf('local-host.md', 'json', 'CORS'),
  });
  const allowing = await startHost({ directory });
  onTestFinished(allowing.stop);
  const headers = { origin: 'http://localhost:5173', accept: '*/*' };
  const response = await new Client(allowing.url, headers).post('/chat', { message: 'Hello' });
  expect(response.status).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
});
