import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { bundlePage } from './bundle-page.ts';
import { breaksOff, ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('a message without an answer, with sessions in %s,', (store) => {
  let world: World;
  let chat: ChatPage;
  let client: Client;

  beforeAll(async () => {
    world = await startWorld(store);
    client = new Client(world.host.url);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await client.delete('/chat/sessions');
    world.upstream.requests.length = 0;
    chat = await ChatPage.open(world);
    await chat.isIdle();
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  const shows = (...texts: string[]) =>
    eventually(async () => JSON.stringify(await chat.texts()) === JSON.stringify(texts));
  const fail = async (message: string) => {
    world.upstream.enqueue(breaksOff);
    await chat.send(message);
    await chat.alert.waitFor();
  };
  const begin = async () => {
    await chat.button('New conversation').click();
    await chat.isIdle();
  };
  const isAskedAgainUnderItsKey = async (message: string) => {
    const keys = () => chat.asked.filter(({ body }) => body['message'] === message).map(({ key }) => key);
    const before = keys();
    await chat.button('Try again').click();
    await eventually(async () => (await chat.texts()).at(-1) === `You said: ${message}`);
    await chat.isIdle();
    expect(keys()).toEqual([...before, before[0]]);
  };

  test('does not come along into a new conversation, and is found in the list, also after a reload', async () => {
    await fail('Lost at first');
    await begin();
    await shows();
    expect(await chat.alert.count()).toBe(0);
    await chat.ask('Something else');
    await shows('Something else', 'You said: Something else');
    await begin();
    await shows();
    await chat.page.reload();
    await chat.isIdle();
    await shows();
    const [first, second] = [chat.sessions.nth(0), chat.sessions.nth(1)];
    await second.waitFor();
    expect(await first.innerText()).toMatch(/^Lost at first\s+not answered$/);
    await chat.button('Lost at first').click();
    await shows('Lost at first');
    await chat.alert.waitFor();
    await isAskedAgainUnderItsKey('Lost at first');
    await shows('Lost at first', 'You said: Lost at first');
    await eventually(async () => (await chat.sessions.allInnerTexts()).every((text) => !text.includes('not answered')));
    expect(await chat.sessions.count()).toBe(2);
  });

  test('is still there after another conversation was talked in, and after a reload', async () => {
    await chat.ask('In A');
    await fail('Lost in A');
    await begin();
    await chat.ask('In B');
    await chat.ask('More in B');
    await chat.sessions.getByText('not answered').waitFor();
    await chat.page.reload();
    await shows('In B', 'You said: In B', 'More in B', 'You said: More in B');
    await chat.button('In A').click();
    await shows('In A', 'You said: In A', 'Lost in A');
    expect(await chat.alert.innerText()).toBe('The model could not answer.');
    await isAskedAgainUnderItsKey('Lost in A');
    expect((await client.history(chat.sessionId)).map(({ content }) => content)).toEqual([
      ...['In A', 'You said: In A', 'Lost in A', 'You said: Lost in A'],
    ]);
  });

  test('can be deleted where it is listed, and is then nowhere', async () => {
    await fail('Never sent');
    await chat.remove('Never sent');
    await shows();
    await eventually(async () => (await chat.sessions.count()) === 0);
    await chat.page.reload();
    await chat.isIdle();
    await shows();
    expect(await chat.page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('Never sent');
  });

  test('goes back to the message field, with the keyboard, where the user wants to edit it', async () => {
    await fail('Almost right');
    await chat.button('Edit message').click();
    await eventually(async () => (await chat.input.inputValue()) === 'Almost right');
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
    await shows();
    await eventually(async () => (await chat.sessions.count()) === 0);
  });

  test('is another one in each tab', async () => {
    await fail('Of this tab');
    const tab = await chat.page.context().newPage();
    await tab.goto(world.url);
    await tab.getByRole('heading', { name: 'How can I help?' }).waitFor();
    expect(await tab.getByText('Of this tab').count()).toBe(0);
  });
});

describe('panels on one page', () => {
  let world: World;
  let html: string;
  let page: Page;

  beforeAll(async () => {
    [world, html] = await Promise.all([startWorld('memory'), bundlePage('panels')]);
  });
  afterAll(() => world.stop());
  afterEach(() => page.context().close());

  const panel = (name: string) => page.locator(`#${name}`);
  const send = async (name: string, message: string) => {
    const field = panel(name).getByRole('textbox', { name: 'Message', exact: true });
    await field.fill(message);
    await field.press('Enter');
  };
  const shows = (name: string, ...texts: string[]) =>
    eventually(async () => {
      const shown = await panel(name).locator('.parley-verbatim, .parley-markdown').allTextContents();
      return JSON.stringify(shown.map((text) => text.trim())) === JSON.stringify(texts);
    });

  test.each([
    ['the same service', () => ''],
    ['two services', () => `?second=${encodeURIComponent(new URL(world.url).origin)}`],
  ])('keep apart what has no answer, and show it again after a reload, with %s', async (_, query) => {
    page = await (await world.browser.newContext()).newPage();
    await page.route(/\/fixture/, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto(new URL(`/fixture${query()}`, world.url).href);
    const gate = world.upstream.gate();
    world.upstream.enqueue({ deltas: ['One', gate, ' and two.'] });
    await send('first', 'Under way');
    await shows('first', 'Under way', 'One');
    world.upstream.enqueue(breaksOff);
    await send('second', 'Failed');
    await panel('second').getByRole('alert').waitFor();
    await page.reload();
    // A session is known to the page that has it: the panels begin anew, with what the tab keeps for each.
    await panel('second').getByRole('alert').waitFor();
    await shows('second', 'Failed');
    gate.open();
    await panel('second').getByRole('button', { name: 'Try again' }).click();
    await shows('second', 'Failed', 'You said: Failed');
    expect(await panel('first').getByText('Failed').count()).toBe(0);
  });
});
