import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
import { openShop, type Shop } from './shop.ts';
import { shopAssistant, states } from './states.ts';
import { ChatPage } from './world.ts';

let world: Shop;
let chat: ChatPage;

beforeAll(async () => {
  world = await openShop('memory', shopAssistant);
});
afterAll(() => world.stop());
beforeEach(() => new Client(world.host.url).delete('/chat/sessions'));
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

/** Pixels of messages that are in sight. */
async function readable(): Promise<number> {
  const { y, bottom } = await boxOf(chat.list);
  const height = await chat.page.evaluate(() => visualViewport?.height ?? 0);
  return Math.min(bottom, height) - Math.max(y, 0);
}

const scrollsInside = () => chat.input.evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight);
const draft = 'A long draft of many lines.\n'.repeat(20);

test.each([
  // 1280 x 1024 at 400 %, as WCAG 1.4.10 has it.
  ['zoomed in to 400 %', { viewport: { width: 320, height: 256 } }],
  // What a keyboard leaves of it.
  ['on a phone above its keyboard', { viewport: { width: 390, height: 360 }, hasTouch: true }],
  ['on a phone held sideways above its keyboard', { viewport: { width: 740, height: 200 }, hasTouch: true }],
])('%s there is room for messages, also beside a long draft', async (_, options) => {
  chat = await ChatPage.open(world, options);
  await chat.isIdle();
  world.upstream.enqueue({ deltas: ['It stays there.\n\n'.repeat(20)] });
  await chat.ask('Where do sessions go, and for how long do they stay there?');
  const { height } = options.viewport;
  expect(await readable()).toBeGreaterThanOrEqual(Math.min(110, height * 0.4));
  await chat.input.fill(draft);
  expect(await readable()).toBeGreaterThanOrEqual(height * 0.3);
  expect(await scrollsInside()).toBe(true);
  const { bottom } = await boxOf(chat.button('Send'));
  expect(bottom).toBeLessThanOrEqual(height);
  // The assistant can still be seen, and the conversations be reached.
  expect(await chat.page.getByRole('banner').getByText('Assistant').isVisible()).toBe(true);
  await chat.button('Conversations').click();
});

test('a keyboard that lies over the page, as on phones of Apple, covers nothing of it', async () => {
  chat = await ChatPage.open(world, { viewport: { width: 390, height: 700 }, hasTouch: true });
  await chat.isIdle();
  world.upstream.enqueue({ deltas: ['It stays there.\n\n'.repeat(20)] });
  await chat.ask('Where do sessions go?');
  // What such a browser tells the page: the layout is as before, and less of it can be seen.
  const seen = (height: number) =>
    chat.page.evaluate((shown) => {
      Object.defineProperty(visualViewport, 'height', { value: shown, configurable: true });
      visualViewport?.dispatchEvent(new Event('resize'));
    }, height);
  await seen(360);
  expect((await boxOf(chat.input)).bottom).toBeLessThanOrEqual(360);
  expect(await readable()).toBeGreaterThanOrEqual(190);
  await seen(700);
  expect(await readable()).toBeGreaterThanOrEqual(450);
});

test('the browser is told to make the page smaller where a keyboard opens', async () => {
  chat = await ChatPage.open(world);
  const viewport = await chat.page.locator('meta[name=viewport]').getAttribute('content');
  expect(viewport).toBe('width=device-width, initial-scale=1, interactive-widget=resizes-content');
});

/** What can be pressed in a state of the page, smaller than so many pixels on either side. */
async function smallerThan(width: number, height: number, among: string): Promise<string[]> {
  return await chat.page.locator(among).evaluateAll(
    (all, [width, height]) =>
      all
        .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.matches('.parley-skip'))
        .map((each) => ({ each, box: each.getBoundingClientRect() }))
        // Where layout makes 44, browsers tell 43.99994, too.
        .filter(({ box }) => box.width + 0.01 < (width ?? 0) || box.height + 0.01 < (height ?? 0))
        .map(({ each, box }) => `${each.outerHTML} ${box.width} x ${box.height}`),
    [width, height],
  );
}

const pressed = 'button, select, textarea, input, a.parley-button';
const main =
  '.parley-composer button, .parley-failure button:not(.parley-quiet), header button, nav button, select, dialog button';

test.each(Object.keys(states))('in the state %s there is nothing too small to be hit', async (name) => {
  chat = await ChatPage.open(world, { hasTouch: true });
  await chat.isIdle();
  expect(await chat.page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
  await states[name]?.(chat, world);
  expect(await smallerThan(24, 24, pressed)).toEqual([]);
  expect(await smallerThan(24, 44, main)).toEqual([]);
  await chat.page.context().setOffline(false);
  await world.network.stop();
  await world.network.listen();
});

test('with a mouse, too, nothing is smaller than 24 pixels', async () => {
  chat = await ChatPage.open(world);
  await chat.isIdle();
  await states['forked']?.(chat, world);
  await eventually(async () => (await chat.sessions.count()) === 2);
  expect(await smallerThan(24, 24, pressed)).toEqual([]);
});
