import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
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

const press = (key: string) => chat.page.keyboard.press(key);
const hasKeyboard = (name: string) => eventually(() => chat.hasKeyboard(chat.button(name)));
const item = (name: string) => chat.page.getByRole('menuitem', { name, exact: true });
const isAt = (name: string) => eventually(() => chat.hasKeyboard(item(name)));
/** A menu has the keyboard before its button tells that it is open. */
const isExpanded = (button: Locator) => eventually(async () => (await button.getAttribute('aria-expanded')) === 'true');
const drawer = () => chat.page.getByRole('dialog', { name: 'Conversations' });

/** An answer that goes on until it is stopped. */
async function beginAnswer(): Promise<void> {
  world.upstream.enqueue({ deltas: ['half of it', world.upstream.gate()] });
  await chat.send('Tell me all');
  await chat.page.getByText('half of it').waitFor();
}

test('a menu is had by the keyboard: it opens at its first item, the arrows go round, Escape gives the keyboard back', async () => {
  await chat.ask('About cats');
  const button = chat.button('Actions for About cats');
  await button.focus();
  expect(await button.getAttribute('aria-expanded')).toBe('false');
  await press('Enter');
  await isAt('Rename');
  await isExpanded(button);
  await press('ArrowDown');
  await isAt('Pin');
  await press('ArrowUp');
  await press('ArrowUp');
  await isAt('Delete');
  await press('ArrowDown');
  await isAt('Rename');
  await press('End');
  await isAt('Delete');
  await press('Home');
  await isAt('Rename');
  await press('Escape');
  await hasKeyboard('Actions for About cats');
  expect(await chat.page.getByRole('menu').count()).toBe(0);
  await press('ArrowDown');
  await isAt('Rename');
  await press('Tab');
  await chat.page.getByRole('menu').waitFor({ state: 'detached' });
  expect(await chat.page.evaluate(() => document.activeElement?.localName)).not.toBe('body');
});

test('an arrow opens a menu again in the moment in which it closed', async () => {
  await chat.ask('About cats');
  const button = chat.button('Actions for About cats');
  await button.press('ArrowDown');
  await isAt('Rename');
  await chat.page.getByRole('menu').evaluate((menu: HTMLElement) => {
    menu.hidePopover();
    // Before the browser tells the page that it is closed.
    const key = new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(key);
  });
  await isAt('Rename');
  await isExpanded(button);
});

test('Escape that closes a menu stops no answer, and one menu closes as another opens', async () => {
  await chat.ask('About cats');
  await beginAnswer();
  await chat.button('Actions for this conversation').click();
  await chat.button('Actions for About cats').click();
  await eventually(async () => (await chat.page.getByRole('menu').count()) === 1);
  await press('Escape');
  await eventually(async () => (await chat.page.getByRole('menu').count()) === 0);
  expect(await chat.button('Stop').isEnabled()).toBe(true);
  await press('Escape');
  await chat.page.getByText('Stopped.', { exact: true }).waitFor();
});

test.each([
  ['right-to-left', 'rtl'],
  ['left-to-right', 'ltr'],
])('a menu stands beside its button and whole on the screen, %s', async (_, direction) => {
  for (let number = 1; number <= 20; number += 1) await client.chat({ message: `Number ${number}` });
  await chat.page.reload();
  await chat.button('Number 1').waitFor();
  await chat.page.evaluate((dir) => document.documentElement.setAttribute('dir', dir), direction);
  for (const title of ['Number 20', 'Number 10', 'Number 1']) {
    const button = chat.button(`Actions for ${title}`);
    await button.scrollIntoViewIfNeeded();
    await button.click();
    const [from, menu] = await Promise.all([boxOf(button), boxOf(chat.page.getByRole('menu'))]);
    const { width = 0, height = 0 } = chat.page.viewportSize() ?? {};
    expect(menu.x).toBeGreaterThanOrEqual(0);
    expect(menu.right).toBeLessThanOrEqual(width);
    expect(menu.bottom).toBeLessThanOrEqual(height);
    const gap = Math.min(Math.abs(menu.y - from.bottom), Math.abs(from.y - menu.bottom));
    expect(gap).toBeLessThan(10);
    await press('Escape');
  }
});

