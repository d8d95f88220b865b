import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { ChatPage, type StoreKind, startWorld, type World } from './world.ts';

describe.each<StoreKind>(['memory', 'redis'])('with sessions in %s, an answer', (store) => {
  let world: World;
  let chat: ChatPage;
  beforeAll(async () => {
    world = await startWorld(store);
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    chat = await ChatPage.open(world);
    await chat.isIdle();
    await chat.ask('Where do sessions go?');
  });
  afterEach(async () => {
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  const pressed = async () => {
    const buttons = chat.page.locator('.parley-thumb[aria-pressed=true]');
    return buttons.evaluateAll((all) => all.map((button) => button.getAttribute('aria-label')));
  };
  const isPressed = (...names: string[]) => eventually(async () => (await pressed()).join() === names.join());
  const stored = async () => {
    const response = await new Client(world.host.url).get(`/chat/history/${chat.sessionId}`);
    const { messages } = (await response.json()) as { messages: { feedback?: { rating: string } }[] };
    return messages[1]?.feedback?.rating;
  };

  test('is rated, and rated anew, and is so after a reload', async () => {
    expect(await pressed()).toEqual([]);
    await chat.button('Good answer').click();
    await isPressed('Good answer');
    await eventually(async () => (await stored()) === 'up');
    await chat.button('Bad answer').press('Enter');
    await isPressed('Bad answer');
    await eventually(async () => (await stored()) === 'down');
    await chat.page.reload();
    await isPressed('Bad answer');
  });

  test('is rated once by pressing the same button twice', async () => {
    const sent: string[] = [];
    chat.page.on('request', (request) => request.url().endsWith('/chat/feedback') && sent.push(request.url()));
    await chat.button('Good answer').dblclick();
    await eventually(async () => (await stored()) === 'up');
    expect(sent).toHaveLength(1);
    await isPressed('Good answer');
  });

  test('keeps its rating where another one cannot be stored, and that is said', async () => {
    await chat.button('Good answer').click();
    await eventually(async () => (await stored()) === 'up');
    await chat.page.route('**/chat/feedback', (route) => route.abort());
    await chat.button('Bad answer').click();
    await chat.page.getByText('Your rating could not be saved.').waitFor();
    await isPressed('Good answer');
    await chat.page.unroute('**/chat/feedback');
    await chat.button('Bad answer').click();
    await isPressed('Bad answer');
    expect(await chat.page.getByText('Your rating could not be saved.').count()).toBe(0);
    await eventually(async () => (await stored()) === 'down');
  });
});
