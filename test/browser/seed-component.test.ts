import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundlePage } from './bundle-page.ts';
import { type StoreKind, startWorld, type World } from './world.ts';

let html: string;
beforeAll(async () => {
  html = await bundlePage('seed');
});

describe.each<StoreKind>(['memory', 'redis'])(
  'the component that the article ends with, with sessions in %s,',
  (store) => {
    let world: World;
    let page: Page;
    beforeAll(async () => {
      world = await startWorld(store);
      page = await world.browser.newPage();
      await page.route('**/fixture', (route) => route.fulfill({ contentType: 'text/html', body: html }));
      await page.goto(new URL('/fixture', world.url).href);
    });
    afterAll(() => world.stop());

    const send = async (message: string) => {
      await page.getByPlaceholder('Type your message...').fill(message);
      await page.keyboard.press('Enter');
    };

    test('holds a conversation of several turns, unchanged', async () => {
      const gate = world.upstream.gate();
      world.upstream.enqueue({ deltas: [gate, 'Hello, Ada.'] });
      await send('My name is Ada.');
      await page.getByText('Thinking...').waitFor();
      gate.open();
      await page.getByText('Hello, Ada.').waitFor();
      expect(await page.getByText('Thinking...').count()).toBe(0);

      await send('What is my name?');
      await page.getByText('You said: What is my name?').waitFor();
      const [first, second] = world.upstream.requests.map(({ body }) => body['messages']);
      expect(first).toMatchObject([{ role: 'system' }, { role: 'user', content: 'My name is Ada.' }]);
      expect(second).toMatchObject([
        { role: 'system' },
        { role: 'user', content: 'My name is Ada.' },
        { role: 'assistant', content: 'Hello, Ada.' },
        { role: 'user', content: 'What is my name?' },
      ]);
      expect(await page.locator('.message').allInnerTexts()).toHaveLength(4);
    });
  },
);
