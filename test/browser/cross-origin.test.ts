import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { appDirectory } from '../local/fixture.ts';
import { openBrowser } from './open-browser.ts';

let browser: Browser;
let pages: Server;
let origin: string;
let host: LocalHost | undefined;

beforeAll(async () => {
  browser = await openBrowser();
  pages = createServer((_, response) => response.end('a page')).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
});
afterEach(() => host?.stop());
afterAll(async () => {
  await browser?.close();
  pages.closeAllConnections();
  pages.close();
});

/** What a page of another origin gets from the service: status and body of each call, or why it gets nothing. */
async function callFrom(page: string, cors: string) {
  const directory = await appDirectory({
    'host.json': { version: '2.0', extensions: { http: { routePrefix: '' } } },
    'local.settings.json': { IsEncrypted: false, Host: { CORS: cors } },
  });
  host = await startHost({ directory });
  const tab = await browser.newPage();
  await tab.goto(page);
  return tab.evaluate(async (url) => {
    const call = (path: string, init?: RequestInit) =>
      fetch(`${url}${path}`, init).then(
        async (response) => ({ status: response.status, body: await response.text() }),
        (error: Error) => ({ status: 0, body: error.message }),
      );
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'a-key' };
    const said = await call('/chat/stream', { method: 'POST', headers, body: '{"message":"Hi"}' });
    const gone = await call('/chat/history/none', { headers: { authorization: 'Bearer x' } });
    const deleted = await call('/chat/history/none', { method: 'DELETE' });
    return [said, gone, deleted];
  }, host.url);
}

test('a page of an origin that Host.CORS names talks with the service, and reads its failures', async () => {
  const [said, gone, deleted] = await callFrom(origin, origin);
  expect(said).toMatchObject({ status: 200, body: expect.stringContaining('data: [DONE]') });
  // Headers are not exposed: what a page needs stands in the body.
  expect(gone).toMatchObject({ status: 404, body: expect.stringMatching(/"request_id":"[0-9a-f-]{36}"/) });
  expect(deleted).toEqual({ status: 204, body: '' });
});

test('a page of any other origin gets nothing', async () => {
  const refused = { status: 0, body: 'Failed to fetch' };
  expect(await callFrom(origin, 'https://parley.example')).toEqual([refused, refused, refused]);
});
