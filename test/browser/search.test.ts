import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;
let client: Client;

beforeAll(async () => {
  world = await startWorld('memory');
  client = new Client(world.host.url);
});
afterAll(() => world.stop());
beforeEach(async () => {
  await client.delete('/chat/sessions');
  chat = await ChatPage.open(world);
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const titles = () => chat.sessions.locator('.parley-session').allInnerTexts();
const finds = (...expected: string[]) =>
  eventually(async () => JSON.stringify(await titles()) === JSON.stringify(expected));
const talk = async (...messages: string[]) => {
  let session_id: string | undefined;
  for (const message of messages) ({ session_id } = await client.chat({ message, session_id }));
};

test('finds conversations by their titles and by what was asked in them, and shows where', async () => {
  await talk('About cats', 'And what do they eat?');
  await talk('About dogs', 'Do they like cats?');
  await talk('About birds');
  await chat.page.reload();
  await chat.search.fill('cats');
  await finds('About dogs\nDo they like cats?', 'About cats');
  await chat.page.getByRole('status').filter({ hasText: '2 conversations found' }).waitFor({ state: 'attached' });
  await chat.search.fill('cats LIKE');
  await finds('About dogs\nDo they like cats?');
  await chat.button('About dogs Do they like cats?').click();
  await eventually(async () => (await chat.texts())[2] === 'Do they like cats?');
  await eventually(async () => (await chat.title.innerText()) === 'About dogs');
  // What was searched stays until it is wanted no longer.
  expect(await chat.search.inputValue()).toBe('cats LIKE');
  await chat.button('Clear search').click();
  await finds('About birds', 'About dogs', 'About cats');
  expect(await chat.hasKeyboard(chat.search)).toBe(true);
});

test('says that there is nothing, and Escape ends the search and nothing else', async () => {
  await talk('About cats');
  await chat.page.reload();
  world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
  await chat.send('Tell me all');
  await chat.page.getByText('half of it').waitFor();
  await chat.search.fill('elephants');
  await chat.page.getByText('No conversation has these words.').waitFor();
  expect(await titles()).toEqual([]);
  await chat.search.press('Escape');
  await finds('Tell me all', 'About cats');
  expect(await chat.button('Stop').isEnabled()).toBe(true);
  await chat.search.press('Escape');
  await chat.page.getByText('Stopped.', { exact: true }).waitFor();
});

test('asks once the user has written, and gives up what is wanted no longer', async () => {
  await talk('About cats');
  await talk('About dogs');
  await chat.page.reload();
  await chat.isIdle();
  const asked: string[] = [];
  const gate = world.upstream.gate();
  await chat.page.route(/sessions\?q=/, async (route) => {
    const words = new URL(route.request().url()).searchParams.get('q') ?? '';
    asked.push(words);
    if (words === 'cats') await gate.passed;
    await route.continue().catch(() => {});
  });
  const { clock } = chat.page;
  await clock.install();
  // However long a letter takes, the user is still writing.
  await clock.pauseAt(Date.now() + 60_000);
  await chat.search.pressSequentially('cats');
  await chat.page.getByText('Searching …').waitFor();
  await clock.runFor(250);
  await eventually(() => asked.length === 1);
  const givenUp = chat.page.waitForEvent('requestfailed', (request) => request.url().includes('q=cats'));
  await chat.search.fill('dogs');
  await givenUp;
  await clock.runFor(250);
  await finds('About dogs');
  gate.open();
  expect(asked).toEqual(['cats', 'dogs']);
  await finds('About dogs');
});

test('searches what is older where that is wanted', async () => {
  for (let number = 1; number <= 60; number += 1) await client.chat({ message: `Cat number ${number}` });
  await chat.page.reload();
  await chat.search.fill('cat');
  await eventually(async () => (await titles()).length === 50);
  await chat.button('Search older conversations').click();
  await eventually(async () => (await titles()).length === 60);
  expect((await titles()).at(-1)).toBe('Cat number 1');
  expect(await chat.button('Search older conversations').count()).toBe(0);
});

test('says that it did not work, and searches again when it is told to', async () => {
  await talk('About cats');
  await chat.page.reload();
  await chat.page.route(/sessions\?q=/, (route) => route.fulfill({ status: 503 }));
  await chat.search.fill('cats');
  await chat.page.getByText('The search did not work.').waitFor();
  await chat.page.unroute(/sessions\?q=/);
  await chat.page.getByRole('navigation').getByRole('button', { name: 'Try again' }).click();
  await finds('About cats');
  expect(await chat.page.getByText('The search did not work.').count()).toBe(0);
});

test('what was found is renamed, pinned and deleted where it was found', async () => {
  await talk('About cats', 'What do they eat?');
  await talk('About dogs', 'What do they eat?');
  await chat.page.reload();
  await chat.search.fill('eat');
  await finds('About dogs\nWhat do they eat?', 'About cats\nWhat do they eat?');
  await chat.choose('About cats', 'Rename');
  await chat.page.keyboard.type('Of cats');
  await chat.page.keyboard.press('Enter');
  await finds('About dogs\nWhat do they eat?', 'Of cats\nWhat do they eat?');
  await chat.choose('Of cats', 'Pin');
  await chat.button('Actions for Of cats').click();
  await chat.page.getByRole('menuitem', { name: 'Unpin' }).waitFor();
  await chat.page.keyboard.press('Escape');
  await chat.remove('Of cats');
  await finds('About dogs\nWhat do they eat?');
  await eventually(() => chat.hasKeyboard(chat.sessions.first().getByRole('button').first()));
});
