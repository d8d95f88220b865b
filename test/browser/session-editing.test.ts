import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { whereItIs } from './where-it-is.ts';
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
  chat = await ChatPage.open(world, { timezoneId: whereItIs(12) });
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const hasKeyboard = (title: string) => eventually(() => chat.hasKeyboard(chat.button(title)));
const field = () => chat.page.getByRole('textbox', { name: 'New title' });
const listed = async () => {
  const { sessions } = (await (await client.get('/chat/sessions')).json()) as { sessions: { title: string }[] };
  return sessions.map(({ title }) => title);
};
/** The titles under a heading of the list. */
const under = (heading: string) =>
  chat.page.getByRole('list', { name: heading, exact: true }).locator('.parley-session').allInnerTexts();
const isUnder = (heading: string, ...titles: string[]) =>
  eventually(async () => JSON.stringify(await under(heading)) === JSON.stringify(titles));

test('a conversation is renamed in its line of the list, and the keyboard stays there', async () => {
  await chat.ask('About cats');
  await chat.choose('About cats', 'Rename');
  expect(await field().inputValue()).toBe('About cats');
  // What is written takes the place of all that was there.
  await chat.page.keyboard.type('  All cats are grey ');
  await chat.page.keyboard.press('Enter');
  await hasKeyboard('All cats are grey');
  await eventually(async () => (await chat.title.innerText()) === 'All cats are grey');
  expect(await listed()).toEqual(['All cats are grey']);
  await chat.ask('More of them');
  expect(await listed()).toEqual(['All cats are grey']);
});

test('Escape leaves a title as it is, and stops no answer; so does an empty one', async () => {
  await chat.ask('About cats');
  world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
  await chat.send('Tell me all');
  await chat.page.getByText('half of it').waitFor();
  await chat.choose('About cats', 'Rename');
  await field().fill('Something else');
  await field().press('Escape');
  await hasKeyboard('About cats');
  expect(await chat.button('Stop').isEnabled()).toBe(true);
  await chat.choose('About cats', 'Rename');
  await field().fill('   ');
  await field().press('Enter');
  await hasKeyboard('About cats');
  expect(await listed()).toEqual(['About cats']);
  await chat.button('Stop').click();
  await chat.page.getByText('Stopped.', { exact: true }).waitFor();
});

test('a title that is left is kept, and one that cannot be kept is told', async () => {
  await chat.ask('About cats');
  await chat.choose('About cats', 'Rename');
  await field().fill('Of cats');
  await chat.input.click();
  await chat.button('Of cats').waitFor();
  expect(await chat.hasKeyboard(chat.input)).toBe(true);
  await chat.page.route('**/chat/history/*', (route) =>
    route.request().method() === 'PATCH' ? route.fulfill({ status: 503 }) : route.continue(),
  );
  await chat.choose('Of cats', 'Rename');
  await field().fill('Of dogs');
  await field().press('Enter');
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe(
    'The conversation could not be renamed: The service could not be used just now.',
  );
  await chat.button('Of cats').waitFor();
});

test('the heading of the page is the title, and a press on it writes it anew', async () => {
  expect(await chat.title.innerText()).toBe('New conversation');
  expect(await chat.button('Rename').count()).toBe(0);
  await chat.ask('About cats');
  expect(await chat.title.innerText()).toBe('About cats');
  await chat.button('Rename').click();
  await field().fill('Of cats');
  await field().press('Enter');
  await hasKeyboard('Rename');
  await eventually(async () => (await chat.title.innerText()) === 'Of cats');
  await chat.button('Of cats').waitFor();
});

test('a conversation that is not in the list has its title as well, and can be renamed', async () => {
  const { session_id } = await client.chat({ message: 'The oldest' });
  for (let number = 1; number <= 50; number += 1) await client.chat({ message: `Newer ${number}` });
  await chat.page.goto('about:blank');
  await chat.page.goto(`${world.url}#${session_id}`);
  await eventually(async () => (await chat.title.innerText()) === 'The oldest');
  await eventually(async () => (await chat.sessions.count()) === 50);
  await chat.button('Rename').click();
  await field().fill('From long ago');
  await field().press('Enter');
  await eventually(async () => (await chat.title.innerText()) === 'From long ago');
  await chat.button('Show more').click();
  await chat.button('From long ago').waitFor();
  expect(await chat.sessions.count()).toBe(51);
});

test('a conversation is pinned above the others, and unpinned, with the keyboard at it', async () => {
  for (const message of ['One', 'Two', 'Three']) await client.chat({ message });
  await chat.page.reload();
  await isUnder('Today', 'Three', 'Two', 'One');
  await chat.choose('One', 'Pin');
  await isUnder('Pinned', 'One');
  await isUnder('Today', 'Three', 'Two');
  await hasKeyboard('One');
  await chat.page.reload();
  await isUnder('Pinned', 'One');
  await chat.choose('Three', 'Pin');
  await isUnder('Pinned', 'Three', 'One');
  await chat.choose('One', 'Unpin');
  await isUnder('Pinned', 'Three');
  await isUnder('Today', 'Two', 'One');
  await hasKeyboard('One');
});

test('that no more can be pinned is told in words', async () => {
  for (let number = 1; number <= 21; number += 1) {
    const { session_id } = await client.chat({ message: `Number ${number}` });
    if (number <= 20) await client.patch(`/chat/history/${session_id}`, { pinned: true });
  }
  await chat.page.reload();
  await chat.choose('Number 21', 'Pin');
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe('No more conversations can be pinned. Unpin another one first.');
  await isUnder('Today', 'Number 21');
});

test('a conversation that is beyond the list can be pinned from its header', async () => {
  const { session_id } = await client.chat({ message: 'The oldest' });
  for (let number = 1; number <= 50; number += 1) await client.chat({ message: `Newer ${number}` });
  await chat.page.goto('about:blank');
  await chat.page.goto(`${world.url}#${session_id}`);
  await eventually(async () => (await chat.title.innerText()) === 'The oldest');
  await chat.button('Actions for this conversation').click();
  await chat.page.getByRole('menuitem', { name: 'Pin' }).click();
  await isUnder('Pinned', 'The oldest');
});

test('a conversation is deleted from its header, and a new one begins', async () => {
  await chat.ask('About cats');
  await chat.button('Actions for this conversation').click();
  await chat.page.getByRole('menuitem', { name: 'Delete' }).click();
  await chat.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await eventually(async () => (await chat.title.innerText()) === 'New conversation');
  await eventually(() => chat.hasKeyboard(chat.input));
  expect(await chat.sessions.count()).toBe(0);
  await chat.page.getByText('Your conversations will be listed here.').waitFor();
  expect(await listed()).toEqual([]);
});

test('the name that the model gives a conversation later comes into the list by itself', async () => {
  await chat.page.clock.install();
  // Time stands still: the page does not look again by itself.
  await chat.page.clock.pauseAt(Date.now() + 60_000);
  await chat.ask('About cats');
  // Nor for the turn any more, with which the list tells this.
  await chat.page.getByText('Kept until').waitFor();
  await client.patch(`/chat/history/${chat.sessionId}`, { title: 'Cats, in general' });
  expect(await chat.title.innerText()).toBe('About cats');
  await chat.page.clock.fastForward(3000);
  await eventually(async () => (await chat.title.innerText()) === 'Cats, in general');
});
