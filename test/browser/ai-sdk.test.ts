import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { bundlePage } from './bundle-page.ts';
import { type StoreKind, startWorld, type World } from './world.ts';

let html: string;
beforeAll(async () => {
  html = await bundlePage('ai-sdk');
});

describe.each<StoreKind>(['memory', 'redis'])('the AI SDK’s useChat, with sessions in %s,', (store) => {
  let world: World;
  let client: Client;
  let page: Page;
  let asked: { key: string | undefined; body: Record<string, unknown> }[];

  beforeAll(async () => {
    world = await startWorld(store);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    world.upstream.requests.length = 0;
    asked = [];
    const context = await world.browser.newContext();
    page = await context.newPage();
    page.on('request', (request) => {
      if (!request.url().endsWith('/chat/stream') || request.method() !== 'POST') return;
      asked.push({ key: request.headers()['idempotency-key'], body: request.postDataJSON() });
    });
    await page.route('**/fixture', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto(new URL('/fixture', world.url).href);
  });
  afterEach(() => page.context().close());

  const send = async (message: string) => {
    await page.getByLabel('Message').fill(message);
    await page.keyboard.press('Enter');
  };
  const texts = () => page.getByRole('listitem').allTextContents();
  const shows = (...wanted: string[]) =>
    eventually(async () => JSON.stringify(await texts()) === JSON.stringify(wanted));
  const is = (status: string) => page.locator('output', { hasText: new RegExp(`^${status}$`) }).waitFor();
  const sessionId = () => page.evaluate(() => String(sessionStorage.getItem('a chat')));

  test('streams answers, and sends the newest message alone', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['Hello', gate, ', Ada.'] });
    await send('I am Ada.');
    await shows('I am Ada.', 'Hello');
    gate.open();
    await shows('I am Ada.', 'Hello, Ada.');
    await is('ready');
    await send('Who am I?');
    await shows('I am Ada.', 'Hello, Ada.', 'Who am I?', 'You said: Who am I?');
    expect(asked.map(({ body }) => body)).toEqual([
      { message: 'I am Ada.' },
      { message: 'Who am I?', session_id: await sessionId() },
    ]);
    expect(world.upstream.requests[1]?.body['messages']).toHaveLength(4);
  });

  test('stops an answer, and keeps what was said', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['half of it', gate, ' and the rest'] });
    await send('Tell me all');
    await shows('Tell me all', 'half of it');
    await page.getByRole('button', { name: 'Stop' }).click();
    await is('ready');
    await eventually(() => world.upstream.requests[0]?.cut);
    gate.open();
    await shows('Tell me all', 'half of it');
    await eventually(async () => (await client.history(await sessionId())).length === 2);
    expect(await client.history(await sessionId())).toMatchObject([{}, { content: 'half of it' }]);
  });

  test('resumes after a reload, with the whole answer once', async () => {
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
    await send('Go on');
    await shows('Go on', 'before ');
    await page.reload();
    await shows('before ');
    gate.open();
    await shows('before after');
    await is('ready');
    expect(world.upstream.requests).toHaveLength(1);
    await page.reload();
    await is('ready');
    await shows();
  });

  test('gets the rest of an answer after the connection was cut, without a word lost or doubled', async () => {
    const words = Array.from({ length: 6 }, (_, place) => `word${place} `);
    const gates = words.map(() => world.upstream.gate());
    world.upstream.enqueue({ deltas: words.flatMap((word, place) => [gates[place] ?? word, word]) });
    await send('Count');
    for (const [place, gate] of gates.entries()) {
      gate.open();
      await shows('Count', words.slice(0, place + 1).join(''));
      world.network.cut();
    }
    await is('ready');
    expect(await texts()).toEqual(['Count', words.join('')]);
    expect(asked).toHaveLength(1);
  });

  test('tells an error, and asks again under the same key', async () => {
    world.upstream.enqueue({ status: 400, body: { error: { message: 'no' } } });
    await send('Try me');
    await page.getByRole('alert').waitFor();
    await is('error');
    await page.getByRole('button', { name: 'Again' }).click();
    await shows('Try me', 'You said: Try me');
    await is('ready');
    expect(asked.map(({ key }) => key)).toEqual([asked[0]?.key, asked[0]?.key]);
    expect(await client.history(await sessionId())).toHaveLength(2);
    await page.getByRole('button', { name: 'Again' }).click();
    await page.getByText('This message has its answer. Send it anew to ask again.').waitFor();
    expect(asked).toHaveLength(2);
  });
});
