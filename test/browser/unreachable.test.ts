import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type LocalHost, startHost } from '../host/start-host.ts';
import { appDirectory } from '../local/fixture.ts';
import { TcpProxy } from '../redis/tcp-proxy.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { bundlePage } from './bundle-page.ts';
import { openBrowser } from './open-browser.ts';

let browser: Browser;
let upstream: ScriptedUpstream;
/** An app's own server: another origin than the service's. */
let app: Server;
let origin: string;
let host: LocalHost | undefined;
/** Between the browser and the service. */
let network: TcpProxy;
let service: string;
let page: Page;
/** Keys of the turns that the browser has sent, or wanted to. */
let asked: (string | undefined)[];

beforeAll(async () => {
  const [html, opened, started] = await Promise.all([bundlePage('panels'), openBrowser(), ScriptedUpstream.start()]);
  browser = opened;
  upstream = started;
  app = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    const frame = `<iframe sandbox="allow-scripts" style="width: 100%; height: 90vh" src="/?first=${service}&second=${service}">`;
    response.end(request.url?.startsWith('/sandbox') ? frame : html);
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser?.close();
  await upstream?.stop();
  app.closeAllConnections();
  app.close();
});
beforeEach(async () => {
  page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  upstream.requests.length = 0;
  asked = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/chat/stream')) {
      asked.push(request.headers()['idempotency-key']);
    }
  });
});
afterEach(async () => {
  await page.context().close();
  await network.stop();
  await host?.stop();
});

/** @param cors which origins the service allows */
async function openApp(cors: string, path = '/'): Promise<void> {
  const directory = await appDirectory({
    'host.json': { version: '2.0', extensions: { http: { routePrefix: '' } } },
    'local.settings.json': { IsEncrypted: false, Host: { CORS: cors } },
  });
  host = await startHost({ directory, env: { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' } });
  network = await TcpProxy.start(Number(new URL(host.url).port));
  service = `http://127.0.0.1:${network.port}`;
  await page.goto(`${origin}${path}?first=${service}&second=${service}`);
}

const panel = (within: Page | FrameLocator = page) => within.locator('#first');
const send = async (message: string, within?: FrameLocator) => {
  const field = panel(within).getByRole('textbox', { name: 'Message', exact: true });
  await field.fill(message);
  await field.press('Enter');
};
const says = (text: string, within?: FrameLocator) =>
  panel(within).locator('.parley-markdown', { hasText: text }).waitFor();
const alert = () => panel().getByRole('alert');
const isReconnecting = () => panel().getByText('Reconnecting').waitFor();

/** The failure that a message ends in. */
async function failureOf(message: string): Promise<string | null> {
  await send(message);
  return await alert().textContent();
}

test('a service that does not allow the page’s origin is told as that, at once, with its address', async () => {
  await openApp('https://parley.example');
  const told = await failureOf('Is anybody there?');
  expect(told).toBe(`The service at ${service} does not allow pages from ${origin}.`);
  expect(await panel().getByText('Reconnecting').count()).toBe(0);
  expect(await panel().getByRole('button', { name: 'Try again' }).isEnabled()).toBe(true);
  await panel().getByRole('button', { name: 'Edit message' }).click();
  expect(await panel().getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe('Is anybody there?');
  expect(upstream.requests).toHaveLength(0);
});

test('a service that is not there is told as that, at once, and is asked under the same key when it is', async () => {
  await openApp(origin);
  await network.refuse();
  const told = await failureOf('Is anybody there?');
  expect(told).toBe(`The service at ${service} cannot be reached.`);
  await network.listen();
  await panel().getByRole('button', { name: 'Try again' }).click();
  await says('You said: Is anybody there?');
  expect(asked).toEqual([asked[0], asked[0]]);
  expect(upstream.requests).toHaveLength(1);
});

test('a first request that may have arrived is asked again under its key, by itself', async () => {
  await openApp(origin);
  // It is the very first that the page hears of the service.
  network.mode = 'hold';
  await send('Is anybody there?');
  await eventually(() => network.isUsed);
  network.cut();
  network.mode = 'pass';
  await says('You said: Is anybody there?');
  expect(await alert().count()).toBe(0);
  expect(new Set(asked).size).toBe(1);
  expect(upstream.requests).toHaveLength(1);
});

test('a service that was there before is waited for', async () => {
  await openApp(origin);
  await send('one');
  await says('You said: one');
  await network.refuse();
  await send('two');
  await isReconnecting();
  await network.listen();
  await says('You said: two');
  expect(upstream.requests).toHaveLength(2);
});

test('after a reload, too, a turn that may have arrived is waited for, though nothing answers yet', async () => {
  await openApp(origin);
  network.mode = 'hold';
  await send('Is anybody there?');
  await eventually(() => asked.length === 1);
  await page.reload();
  // StrictMode asks twice.
  await eventually(() => asked.length > 1);
  await network.refuse();
  await isReconnecting();
  network.mode = 'pass';
  await network.listen();
  await says('You said: Is anybody there?');
  expect(new Set(asked).size).toBe(1);
});

test('a panel in a frame without storage, of no origin, goes on without', async () => {
  await openApp('*', '/sandbox');
  const frame = page.frameLocator('iframe');
  await send('one', frame);
  await says('You said: one', frame);
  await send('two', frame);
  await says('You said: two', frame);
});
