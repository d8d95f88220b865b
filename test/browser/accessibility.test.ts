import axe from 'axe-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { states } from './states.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
afterEach(async () => {
  await world.network.stop();
  await world.network.listen();
  await new Client(world.host.url).delete('/chat/sessions');
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test.each(Object.entries(states))('the state %s breaks no rule of accessibility', async (_, reach) => {
    const chat = await ChatPage.open(world, { colorScheme });
    await chat.isIdle();
    await reach(chat, world);
    await chat.page.evaluate(axe.source);
    const { violations, passes } = await chat.page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(),
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
    expect(passes.length).toBeGreaterThan(10);
    // Nothing is cut off, however narrow the page.
    const { scrollWidth, clientWidth } = await chat.page.evaluate(() => document.documentElement);
    expect(scrollWidth).toBe(clientWidth);
    await chat.close();
  });
});
