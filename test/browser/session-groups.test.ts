import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;

beforeAll(async () => {
  world = await startWorld('memory', { SESSION_TTL_SECONDS: '864000' });
  await new Client(world.host.url).chat({ message: 'About cats' });
});
afterAll(() => world.stop());
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** The page as it is so much later, as far as it can tell. */
async function later(ms: number, options: BrowserContextOptions = {}): Promise<void> {
  chat = await ChatPage.open(world, { locale: 'en-US', ...options });
  await chat.page.clock.setFixedTime(Date.now() + ms);
  await chat.page.reload();
  await chat.button('About cats').waitFor();
}

const heading = () => chat.page.locator('.parley-group').innerText();
/** Where it is so many o'clock now, or a little later. */
const whereItIs = (hour: number) => {
  const ahead = (hour - new Date().getUTCHours() + 24) % 24;
  return `Etc/GMT${ahead <= 12 ? `-${ahead}` : `+${24 - ahead}`}`;
};

test.each([
  [0, 'Today'],
  [1, 'Yesterday'],
  [2, 'Last 7 days'],
  [7, 'Last 7 days'],
])('a conversation of %i days ago is listed under %j', async (days, expected) => {
  await later(days * DAY_MS);
  expect(await heading()).toBe(expected);
});

test.each([
  ['en-US', 'UTC'],
  ['de-DE', 'Europe/Berlin'],
])('an older one is listed under its month, in the words of %s', async (locale, timezoneId) => {
  const year = new Date().toLocaleDateString(locale, { timeZone: timezoneId, month: 'long', year: 'numeric' });
  await later(370 * DAY_MS, { locale, timezoneId });
  expect(await heading()).toBe(year);
});

test.each([
  [2, 'Today'],
  [20, 'Yesterday'],
])(
  'twelve hours after one that was had at %i h it is under %j: days are those where the user is',
  async (hour, expected) => {
    await later(DAY_MS / 2, { timezoneId: whereItIs(hour) });
    expect(await heading()).toBe(expected);
  },
);
