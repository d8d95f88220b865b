import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bundlePage } from './bundle-page.ts';
import type {} from './kept/main.tsx';
import { openBrowser } from './open-browser.ts';

const browser = openBrowser();
let html: string;
let page: Page;

beforeAll(async () => {
  html = await bundlePage('kept');
});
afterAll(async () => (await browser).close());
beforeEach(async () => {
  page = await (await (await browser).newContext()).newPage();
  await page.route('https://parley.example/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto('https://parley.example/');
});

test('of conversations without an answer the tab keeps the newest 24, of each service its own', async () => {
  const names = await page.evaluate(async () => {
    for (let number = 1; number <= 40; number += 1) {
      kept.writeKept({ service: '/chat', name: `${number}` }, { draft: 'Not sent' });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    kept.writeKept({ service: '/other', name: 'elsewhere' }, { draft: 'Not sent' });
    return kept.keptConversations('/chat').map(({ name }) => name);
  });
  expect(names).toEqual(Array.from({ length: 23 }, (_, place) => `${40 - place}`));
});

test('a draft that is too long is not kept, and costs no turn its place', async () => {
  const turn = { idempotencyKey: 'a key', message: 'Asked', assistant: undefined, sessionId: undefined };
  const found = await page.evaluate((asked) => {
    kept.writeKept({ service: '', name: 'one' }, { draft: 'x'.repeat(200_000) });
    kept.writeKept({ service: '', name: 'two' }, { turn: asked, draft: 'x'.repeat(200_000) });
    return kept.keptConversations('');
  }, turn);
  expect(found).toEqual([{ service: '', name: 'two', turn: { idempotencyKey: 'a key', message: 'Asked' } }]);
});

test('a tab without room keeps what it has, and goes on', async () => {
  const found = await page.evaluate(() => {
    kept.writeKept({ service: '', name: 'one' }, { draft: 'First' });
    for (let size = 2 ** 22, number = 0; size > 0; number += 1) {
      try {
        sessionStorage.setItem(`of the app ${number}`, 'x'.repeat(size));
      } catch {
        size = Math.floor(size / 2);
      }
    }
    kept.writeKept({ service: '', name: 'two' }, { draft: 'Second' });
    return kept.keptConversations('').map(({ draft }) => draft);
  });
  expect(found).toEqual(['First']);
});

test('all of it can be forgotten at once', async () => {
  const keys = await page.evaluate(() => {
    sessionStorage.setItem('of the app', 'stays');
    kept.writeKept({ service: '', name: 'one' }, { draft: 'First' });
    kept.writeKept({ service: '/chat', sessionId: 'two' }, { draft: 'Second' });
    kept.forgetKept();
    return Object.keys(sessionStorage);
  });
  expect(keys).toEqual(['of the app']);
});
