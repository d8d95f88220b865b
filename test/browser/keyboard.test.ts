import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
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

const hasKeyboard = (element: Locator) => eventually(() => chat.hasKeyboard(element));
const press = (key: string) => chat.page.keyboard.press(key);

/** Conversations, of which the last one is the first in the list and is shown. */
async function talkAbout(...subjects: string[]): Promise<void> {
  for (const [place, subject] of subjects.entries()) {
    if (place > 0) await chat.button('New conversation').click();
    await chat.isIdle();
    await chat.ask(subject);
    await chat.button(subject).waitFor();
  }
}

/** An answer that goes on until it is stopped. */
async function beginAnswer(): Promise<void> {
  world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
  await chat.send('Tell me all');
  await chat.page.getByText('half of it').waitFor();
}

const isStopped = () => chat.page.getByText('Stopped.', { exact: true }).waitFor();

/** The Enter that ends the choice of a word, as Safari sends it: after the end of the composition. */
const endComposition = (field: Locator) =>
  field.evaluate((element) => {
    element.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '日本' }));
    const event = new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true });
    element.dispatchEvent(event);
    return event.defaultPrevented;
  });

test('the Enter that ends the choice of a word does not send it', async () => {
  await chat.input.fill('日本');
  expect(await endComposition(chat.input)).toBe(false);
  expect(await chat.input.inputValue()).toBe('日本');
  await chat.input.press('Enter');
  await chat.messages.nth(1).waitFor();
  await chat.isIdle();
  expect(chat.asked.map(({ body }) => body)).toEqual([{ message: '日本' }]);
});

test('nor does it send an edited message', async () => {
  await chat.ask('one');
  await chat.button('Edit message').click();
  await chat.editor.fill('日本');
  expect(await endComposition(chat.editor)).toBe(false);
  expect(await chat.editor.inputValue()).toBe('日本');
  expect(chat.asked).toHaveLength(1);
});

test('the message field has the keyboard when the page is there, and in a new conversation or another one', async () => {
  await hasKeyboard(chat.input);
  await talkAbout('About cats');
  await chat.button('New conversation').click();
  await hasKeyboard(chat.input);
  await chat.button('About cats').click();
  await chat.messages.first().waitFor();
  await hasKeyboard(chat.input);
});

test('where the list covers what it leads to, the message field has the keyboard once something was chosen', async () => {
  await talkAbout('About cats', 'About dogs');
  await chat.page.setViewportSize({ width: 320, height: 256 });
  await chat.button('Conversations').press('Enter');
  await chat.button('About cats').press('Enter');
  await eventually(async () => (await chat.texts())[0] === 'About cats');
  await hasKeyboard(chat.input);
});

test('on a touch device nothing opens the keyboard but its user', async () => {
  await chat.close();
  chat = await ChatPage.open(world, { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true });
  await chat.isIdle();
  expect(await chat.page.evaluate(() => document.activeElement?.localName)).toBe('body');
  await chat.input.tap();
  await hasKeyboard(chat.input);
  await chat.page.keyboard.type('one');
  await chat.button('Send').tap();
  await chat.messages.nth(1).waitFor();
  await chat.isIdle();
  await chat.button('Conversations').tap();
  await chat.page.getByRole('navigation').getByRole('button', { name: 'New conversation' }).tap();
  await chat.page.getByRole('heading', { name: 'How can I help?' }).waitFor();
  // The list is gone, and what opens it is what is next.
  await hasKeyboard(chat.button('Conversations'));
});

test('the first stop of the page leads past everything, to the message field', async () => {
  await talkAbout('About cats');
  const skip = chat.button('Skip to message field');
  const stops = chat.page.locator('a[href], button, input, select, textarea, [tabindex]');
  expect(await stops.first().evaluate((first) => first.textContent)).toBe('Skip to message field');
  await chat.button('Hide conversations').focus();
  await press('Shift+Tab');
  await hasKeyboard(skip);
  const { width, height } = await boxOf(skip);
  expect(Math.min(width, height)).toBeGreaterThan(24);
  await press('Enter');
  await hasKeyboard(chat.input);
});

test('a list of conversations takes two stops, however long it is; the arrow keys go through it', async () => {
  const subjects = Array.from({ length: 12 }, (_, place) => `Subject ${place}`);
  for (const message of subjects) await new Client(world.host.url).chat({ message });
  await chat.page.reload();
  await chat.button('Subject 11').waitFor();
  await chat.search.focus();
  await press('Tab');
  await hasKeyboard(chat.button('Subject 11'));
  await press('ArrowUp');
  await hasKeyboard(chat.button('Subject 11'));
  await press('ArrowDown');
  await hasKeyboard(chat.button('Subject 10'));
  await press('End');
  await hasKeyboard(chat.button('Subject 0'));
  await press('ArrowDown');
  await hasKeyboard(chat.button('Subject 0'));
  await press('Tab');
  await hasKeyboard(chat.button('Actions for Subject 0'));
  await press('Home');
  await hasKeyboard(chat.button('Subject 11'));
  await press('ArrowDown');
  await press('Tab');
  await press('Tab');
  expect(await chat.page.locator('.parley-conversations :focus').count()).toBe(0);
  // Where the user was, Tab leads back to.
  await press('Shift+Tab');
  await hasKeyboard(chat.button('Actions for Subject 10'));
  await press('Shift+Tab');
  await press('Enter');
  await eventually(async () => (await chat.texts())[0] === 'Subject 10');
});

test('after a deletion the keyboard is at the next conversation, or at what begins one', async () => {
  await talkAbout('One', 'Two', 'Three');
  const remove = async (title: string) => {
    await chat.choose(title, 'Delete');
    await chat.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
    await chat.button(title).waitFor({ state: 'detached' });
  };
  // Of these three, the first is the one that is shown, and the last one of the list.
  await chat.button('One').click();
  await remove('Two');
  await hasKeyboard(chat.button('One'));
  await remove('One');
  await chat.page.getByRole('heading', { name: 'How can I help?' }).waitFor();
  await hasKeyboard(chat.button('Three'));
  await remove('Three');
  await hasKeyboard(chat.button('New conversation'));
});

test('what leaves the page when it is used leaves the keyboard behind at a sensible place', async () => {
  world.upstream.enqueue({ deltas: ['It stays there.\n\n'.repeat(60)] });
  await chat.ask('Where do sessions go?');
  await chat.list.evaluate((list) => list.scrollTo({ top: 0 }));
  await chat.button('Jump to latest').press('Enter');
  await hasKeyboard(chat.list);
  await chat.edit(0, 'Where do they go?');
  await hasKeyboard(chat.input);
  await chat.button('Dismiss').press('Enter');
  await hasKeyboard(chat.input);
  await beginAnswer();
  await chat.button('Stop').press('Enter');
  await isStopped();
  await hasKeyboard(chat.input);
});
