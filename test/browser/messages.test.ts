import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
import { bundlePage } from './bundle-page.ts';
import { violationsOf } from './violations.ts';
import { whereItIs } from './where-it-is.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;

beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  await new Client(world.host.url).delete('/chat/sessions');
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

const opacityOf = (element: Locator) => element.evaluate((each) => Number(getComputedStyle(each).opacity));
const actionsOf = (place: number) => chat.messages.nth(place).locator('.parley-actions');
const momentOf = (place: number) => chat.messages.nth(place).locator('time');

describe('in the chat page', () => {
  beforeEach(async () => {
    chat = await ChatPage.open(world, {
      permissions: ['clipboard-read', 'clipboard-write'],
      reducedMotion: 'reduce',
      timezoneId: whereItIs(12),
    });
    await chat.isIdle();
  });

  test('what can be done with a message shows where it is pointed at or has the keyboard, always under the last answer, and moves nothing', async () => {
    await chat.ask('one');
    await chat.ask('two');
    await chat.input.hover();
    const places = [0, 1, 2, 3];
    const shown = () => Promise.all(places.map((place) => opacityOf(actionsOf(place))));
    const tops = () =>
      chat.messages.evaluateAll((all) => all.map((each) => Math.round(each.getBoundingClientRect().top)));
    expect(await shown()).toEqual([0, 0, 0, 1]);
    const before = await tops();
    await chat.messages.nth(1).hover();
    expect(await shown()).toEqual([0, 1, 0, 1]);
    expect(await tops()).toEqual(before);
    await chat.buttonOf(0, 'Copy').focus();
    expect(await shown()).toEqual([1, 1, 0, 1]);
    expect(await tops()).toEqual(before);
  });

  test('actions are icons that have names, which are shown where they are pointed at', async () => {
    await chat.ask('one');
    const named = (place: number) =>
      actionsOf(place)
        .getByRole('button')
        .evaluateAll((all) =>
          all.map((each) => [each.getAttribute('aria-label'), each.getAttribute('title'), each.textContent]),
        );
    const icons = (...names: string[]) => names.map((name) => [name, name, '']);
    expect(await named(0)).toEqual(icons('Copy', 'Edit message', 'Send again'));
    expect(await named(1)).toEqual(icons('Copy', 'Regenerate', 'Good answer', 'Bad answer'));
    const sizes = await actionsOf(1)
      .getByRole('button')
      .evaluateAll((all) => all.map((each) => [each.clientWidth + 2, each.clientHeight + 2]));
    expect(sizes).toEqual(Array(4).fill([32, 32]));
  });

  test('that something was copied is seen for two seconds, and said, and changes no size', async () => {
    await chat.ask('one');
    const copy = chat.buttonOf(1, 'Copy');
    const said = chat.messages.nth(1).getByRole('status').filter({ hasText: 'Copied' });
    const drawing = () => copy.locator('path').getAttribute('d');
    const [before, size] = [await drawing(), await boxOf(actionsOf(1))];
    await chat.page.clock.install();
    await chat.page.clock.pauseAt(Date.now() + 60_000);
    await copy.click();
    await said.waitFor();
    await chat.page.clock.runFor(1900);
    expect(await drawing()).not.toBe(before);
    expect(await boxOf(actionsOf(1))).toEqual(size);
    await chat.page.clock.runFor(100);
    await said.waitFor({ state: 'detached' });
    await eventually(async () => (await drawing()) === before);
  });

  test('a message has its time: on demand for who sees it, and always for who hears it', async () => {
    await chat.ask('one');
    await chat.input.hover();
    const given = await Promise.all([0, 1].map((place) => momentOf(place).getAttribute('datetime')));
    for (const time of given) expect(Math.abs(Date.now() - Date.parse(time ?? ''))).toBeLessThan(60_000);
    expect(await momentOf(1).innerText()).toMatch(/^\d+:\d\d/);
    expect(await opacityOf(momentOf(1))).toBe(0);
    expect(await chat.messages.nth(1).ariaSnapshot()).toContain('time');
    await chat.messages.nth(1).hover();
    expect(await opacityOf(momentOf(1))).toBe(1);
    // The service's own.
    await chat.page.reload();
    await chat.isIdle();
    const response = await new Client(world.host.url).get(`/chat/history/${chat.sessionId}`);
    const { messages } = (await response.json()) as { messages: { timestamp: string }[] };
    await eventually(async () => (await momentOf(1).getAttribute('datetime')) === messages[1]?.timestamp);
  });

  test('a time of another day says which', async () => {
    const { session_id } = await new Client(world.host.url).chat({ message: 'one' });
    await chat.page.route('**/chat/history/**', async (route) => {
      const response = await route.fetch();
      const history = await response.json();
      for (const message of history.messages) message.timestamp = '2024-02-29T12:00:00.000Z';
      await route.fulfill({ response, json: history });
    });
    await chat.page.goto('about:blank');
    await chat.page.goto(`${world.url}#${session_id}`);
    await eventually(async () => (await momentOf(0).innerText()).includes('2024'));
    await chat.page.unrouteAll({ behavior: 'wait' });
  });

  test('what the user says stands at the end side, as wide as it is, and what is answered has no box', async () => {
    await chat.ask('one');
    const bubble = await boxOf(chat.page.locator('.parley-user .parley-verbatim'));
    const answer = await boxOf(chat.page.locator('.parley-assistant .parley-markdown'));
    expect(bubble.right).toBeCloseTo(answer.right, 0);
    expect(bubble.width).toBeLessThan(120);
    const ground = (part: string) => chat.page.locator(part).evaluate((each) => getComputedStyle(each).backgroundColor);
    expect(await ground('.parley-user .parley-verbatim')).not.toBe('rgba(0, 0, 0, 0)');
    expect(await ground('.parley-assistant')).toBe('rgba(0, 0, 0, 0)');
    // The message field is as wide as the messages.
    const field = await boxOf(chat.page.locator('.parley-box'));
    expect([field.x, field.right].map(Math.round)).toEqual([answer.x, answer.right].map(Math.round));
  });

  test('an answer that has reached its length can be gone on with, as long as it is the last', async () => {
    world.upstream.enqueue({ deltas: ['Half of it'], finishReason: 'length' }, { deltas: ['and the rest.'] });
    await chat.ask('Tell me all');
    await chat.button('Continue').click();
    await eventually(async () => (await chat.texts()).join('|') === 'Tell me all|Half of it|Continue.|and the rest.');
    await chat.isIdle();
    expect(await chat.button('Continue').count()).toBe(0);
    expect(await chat.hasKeyboard(chat.input)).toBe(true);
    expect(chat.asked.at(-1)?.body['message']).toBe('Continue.');
  });

  test('the message field grows to two fifths of the height, and what is in it scrolls from there on', async () => {
    const line = await boxOf(chat.input);
    await chat.input.fill('line\n'.repeat(5));
    expect((await boxOf(chat.input)).height).toBeGreaterThan(3 * line.height);
    await chat.input.fill('line\n'.repeat(100));
    const page = await chat.page.locator('.parley-page').evaluate(({ clientHeight }) => clientHeight);
    expect((await boxOf(chat.input)).height).toBeCloseTo(0.4 * page, 0);
  });
});

