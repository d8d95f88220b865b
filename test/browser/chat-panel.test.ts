import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { bundlePage } from './bundle-page.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let html: string;
beforeAll(async () => {
  [world, html] = await Promise.all([startWorld('memory', { AUTH_MODE: 'key' }), bundlePage('panel')]);
});
afterAll(() => world.stop());

test('an app shows the panel with its own assistant and its own way to say who the user is', async () => {
  const chat = await ChatPage.open(world);
  const { page } = chat;
  await page.route('**/fixture', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(new URL('/fixture', world.url).href);
  await chat.send('Review this');
  await page.getByText('You said: Review this').first().waitFor();
  expect(JSON.stringify(world.upstream.requests[0]?.body['messages'])).toContain('who reviews code');
  const sessionId = await eventually(async () => /^[0-9a-f-]{36}$/.test(await page.title()) && page.title());
  const ada = new Client(world.host.url, { 'x-user-id': 'ada' });
  await eventually(async () => (await ada.history(sessionId)).length === 2);
  expect(chat.complaints).toEqual([]);
  await page.context().close();
});
