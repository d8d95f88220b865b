import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { whereItIs } from './where-it-is.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;
/** When the conversation was had, as the service says. */
let had: Date;

beforeAll(async () => {
  world = await startWorld('memory', { SESSION_TTL_SECONDS: '864000' });
  const client = new Client(world.host.url);
  await client.chat({ message: 'About cats' });
  const { sessions } = (await (await client.get('/chat/sessions')).json()) as { sessions: { updated: string }[] };
  had = new Date(sessions[0]?.updated ?? '');
});
afterAll(() => world.stop());
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** The page as it is so much later, as far as it can tell; at noon, if nothing else is said. */
async function later(ms: number, options: BrowserContextOptions = {}): Promise<void> {
  chat = await ChatPage.open(world, { locale: 'en-US', timezoneId: whereItIs(12), ...options });
  await chat.page.clock.setFixedTime(Date.now() + ms);
  await chat.page.reload();
  await chat.button('About cats').waitFor();
}

const heading = () => chat.page.locator('.parley-group').innerText();

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
  const year = had.toLocaleDateString(locale, { timeZone: timezoneId, month: 'long', year: 'numeric' });
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
