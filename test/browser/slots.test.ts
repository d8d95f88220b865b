import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { bundlePage } from './bundle-page.ts';
import { calling, openShop } from './shop.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, type World } from './world.ts';

let world: World;
let html: string;
let chat: ChatPage;
beforeAll(async () => {
  [world, html] = await Promise.all([openShop('memory'), bundlePage('slots')]);
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await ChatPage.open(world);
  await chat.show(html);
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const panel = () => chat.page.getByRole('region', { name: 'Support', exact: true });
const told = () => chat.page.locator('output').innerText();

test('an app puts its own header and its own invitation into the panel, and renames it and its buttons', async () => {
  await panel().getByText('How can we help?').waitFor();
  expect(await panel().getByText('Ask something to begin.').count()).toBe(0);
  expect(await panel().getByRole('heading', { level: 1 }).innerText()).toBe('Support, 0 messages');
  await chat.ask('Hello');
  expect(await chat.button('Copy text').count()).toBe(2);
  await panel().getByRole('heading', { name: 'Support, 2 messages' }).waitFor();
  expect(await panel().getByText('How can we help?').count()).toBe(0);
  await panel().getByText('We say: You said: Hello').waitFor({ state: 'attached' });
  expect(await violationsOf(chat.page)).toEqual([]);
});

test('an app adds actions to messages, and leaves some out', async () => {
  await chat.ask('Hello');
  const names = (place: number) =>
    chat.messages
      .nth(place)
      .getByRole('button')
      .evaluateAll((all) => all.map((button) => button.getAttribute('aria-label') ?? button.textContent));
  expect(await names(0)).toEqual(['Copy text', 'Share']);
  expect(await names(1)).toEqual(['Copy text', 'Good answer', 'Bad answer', 'Share']);
  await chat.buttonOf(0, 'Share').click();
  await eventually(async () => (await told()) === 'user: Hello');
  await chat.buttonOf(1, 'Share').click();
  await eventually(async () => (await told()) === 'assistant: You said: Hello');
});

test('an app shows code and links of answers by components of its own', async () => {
  world.upstream.enqueue({ deltas: ['See [the docs](https://example.com/a).\n\n```ts\nlet a;\n```\n'] });
  await chat.ask('How?');
  const figure = panel().getByRole('figure', { name: 'ts, complete' });
  expect((await figure.innerText()).trim()).toBe('let a;');
  expect(await panel().getByTitle('https://example.com/a').innerText()).toBe('the docs');
  expect(await panel().locator('pre, a').count()).toBe(0);
});

test('an app draws calls of tools by a component of its own, those that it picks, and none of them is folded', async () => {
  const calls = ['search', 'track', 'track'].map((tool): [string, object] => [tool, {}]);
  world.upstream.enqueue(calling('', ...calls), { deltas: ['So.'] });
  await chat.ask('How?');
  expect(await panel().getByRole('figure', { name: 'orders/search, ok' }).innerText()).toBe('Done.');
  expect(await chat.steps.count()).toBe(2);
  expect(await chat.step('Used orders/track').count()).toBe(2);
});

test('an app is told what an answer was rated, once that is stored', async () => {
  await chat.ask('Hello');
  const request = chat.page.waitForRequest('**/chat/feedback');
  await chat.button('Bad answer').click();
  const { session_id, turn_id, rating } = (await request).postDataJSON();
  expect(rating).toBe('down');
  await eventually(async () => (await told()) === `${session_id} ${turn_id} down`);
});
