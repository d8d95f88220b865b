import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { openShop, type Shop } from './shop.ts';
import { shopAssistant, states } from './states.ts';
import { violationsOf } from './violations.ts';
import { ChatPage } from './world.ts';

let world: Shop;
beforeAll(async () => {
  world = await openShop('memory', shopAssistant);
});
afterAll(() => world.stop());
afterEach(async () => {
  await world.network.stop();
  await world.network.listen();
  await new Client(world.host.url).delete('/chat/sessions');
});

test.each(Object.entries(states))('in the state %s the page breaks no rule of accessibility', async (_, reach) => {
  const chat = await ChatPage.open(world);
  await chat.isIdle();
  await reach(chat, world);
  expect(await violationsOf(chat.page)).toEqual([]);
  // Nothing is cut off, however narrow the page.
  expect(await chat.isTooWide()).toBe(false);
  await chat.close();
});