describe('on a touch screen', () => {
  test('all of it is shown, as nothing is pointed at, and large enough for a finger', async () => {
    chat = await ChatPage.open(world, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await chat.isIdle();
    await chat.ask('one');
    await chat.ask('two');
    expect(await Promise.all([0, 1, 2, 3].map((place) => opacityOf(actionsOf(place))))).toEqual([1, 1, 1, 1]);
    const { width, height } = await boxOf(chat.buttonOf(1, 'Copy'));
    expect([width, height]).toEqual([44, 44]);
  });
});

describe('in a panel whose app says whom its users talk to', () => {
  let html: string;
  beforeAll(async () => {
    html = await bundlePage('identity');
  });

  const show = async (query: string) => {
    chat = await ChatPage.open(world, { viewport: { width: 1400, height: 800 }, reducedMotion: 'reduce' });
    const url = new URL(`/fixture${query}`, world.url).href;
    await chat.page.route(/\/fixture/, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await chat.page.goto(url);
    await chat.isIdle();
  };
  const avatar = () => chat.page.locator('.parley-avatar');

  test('answers are under its name, which is heard once, and read out with a short answer', async () => {
    await show('');
    await chat.ask('one');
    expect(await chat.page.locator('.parley-name').innerText()).toBe('Ada');
    const headings = chat.list.getByRole('heading', { level: 2 });
    expect(await headings.allTextContents()).toEqual(['You said', 'Ada said']);
    await chat.page.getByText('Ada said: You said: one').waitFor({ state: 'attached' });
    expect(await violationsOf(chat.page)).toEqual([]);
  });

  const picture = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/%3E';
  test.each([
    ['nothing', '', 'svg'],
    ['the address of an image', `?avatar=${encodeURIComponent(picture)}`, 'img[alt=""]'],
    ['an element', '?avatar=element', 'b'],
  ])('its picture is %s', async (_, query, part) => {
    await show(query);
    await chat.ask('one');
    await avatar().locator(part).waitFor();
    expect(await avatar().getAttribute('aria-hidden')).toBe('true');
    const { width, height } = await boxOf(avatar());
    expect([width, height]).toEqual([28, 28]);
  });

  test('its picture is a letter or two, or an emoji', async () => {
    await show(`?avatar=${encodeURIComponent('🦉')}`);
    await chat.ask('one');
    expect(await avatar().innerText()).toBe('🦉');
  });

  test.each([
    ['beside the answers where there is room', '', true],
    ['above them where there is none', '?width=400px', false],
  ])('its picture stands %s, by the width of the panel', async (_, query, isBeside) => {
    await show(query);
    await chat.ask('one');
    const [picture, answer] = [await boxOf(avatar()), await boxOf(chat.page.locator('.parley-markdown'))];
    expect(picture.right <= answer.x).toBe(isBeside);
    expect(picture.x).toBeGreaterThanOrEqual(0);
    expect(await chat.isTooWide()).toBe(false);
  });

  test('the first screen and the message field stand in the middle, and with the first message the field is at the foot', async () => {
    await show('');
    const middle = async () => {
      const [first, last] = [
        await boxOf(chat.page.getByText('How can we help?')),
        await boxOf(chat.page.locator('.parley-usage')),
      ];
      return (first.y + last.bottom) / 2;
    };
    const panel = await boxOf(chat.page.locator('.parley-panel'));
    const header = await boxOf(chat.page.getByRole('heading', { name: 'Support' }));
    expect(header.y).toBeLessThan(60);
    expect(Math.abs((await middle()) - (header.bottom + panel.bottom) / 2)).toBeLessThan(20);
    const isBefore = await chat.input.evaluate(
      (field) =>
        (document.querySelector('[data-empty] > .parley-messages') as Element).compareDocumentPosition(field) === 4,
    );
    expect(isBefore).toBe(true);
    await chat.input.fill('A long first message.\n'.repeat(60));
    expect(await chat.page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
    await chat.ask('one');
    const line = await boxOf(chat.page.locator('.parley-usage'));
    expect(panel.bottom - line.bottom).toBeLessThan(20);
    expect(await chat.page.locator('[data-empty]').count()).toBe(0);
  });

  test('what it says below the message field stands at the start of the line, the gauge at its end', async () => {
    await show('');
    await chat.page.getByText('Ada may be wrong (0)').waitFor();
    await chat.ask('one');
    await chat.page.getByText('Ada may be wrong (2)').waitFor();
    const [note, gauge] = [
      await boxOf(chat.page.locator('.parley-footnote')),
      await boxOf(chat.page.locator('.parley-gauge')),
    ];
    expect(note.right).toBeLessThan(gauge.x);
    expect(Math.abs(note.y + note.height / 2 - gauge.y - gauge.height / 2)).toBeLessThan(2);
  });
});
