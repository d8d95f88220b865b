import type { Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Assistant } from '../../packages/parley-client/src/index.ts';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  world.upstream.requests.length = 0;
  chat = await ChatPage.open(world);
  await card('Assistant').waitFor();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
  await new Client(world.host.url).delete('/chat/sessions');
});

const card = (title: string) => chat.page.getByRole('radio', { name: title, exact: true });
const starters = () => chat.page.getByRole('list', { name: 'Suggestions' }).getByRole('button');
/** As many assistants as are wanted, in place of the service's. */
const offer = async (count: number) => {
  const assistants: Assistant[] = Array.from({ length: count }, (_, place) => ({
    name: place === 0 ? 'default' : `number-${place}`,
    title: `Number ${place}`,
    description: 'Knows one thing, and knows it well.',
    avatar: place % 2 === 0 ? '🦉' : 'N',
    starters: { en: [`Ask number ${place}`] },
  }));
  const answer = (route: Route) => route.fulfill({ json: { assistants } });
  await chat.page.route('**/chat/assistants', answer);
  await chat.page.reload();
  await starters().first().waitFor();
};

test('asks with whom the conversation is to be: by keyboard, one of them, the service’s default at first', async () => {
  const titles = await chat.page
    .getByRole('radio')
    .evaluateAll((all) => all.map((each) => each.ariaLabelledByElements));
  expect(titles).toHaveLength(5);
  expect(await card('Assistant').isChecked()).toBe(true);
  await card('Assistant').focus();
  await chat.page.keyboard.press('ArrowDown');
  expect(await card('Code reviewer').isChecked()).toBe(true);
  expect(await chat.hasKeyboard(card('Code reviewer'))).toBe(true);
  await starters().getByText('What should a code review look for first?').waitFor();
  await chat.page.keyboard.press('ArrowUp');
  await chat.page.keyboard.press('ArrowUp');
  expect(await card('Data analyst').isChecked()).toBe(true);
  expect(await chat.page.getByRole('radio', { checked: true }).count()).toBe(1);
  await chat.page.keyboard.press('Tab');
  expect(await chat.hasKeyboard(starters().first())).toBe(true);
});

test('a starter is asked at once, of the assistant that is picked, and the keyboard goes on in the message field', async () => {
  await card('Code reviewer').check();
  const question = 'What should a code review look for first?';
  await starters().getByText(question).click();
  await chat.messages.nth(1).waitFor();
  await chat.isIdle();
  expect(await chat.texts()).toEqual([question, `You said: ${question}`]);
  expect(chat.asked.map(({ body }) => body)).toMatchObject([{ message: question, assistant: 'code-reviewer' }]);
  expect(JSON.stringify(world.upstream.requests[0]?.body['messages'])).toContain('experienced software engineer');
  expect(await chat.hasKeyboard(chat.input)).toBe(true);
  expect(await starters().count()).toBe(0);
});

test('what was written before a starter was asked is still there to be sent', async () => {
  await chat.input.fill('And another thing');
  await starters().first().click();
  await chat.messages.nth(1).waitFor();
  expect(await chat.input.inputValue()).toBe('And another thing');
});

test('the header says with whom a conversation is, also after a reload, where there is nothing to choose any more', async () => {
  await card('Data analyst').check();
  await chat.ask('Hello');
  const told = chat.page.getByRole('banner').getByText('Data analyst', { exact: true });
  await told.waitFor();
  await chat.page.reload();
  await told.waitFor();
  expect(await chat.page.getByRole('radio').count()).toBe(0);
  await chat.button('New conversation').first().click();
  await card('Assistant').waitFor();
});

test('where there is one assistant there is nothing to choose', async () => {
  await offer(1);
  expect(await starters().allInnerTexts()).toEqual(['Ask number 0']);
  expect(await chat.page.getByRole('radio').count()).toBe(0);
  expect(await violationsOf(chat.page)).toEqual([]);
});

test.each([
  [1440, 900],
  [390, 844],
  [320, 640],
])(
  'forty assistants scroll among themselves, at %d × %d, and the message field stays in sight',
  async (width, height) => {
    await chat.page.setViewportSize({ width, height });
    await offer(40);
    expect(await chat.page.getByRole('radio').count()).toBe(40);
    await card('Number 39').check();
    await starters().getByText('Ask number 39').waitFor();
    const field = await boxOf(chat.input);
    expect(field.bottom).toBeLessThanOrEqual(height);
    expect(await chat.isTooWide()).toBe(false);
    expect(await violationsOf(chat.page)).toEqual([]);
  },
);

test('a phone shows it from its beginning', async () => {
  await chat.page.setViewportSize({ width: 320, height: 480 });
  await chat.page.reload();
  await starters().first().waitFor();
  await eventually(() => chat.list.evaluate(({ scrollTop }) => scrollTop === 0));
  const greeting = await boxOf(chat.page.getByRole('heading', { name: 'How can I help?' }));
  expect(greeting.y).toBeGreaterThan(0);
});

test('assistants that could not be read are said to be so, and are read when that is wanted', async () => {
  await chat.page.route('**/chat/assistants', (route) => route.fulfill({ status: 503 }));
  await chat.page.reload();
  await chat.page.getByText('The assistants could not be read.').waitFor();
  expect(await violationsOf(chat.page)).toEqual([]);
  await chat.page.unroute('**/chat/assistants');
  await chat.page.getByRole('main').getByRole('button', { name: 'Try again' }).click();
  await card('Assistant').waitFor();
});

test('each assistant has a picture, which loads', async () => {
  const sizes = await chat.page.locator('.parley-card img').evaluateAll((images) =>
    Promise.all(
      (images as HTMLImageElement[]).map(async (image) => {
        await image.decode();
        return image.naturalWidth > 0;
      }),
    ),
  );
  expect(sizes).toEqual([true, true, true, true, true]);
});
