import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { bundlePage, reacts } from './bundle-page.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld('memory', { AUTH_MODE: 'key' });
});
afterAll(() => world.stop());

test.each(reacts)(
  'an app on React %d shows the panel with its own assistant and its own way to say who the user is',
  async (react) => {
    const chat = await ChatPage.open(world);
    const { page } = chat;
    await chat.show(await bundlePage('panel', react));
    expect(await page.locator('html').getAttribute('data-react')).toMatch(new RegExp(`^${react}\\.`));
    world.upstream.requests.length = 0;
    await chat.send('Review this');
    await page.getByText('You said: Review this').first().waitFor();
    expect(JSON.stringify(world.upstream.requests[0]?.body['messages'])).toContain('who reviews code');
    const sessionId = await eventually(async () => /^[0-9a-f-]{36}$/.test(await page.title()) && page.title());
    const ada = new Client(world.host.url, { 'x-user-id': 'ada' });
    await eventually(async () => (await ada.history(sessionId)).length === 2);
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
    // Effects that run twice ask once.
    expect(chat.asked).toHaveLength(1);
    await chat.edit(0, 'Review that');
    await page.getByText('You said: Review that').first().waitFor();
    await chat.isIdle();
    expect(world.upstream.requests).toHaveLength(2);
    expect(chat.complaints).toEqual([]);
    await chat.close();
  },
);