test('the sidebar is put away and brought back with the keyboard at hand, and stays as it was left', async () => {
  await chat.ask('About cats');
  await chat.button('Hide conversations').press('Enter');
  await hasKeyboard('Conversations');
  expect(await chat.page.getByRole('navigation').count()).toBe(0);
  await chat.page.reload();
  await chat.isIdle();
  expect(await chat.page.getByRole('navigation').count()).toBe(0);
  await chat.button('New conversation').click();
  await chat.page.getByRole('heading', { name: 'New conversation' }).waitFor();
  await chat.button('Conversations').press('Enter');
  await hasKeyboard('Hide conversations');
  await chat.button('About cats').waitFor();
  await chat.page.reload();
  await chat.button('About cats').waitFor();
});

test('on a phone the conversations are a drawer, which has the keyboard until it is closed', async () => {
  await chat.ask('About cats');
  await chat.page.setViewportSize({ width: 390, height: 700 });
  await chat.page.getByRole('navigation').waitFor({ state: 'detached' });
  await chat.button('Conversations').press('Enter');
  await hasKeyboard('Hide conversations');
  const stops = new Set<string>();
  for (let stop = 0; stop < 15; stop += 1) {
    await press('Tab');
    stops.add(
      await chat.page.evaluate(() => {
        const { activeElement, body } = document;
        return activeElement === body || activeElement?.closest('.parley-sidebar') ? 'in' : 'behind';
      }),
    );
  }
  expect([...stops]).toEqual(['in']);
  await chat.search.focus();
  await press('Escape');
  await hasKeyboard('Conversations');
  expect(await drawer().count()).toBe(0);
});

test('Escape that closes the drawer stops no answer; nor does one that closes a menu in it close the drawer', async () => {
  await chat.ask('About cats');
  await beginAnswer();
  await chat.page.setViewportSize({ width: 390, height: 700 });
  await chat.button('Conversations').click();
  await chat.button('Actions for About cats').click();
  await press('Escape');
  await hasKeyboard('Actions for About cats');
  expect(await drawer().isVisible()).toBe(true);
  await press('Escape');
  await hasKeyboard('Conversations');
  expect(await chat.button('Stop').isEnabled()).toBe(true);
  await press('Escape');
  await chat.page.getByText('Stopped.', { exact: true }).waitFor();
});

test('a press beside the drawer closes it, and presses nothing that lies behind', async () => {
  await chat.ask('About cats');
  await chat.page.setViewportSize({ width: 390, height: 700 });
  await chat.input.fill('Not to be sent');
  const send = await boxOf(chat.button('Send'));
  await chat.button('Conversations').click();
  await drawer().waitFor();
  await chat.page.mouse.click(send.right - 5, send.y + 5);
  await hasKeyboard('Conversations');
  expect(await drawer().count()).toBe(0);
  expect(await chat.input.inputValue()).toBe('Not to be sent');
  expect(chat.asked).toHaveLength(1);
});

test('a press in the drawer, or in what it opens, closes nothing but what leads on', async () => {
  await chat.ask('About cats');
  await chat.page.setViewportSize({ width: 390, height: 700 });
  await chat.button('Conversations').click();
  await chat.choose('About cats', 'Pin');
  await chat.page.getByRole('list', { name: 'Pinned' }).waitFor();
  await chat.choose('About cats', 'Delete');
  await chat.page.getByRole('dialog', { name: 'Delete' }).getByRole('button', { name: 'Cancel' }).click();
  expect(await drawer().isVisible()).toBe(true);
  await chat.button('About cats').click();
  await drawer().waitFor({ state: 'detached' });
  expect(await chat.hasKeyboard(chat.input)).toBe(true);
});

test('a drawer that is open as the screen becomes wide is the sidebar there, and keeps nobody from anything', async () => {
  await chat.page.setViewportSize({ width: 390, height: 700 });
  await chat.button('Conversations').click();
  await drawer().waitFor();
  await chat.page.setViewportSize({ width: 1280, height: 700 });
  await drawer().waitFor({ state: 'detached' });
  await chat.page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  await chat.ask('About cats');
});
