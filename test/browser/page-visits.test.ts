import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());

/** By Node's own client, which asks for no coding by itself and decodes none. */
async function visit(headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  request(world.url, { headers }, resolve).on('error', reject).end();
  const response = await promise;
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

test.each([
  ['br, gzip', 'br'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate', 'gzip'],
  ['GZIP;q=0.5', 'gzip'],
  ['gzip, br;q=0', 'gzip'],
  ['gzip;q=0.000, identity', undefined],
  ['deflate', undefined],
  ['brotli, x-gzip', undefined],
  ['', undefined],
])('a visitor that accepts %j gets the page as %s', async (accepted, coding) => {
  const { status, headers, body } = await visit({ 'accept-encoding': accepted });
  const told = { status, coding: headers['content-encoding'], vary: headers.vary };
  expect(told).toEqual({ status: 200, coding, vary: 'Accept-Encoding, Accept-Language' });
  const plain = coding === 'br' ? brotliDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body;
  expect(plain).toEqual((await visit()).body);
  if (coding !== undefined) expect(body.length).toBeLessThan(plain.length / 3);
});

const quoted = async () => ((await visit()).headers.etag ?? '').replace('W/', '');

test.each([
  ['the same tag', async () => (await visit()).headers.etag ?? ''],
  ['the same tag of another coding', async () => (await visit({ 'accept-encoding': 'br' })).headers.etag ?? ''],
  ['the tag as a strong one', quoted],
  ['a list that has it', async () => `"other, still one", W/${await quoted()}`],
  ['any', async () => '*'],
])('a visitor that has %s gets 304 and no body', async (_, tag) => {
  const { status, body } = await visit({ 'if-none-match': await tag(), 'accept-encoding': 'gzip' });
  expect({ status, bytes: body.length }).toEqual({ status: 304, bytes: 0 });
});

test.each([
  ['another tag', async () => '"other"'],
  ['a part of the tag', async () => `"${(await quoted()).slice(5)}`],
  ['an empty tag', async () => '""'],
  ['the tag without its quotes', async () => (await quoted()).slice(1, -1)],
  ['nothing', async () => ''],
])('a visitor that has %s gets the page', async (_, tag) => {
  expect(await visit({ 'if-none-match': await tag() })).toMatchObject({ status: 200 });
});

test('both answers say how long the page is kept, and what it may do', async () => {
  const page = await visit();
  const same = await visit({ 'if-none-match': page.headers.etag ?? '' });
  for (const { headers } of [page, same]) {
    expect(headers).toMatchObject({
      etag: expect.stringMatching(/^W\/"[\w-]{43}"$/),
      'cache-control': 'no-cache',
      'content-security-policy': page.headers['content-security-policy'],
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding, Accept-Language',
    });
  }
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
});

test('a browser is sent the page once: its second visit and a reload transfer none of it, and the page works', async () => {
  const chat = await ChatPage.open(world);
  /** Bytes that were transferred for this page, its headers included, and of its body as it is compressed. */
  const transferred = () =>
    chat.page.evaluate(() => {
      const [visited] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      return { transferred: visited?.transferSize ?? 0, body: visited?.encodedBodySize ?? 0 };
    });
  const first = await transferred();
  expect(first.transferred).toBeGreaterThan(first.body);

  await chat.page.goto('about:blank');
  await chat.page.goto(world.url);
  const second = await transferred();
  await chat.page.reload();
  const third = await transferred();
  // Of whole lines: what the host writes last arrives later than its answer, and in pieces.
  const statuses = () =>
    [...world.host.logs().matchAll(/\{"request":.*"endpoint":"page".*\}(?=\r?\n)/g)].map(
      ([line]) => JSON.parse(line).status,
    );
  await eventually(() => statuses().slice(-2).join() === '304,304');
  for (const each of [second, third]) {
    expect(each.transferred).toBeLessThan(1000);
    expect(each.body).toBe(first.body);
  }
  await chat.ask('Hello');
  expect(await chat.texts()).toEqual(['Hello', 'You said: Hello']);
  expect(chat.complaints).toEqual([]);
  await chat.close();
});
