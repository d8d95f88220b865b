import { afterEach, describe, expect, test } from 'vitest';
import type { LocalHost } from '../host/start-host.ts';
import { appDirectory, startFixture } from './fixture.ts';

const page = 'http://localhost:5173';

let host: LocalHost | undefined;
afterEach(() => host?.stop());

async function start(settings?: object): Promise<string> {
  const directory = await appDirectory({
    'host.json': { version: '2.0', extensions: { http: { routePrefix: '' } } },
    ...(settings === undefined ? {} : { 'local.settings.json': { IsEncrypted: false, Host: settings } }),
  });
  host = await startFixture({ directory });
  return host.url;
}

/** What an answer says about pages of other origins. */
async function cors(answer: Promise<Response>) {
  const response = await answer;
  await response.body?.cancel();
  const names = [...response.headers].filter(([name]) => name.startsWith('access-control') || name === 'vary');
  return { status: response.status, ...Object.fromEntries(names) };
}

const call = (url: string, origin: string, path = '/first/other') =>
  cors(fetch(`${url}${path}`, { headers: { origin } }));
const ask = (url: string, origin: string, more: Record<string, string> = {}) =>
  cors(
    fetch(`${url}/inspect/a/b`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', ...more },
    }),
  );

describe('Host.CORS of local.settings.json', () => {
  test('lets the pages of one origin call, and read every answer', async () => {
    const url = await start({ CORS: page });
    expect(await call(url, page)).toEqual({ status: 200, 'access-control-allow-origin': page });
    expect(await call(url, page, '/nothing/here')).toEqual({ status: 404, 'access-control-allow-origin': page });
    expect(await call(url, page, '/vary')).toMatchObject({ vary: 'Accept-Encoding' });
  });

  test('answers the browser’s question without a function: any method, any header', async () => {
    const url = await start({ CORS: page });
    expect(await ask(url, page, { 'access-control-request-headers': 'content-type,idempotency-key' })).toEqual({
      status: 204,
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type,idempotency-key',
    });
    expect(await ask(url, page)).not.toHaveProperty('access-control-allow-headers');
  });

  test('says nothing to any other origin, and nothing where no origin is named', async () => {
    const url = await start({ CORS: page });
    expect(await call(url, 'http://localhost:5174')).toEqual({ status: 200 });
    expect(await ask(url, 'http://localhost:5174')).toEqual({ status: 204 });
    expect(await cors(fetch(`${url}/first/other`))).toEqual({ status: 200 });
  });

  test('names several, and then answers differ by the origin for caches too', async () => {
    const url = await start({ CORS: `${page},https://parley.example` });
    expect(await call(url, 'https://parley.example')).toEqual({
      status: 200,
      'access-control-allow-origin': 'https://parley.example',
      vary: 'Origin',
    });
    expect(await call(url, page, '/vary')).toMatchObject({ vary: 'Accept-Encoding, Origin' });
  });

  test('of * is any', async () => {
    expect(await call(await start({ CORS: '*' }), page)).toEqual({ status: 200, 'access-control-allow-origin': '*' });
  });

  test('lets cookies be sent with CORSCredentials', async () => {
    const url = await start({ CORS: page, CORSCredentials: true });
    const withCookies = { 'access-control-allow-origin': page, 'access-control-allow-credentials': 'true' };
    expect(await call(url, page)).toEqual({ status: 200, ...withCookies });
    expect(await ask(url, page)).toMatchObject({ status: 204, ...withCookies });
  });

  test.each([undefined, {}, { CORS: '' }, { CORSCredentials: true }])(
    'is %j: no page of another origin may call',
    async (settings) => {
      const url = await start(settings);
      expect(await call(url, page)).toEqual({ status: 200 });
      expect(await ask(url, page)).toEqual({ status: 404 });
    },
  );

  test.each([
    [{ CORS: 'localhost:5173' }, 'origins such as http://localhost:5173, with commas and no spaces between them, or *'],
    [{ CORS: `${page}/` }, 'origins such as http://localhost:5173'],
    [{ CORS: `${page}, https://parley.example` }, 'origins such as http://localhost:5173'],
    [{ CORS: '*', CORSCredentials: true }, 'no browser takes * with CORSCredentials'],
  ])('is %j: this ends the start', async (settings, message) => {
    await expect(start(settings)).rejects.toThrow(message);
  });
});
