import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { breaksOff, ChatPage, startWorld, type World } from './world.ts';

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

const begin = async () => {
  await chat.button('Temporary chat').click();
  await chat.page.getByRole('heading', { name: 'Temporary chat' }).waitFor();
};
const bodies = () => chat.asked.map(({ body }) => body);
const listed = async () => {
  const { sessions } = (await (await client.get('/chat/sessions')).json()) as { sessions: unknown[] };
  return sessions.length;
};
/** Nothing of it is in the list, nor said to be. */
const isUnlisted = async (page = chat) => {
  await page.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  expect(await page.sessions.count()).toBe(0);
  expect(await listed()).toBe(0);
};
const isForgotten = async (id: string) => (await client.get(`/chat/history/${id}`)).status === 404;

test('a temporary chat says what it is, is asked as one with each turn, and is on no list', async () => {
  await begin();
  await chat.page.getByText('Not on your list. Forgotten one hour after its last message, or sooner.').waitFor();
  expect(await chat.hasKeyboard(chat.input)).toBe(true);
  await chat.ask('one');
  await chat.ask('two');
  const session_id = chat.sessionId;
  expect(bodies()).toEqual([
    { message: 'one', temporary: true },
    { message: 'two', temporary: true, session_id, assistant: 'default' },
  ]);
  await isUnlisted();
  expect(await chat.title.innerText()).toBe('Temporary chat');
  expect(await (await client.get(`/chat/history/${session_id}`)).json()).toMatchObject({ temporary: true });
});

test('it is temporary still after a reload, also while an answer is on its way, and in a fork', async () => {
  await begin();
  const gate = world.upstream.gate();
  world.upstream.enqueue({ deltas: ['before ', gate, 'after'] });
  await chat.send('one');
  await chat.page.getByText('before').waitFor();
  await chat.page.reload();
  await chat.page.getByText('before').waitFor();
  expect(await chat.title.innerText()).toBe('Temporary chat');
  await isUnlisted();
  gate.open();
  await chat.isIdle();
  await chat.page.reload();
  await chat.ask('two');
  await chat.button('Regenerate').last().click();
  await chat.isIdle();
  await eventually(() => chat.asked.length === 3);
  expect(bodies().map(({ temporary }) => temporary)).toEqual([true, true, true]);
  await isUnlisted();
});

test('its address leads to a temporary chat, also in a browser that knows nothing of it', async () => {
  await begin();
  await chat.ask('one');
  const other = await ChatPage.open(world, {}, `#${chat.sessionId}`);
  await other.page.getByRole('heading', { name: 'Temporary chat' }).waitFor();
  await other.ask('two');
  expect(other.asked.map(({ body }) => body['temporary'])).toEqual([true]);
  await isUnlisted(other);
  expect(other.complaints).toEqual([]);
  await other.close();
});

test('where it was forgotten in between, what begins is temporary again', async () => {
  await begin();
  await chat.ask('one');
  const before = chat.sessionId;
  await client.delete(`/chat/history/${before}`);
  await chat.send('two');
  await eventually(async () => (await chat.texts()).join('|') === 'two|You said: two');
  await chat.isIdle();
  expect(chat.sessionId).not.toBe(before);
  expect(bodies().at(-1)).toMatchObject({ temporary: true });
  await isUnlisted();
});

test('its first message that failed is in no list, also when its user has left, and is there when they come back', async () => {
  await begin();
  world.upstream.enqueue(breaksOff);
  await chat.send('one');
  await chat.alert.waitFor();
  await isUnlisted();
  await chat.button('New conversation').click();
  await chat.page.getByRole('heading', { name: 'New conversation' }).waitFor();
  await isUnlisted();
  await chat.page.goBack();
  await chat.alert.waitFor();
  await chat.button('Try again').click();
  await eventually(async () => (await chat.texts()).at(-1) === 'You said: one');
  expect(bodies().map(({ temporary }) => temporary)).toEqual([true, true]);
  await isUnlisted();
});

test('what is written in it and not sent stays with it, and so does what is written beside it', async () => {
  await chat.input.fill('Kept');
  await begin();
  expect(await chat.input.inputValue()).toBe('');
  await chat.input.fill('Secret');
  await chat.button('New conversation').click();
  await eventually(async () => (await chat.input.inputValue()) === 'Kept');
  expect(await chat.title.innerText()).toBe('New conversation');
  await begin();
  await eventually(async () => (await chat.input.inputValue()) === 'Secret');
  await chat.page.reload();
  await eventually(async () => (await chat.input.inputValue()) === 'Secret');
  expect(await chat.title.innerText()).toBe('Temporary chat');
  await chat.input.press('Enter');
  await eventually(() => chat.asked.length === 1);
  expect(bodies()).toEqual([{ message: 'Secret', temporary: true }]);
});

test('it can be saved and deleted, and neither renamed nor pinned', async () => {
  await begin();
  await chat.ask('one');
  const { sessionId } = chat;
  expect(await chat.button('Rename').count()).toBe(0);
  await chat.button('Actions for this conversation').click();
  expect(await chat.page.getByRole('menuitem').allInnerTexts()).toEqual([
    'Export as Markdown',
    'Export as JSON',
    'Delete',
  ]);
  await chat.page.getByRole('menuitem', { name: 'Delete' }).click();
  await chat.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await chat.page.getByRole('heading', { name: 'New conversation' }).waitFor();
  expect(await isForgotten(sessionId)).toBe(true);
  await chat.ask('two');
  expect(bodies().at(-1)).toEqual({ message: 'two' });
  await eventually(async () => (await chat.sessions.count()) === 1);
});
