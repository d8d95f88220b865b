import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundlePage } from './bundle-page.ts';
import { type StoreKind, startWorld, type World } from './world.ts';

let html: string;
beforeAll(async () => {
  html = await bundlePage('plain-chat');
});

describe.each<StoreKind>(['memory', 'redis'])(
  'a component that knows nothing but POST /chat, with sessions in %s,',
  (store) => {
    let world: World;
    let page: Page;
    /** Bodies that it sent. */
    let sent: unknown[];
    beforeAll(async () => {
      world = await startWorld(store);
    });
    afterAll(() => world.stop());
    beforeEach(async () => {
      page = await world.browser.newPage();
      sent = [];
      page.on('request', (request) => request.method() === 'POST' && sent.push(request.postDataJSON()));
      await page.route('**/fixture', (route) => route.fulfill({ contentType: 'text/html', body: html }));
      await page.goto(new URL('/fixture', world.url).href);
    });

    const write = (message: string) => page.getByLabel('Message').fill(message);
    const button = () => page.getByRole('button', { name: 'Send' });
    const thinking = () => page.getByText('Thinking...');
    const said = () => page.locator('[data-by]').allInnerTexts();

    test('holds a conversation of several turns, in one session that it was given the id of', async () => {
      const gate = world.upstream.gate();
      world.upstream.requests.length = 0;
      world.upstream.enqueue({ deltas: [gate, 'Hello, Ada.'] });
      await write('My name is Ada.');
      await page.keyboard.press('Enter');
      await thinking().waitFor();
      expect(await button().isDisabled()).toBe(true);
      expect(await page.getByLabel('Message').inputValue()).toBe('');
      gate.open();
      await page.getByText('Hello, Ada.').waitFor();
      await thinking().waitFor({ state: 'detached' });

      await write('What is my name?');
      await button().click();
      await page.getByText('You said: What is my name?').waitFor();
      const [first, second] = world.upstream.requests.map(({ body }) => body['messages']);
      expect(first).toMatchObject([{ role: 'system' }, { role: 'user', content: 'My name is Ada.' }]);
      expect(second).toMatchObject([
        { role: 'system' },
        { role: 'user', content: 'My name is Ada.' },
        { role: 'assistant', content: 'Hello, Ada.' },
        { role: 'user', content: 'What is my name?' },
      ]);
      expect(sent).toEqual([
        { message: 'My name is Ada.', session_id: null },
        { message: 'What is my name?', session_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      ]);
      expect(await said()).toEqual([
        ...['My name is Ada.', 'Hello, Ada.', 'What is my name?', 'You said: What is my name?'],
      ]);
    });

    test('sends nothing where nothing was written', async () => {
      await write('  ');
      await page.keyboard.press('Enter');
      await write('Something');
      await page.keyboard.press('Enter');
      await page.getByText('You said: Something').waitFor();
      expect(sent).toEqual([{ message: 'Something', session_id: null }]);
    });

    test('waits no longer, and goes on, where there was no answer', async () => {
      const told = page.waitForEvent('console', (message) => message.text().startsWith('There was no answer.'));
      await world.network.refuse();
      await write('Anybody there?');
      await page.keyboard.press('Enter');
      await told;
      await thinking().waitFor({ state: 'detached' });
      await world.network.listen();
      await write('And now?');
      await button().click();
      await page.getByText('You said: And now?').waitFor();
      expect(await said()).toEqual(['Anybody there?', 'And now?', 'You said: And now?']);
    });
  },
);
