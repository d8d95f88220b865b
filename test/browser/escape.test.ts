import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;

beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  await new Client(world.host.url).delete('/chat/sessions');
  chat = await ChatPage.open(world);
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const press = (key: string) => chat.page.keyboard.press(key);

/** An answer that goes on until it is stopped. */
async function beginAnswer(): Promise<void> {
  world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
  await chat.send('Tell me all');
  await chat.page.getByText('half of it').waitFor();
}

const isStopped = () => chat.page.getByText('Stopped.', { exact: true }).waitFor();

test.each([
  ['in the list of conversations', () => chat.button('About cats')],
  ['on a message', () => chat.buttonOf(0, 'Copy')],
  ['in the messages', () => chat.list],
])('Escape stops the answer while the keyboard is %s, and leaves it there', async (_, place) => {
  await chat.ask('About cats');
  await chat.button('About cats').waitFor();
  await beginAnswer();
  await place().focus();
  await press('Escape');
  await isStopped();
  expect(await chat.hasKeyboard(place())).toBe(true);
});

test('Escape stops the answer while the keyboard is nowhere', async () => {
  await beginAnswer();
  await chat.input.evaluate((input) => input.blur());
  await press('Escape');
  await isStopped();
});

test('Escape that closes a dialog or the editor stops nothing; the next one does', async () => {
  await chat.ask('About cats');
  await chat.button('About cats').waitFor();
  await chat.button('Edit message').click();
  await beginAnswer();
  await chat.editor.press('Escape');
  await chat.editor.waitFor({ state: 'hidden' });
  await chat.choose('About cats', 'Delete');
  await chat.page.getByRole('dialog').waitFor();
  await press('Escape');
  await chat.page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await chat.button('Stop').isEnabled()).toBe(true);
  await press('Escape');
  await isStopped();
});

test('Escape that something else of the page has used stops nothing', async () => {
  await beginAnswer();
  await chat.page.evaluate(() =>
    document.addEventListener('keydown', (event) => event.preventDefault(), { once: true }),
  );
  await press('Escape');
  await chat.page.evaluate(() => {
    const popover = document.createElement('div');
    popover.popover = 'auto';
    document.body.append(popover);
    popover.showPopover();
  });
  await press('Escape');
  expect(await chat.page.locator(':popover-open').count()).toBe(0);
  expect(await chat.button('Stop').isEnabled()).toBe(true);
  await press('Escape');
  await isStopped();
});
