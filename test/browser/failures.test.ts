import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { bundlePage } from './bundle-page.ts';
import type {} from './panels/main.tsx';
import { breaksOff, ChatPage, startWorld, type World } from './world.ts';

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

/** What the failure offers, as it stands there. */
const buttons = () => chat.page.locator('.parley-failure').getByRole('button').allInnerTexts();

const refusedByFilter = { error: { code: 'content_filter', message: 'no' } };

test('where trying again cannot help, the message is to be edited, and the keyboard is there', async () => {
  world.upstream.enqueue({ status: 400, body: refusedByFilter });
  await chat.send('Something dreadful');
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe('The content filter stopped this. Try asking in other words.');
  expect(await buttons()).toEqual(['Edit message']);
  await chat.button('Edit message').click();
  await eventually(async () => (await chat.input.inputValue()) === 'Something dreadful');
  expect(await chat.hasKeyboard(chat.input)).toBe(true);
  await chat.input.fill('Something nice');
  await chat.input.press('Enter');
  await eventually(async () => (await chat.texts()).join('|') === 'Something nice|You said: Something nice');
});

test('a failure stands under the message that failed, among the messages, in their column', async () => {
  await chat.ask('Hello');
  world.upstream.enqueue(breaksOff);
  await chat.send('Hello again');
  await chat.alert.waitFor();
  const inList = await chat.list
    .locator('.parley-list > li')
    .evaluateAll((all) => all.map((each) => each.className.trim().split(' ').at(-1)));
  expect(inList.slice(-2)).toEqual(['parley-last', 'parley-failure']);
  const lefts = await chat.list
    .locator('.parley-markdown, .parley-failure > .parley-icon')
    .evaluateAll((all) => all.map((each) => Math.round(each.getBoundingClientRect().left)));
  expect(new Set(lefts).size).toBe(1);
  // One of the two is the main one.
  const grounds = await chat.page
    .locator('.parley-failure button')
    .evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor));
  expect(grounds.map((ground) => ground === 'rgba(0, 0, 0, 0)')).toEqual([false, true]);
});

test('where trying again may help, both are offered', async () => {
  world.upstream.enqueue(breaksOff);
  await chat.send('Hello');
  await chat.alert.waitFor();
  expect(await buttons()).toEqual(['Try again', 'Edit message']);
});

test('an answer that was asked for anew, and failed, is let go: there is no message to edit', async () => {
  await chat.ask('Hello');
  world.upstream.enqueue({ status: 400, body: refusedByFilter });
  await chat.button('Regenerate').click();
  await chat.alert.waitFor();
  expect(await buttons()).toEqual(['Cancel']);
  await chat.button('Cancel').click();
  await eventually(async () => (await chat.texts()).join('|') === 'Hello|You said: Hello');
});

test('a busy model says so, and for how long', async () => {
  world.upstream.enqueue({ status: 429, headers: { 'retry-after': '298' } });
  // It counts down by this.
  await chat.page.clock.setFixedTime(Date.now());
  await chat.send('Hello');
  await chat.page.getByRole('timer').waitFor();
  expect(await chat.alert.innerText()).toBe('The model is busy.');
  expect(await chat.page.getByRole('timer').innerText()).toMatch(/^You can try again in 29[678] s\.$/);
  expect(await chat.button('Try again').isDisabled()).toBe(true);
  expect(await chat.button('Edit message').isEnabled()).toBe(true);
});

test('a message that is too long is told without counts of tokens', async () => {
  await chat.send('word '.repeat(6_000));
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe('This message is too long. Shorten it, or send it in parts.');
  expect(await buttons()).toEqual(['Edit message']);
});

test('of a failure that the page does not know, the service’s own words are shown', async () => {
  const problem = { status: 418, code: 'teapot', title: 'Teapot', detail: 'It is a <b>teapot</b>.', retryable: false };
  await chat.page.route('**/chat/stream', (route) =>
    route.fulfill({ status: 418, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  );
  await chat.send('Coffee');
  await chat.alert.waitFor();
  expect(await chat.alert.innerText()).toBe('It is a <b>teapot</b>.');
});

test('a conversation that cannot be read can be read again', async () => {
  await chat.ask('Hello');
  await chat.page.route('**/chat/history/*', (route) => route.fulfill({ status: 503 }));
  await chat.page.reload();
  await chat.alert.waitFor();
  expect(await buttons()).toEqual(['Try again']);
  await chat.page.unroute('**/chat/history/*');
  await chat.button('Try again').click();
  await eventually(async () => (await chat.texts()).join('|') === 'Hello|You said: Hello');
});

test('a message without an answer outlives that its conversation could not be read', async () => {
  await chat.ask('Hello');
  world.upstream.enqueue(breaksOff);
  await chat.send('Lost');
  await chat.alert.waitFor();
  await chat.page.route('**/chat/history/*', (route) => route.fulfill({ status: 503 }));
  await chat.page.reload();
  await chat.alert.waitFor();
  await chat.page.unroute('**/chat/history/*');
  await chat.button('Try again').click();
  await eventually(async () => (await chat.texts()).join('|') === 'Hello|You said: Hello|Lost');
  await chat.button('Try again').click();
  await eventually(async () => (await chat.texts()).at(-1) === 'You said: Lost');
});

test('an answer of which nothing is heard for ten seconds is said to be on its way still', async () => {
  const gate = world.upstream.gate();
  world.upstream.enqueue({ deltas: [gate, 'At last.'] });
  await chat.send('Take your time');
  await chat.button('Stop').waitFor();
  const said = chat.notice.filter({ hasText: 'Still working …' });
  expect(await said.count()).toBe(0);
  await said.waitFor();
  gate.open();
  await chat.isIdle();
  expect(await said.count()).toBe(0);
});

test('an app hears of each failure once, with what its developers need', async () => {
  const { page } = chat;
  const html = await bundlePage('panels');
  await page.route(/\/fixture/, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(new URL('/fixture', world.url).href);
  const field = page.locator('#first').getByRole('textbox', { name: 'Message', exact: true });
  world.upstream.enqueue({ status: 400, body: refusedByFilter });
  await field.fill('Something dreadful');
  await field.press('Enter');
  await chat.alert.waitFor();
  expect(await page.evaluate(() => failures)).toEqual([
    {
      code: 'content-filtered',
      detail: 'The content filter of the model refused this.',
      retryable: false,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  ]);
  await page.reload();
  await chat.alert.waitFor();
  expect(await page.evaluate(() => failures)).toEqual([]);
});
