import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { searched } from '../end-to-end/sources.ts';
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
  chat = await ChatPage.open(world, { permissions: ['clipboard-read', 'clipboard-write'] });
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

async function says(answer: string): Promise<void> {
  world.upstream.enqueue({ deltas: [answer] });
  await chat.ask('Say it');
}

const message = () => chat.messages.last();
const answer = () => message().locator('.parley-answer > .parley-markdown');
const clipboard = () => chat.page.evaluate(() => navigator.clipboard.readText());

describe('sources', () => {
  const cited = [
    'Known[1], and known better[1][2].',
    ...['a', 'b'].map((name, place) => `[${place + 1}]: https://${name}.example/page "Page ${name}"`),
  ].join('\n\n');

  test('are gone to from their marks by keyboard, and opened from there', async () => {
    await says(`${cited}\n\n${'Long.\n\n'.repeat(60)}`);
    const mark = answer().getByRole('link', { name: 'Source 2: Page b' });
    await mark.press('Enter');
    const source = answer().getByRole('region', { name: 'Sources' }).getByRole('listitem').nth(1);
    expect(await chat.hasKeyboard(source)).toBe(true);
    await eventually(() => source.evaluate((each) => each.getBoundingClientRect().bottom < innerHeight));
    await chat.page.keyboard.press('Tab');
    const link = source.getByRole('link', { name: 'Page b' });
    expect(await chat.hasKeyboard(link)).toBe(true);
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await source.innerText()).toBe('Page b b.example');
  });

  test('have marks that are hit easily, do not part lines, and break no rule of accessibility', async () => {
    await says(`${cited}\n\nNo mark here.`);
    for (const mark of await answer().locator('.parley-mark a').all()) {
      const { width, height } = await boxOf(mark);
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(24);
    }
    const heights = await answer()
      .locator('p')
      .evaluateAll((all) => all.map((each) => Math.round(each.getBoundingClientRect().height)));
    expect(heights[0]).toBe(heights.at(-1));
    expect(await violationsOf(chat.page)).toEqual([]);
  });

  test('come from the service too, and are the same when the answer is read again', async () => {
    world.upstream.enqueue({ raw: searched.raw });
    await chat.ask('Search');
    const told = async () => {
      await answer().getByRole('link', { name: 'Source 1: A <b>title</b>' }).waitFor();
      await chat.isLaidOut();
      return await answer().getByRole('region', { name: 'Sources' }).getByRole('listitem').allInnerTexts();
    };
    const expected = ['A <b>title</b> a.example', 'b.example'];
    expect(await told()).toEqual(expected);
    await chat.buttonOf(1, 'Copy').click();
    await eventually(async () => (await clipboard()).startsWith('Known[1].\n\n[1]: <https://a.example/x> "A <b>'));
    await chat.page.reload();
    expect(await told()).toEqual(expected);
  });

  test('are no part of what is read out', async () => {
    await says(cited);
    const told = chat.page.locator('.parley-panel > [role="status"].parley-hidden');
    await eventually(async () => (await told.textContent()) === 'Assistant said: Known, and known better.');
  });
});

describe('reasoning', () => {
  const label = () => message().locator('summary');
  const thoughts = () => message().locator('details .parley-markdown');

  test('is folded above the answer, with the time that it took, and no part of what is copied or read out', async () => {
    await chat.page.clock.install();
    // From now on time passes only where it is said to, however long the answer takes.
    await chat.page.clock.pauseAt(Date.now() + 60_000);
    const now = () => chat.page.evaluate(() => Date.now());
    const [first, second] = [world.upstream.gate(), world.upstream.gate()];
    world.upstream.enqueue({
      deltas: ['<thi', 'nk>\nHm', first, ', *really*.\n</thi', second, 'nk>\n\nIt is **so**.'],
    });
    const asked = await now();
    await chat.send('Think');
    await eventually(async () => {
      await chat.page.clock.runFor(100);
      return (await label().count()) === 1;
    });
    await eventually(async () => {
      await chat.page.clock.runFor(1000);
      return (await label().innerText()) === 'Thinking … 12 s';
    });
    expect(await thoughts().isVisible()).toBe(false);
    expect(await answer().innerText()).toBe('');
    first.open();
    await label().click();
    await eventually(async () => {
      await chat.page.clock.runFor(10);
      return (await thoughts().innerText()) === 'Hm, really.';
    });
    second.open();
    await eventually(async () => {
      await chat.page.clock.runFor(10);
      return (await answer().innerText()) === 'It is so.';
    });
    const [, seconds] = /^Thought for (\d+) s$/.exec(await label().innerText()) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(12);
    expect(Number(seconds)).toBeLessThanOrEqual(Math.ceil(((await now()) - asked) / 1000));
    await eventually(async () => {
      await chat.page.clock.runFor(10);
      return (await chat.page.getByText('Assistant said: It is so.').count()) === 1;
    });
    await chat.buttonOf(1, 'Copy').click();
    await eventually(async () => (await clipboard()) === 'It is **so**.');
    await chat.page.clock.resume();
    expect(await violationsOf(chat.page)).toEqual([]);
  });

  test('is folded when it is read again, when nobody knows how long it took', async () => {
    await says('<think>\nHm.\n</think>\n\nSo.');
    await chat.page.reload();
    await eventually(async () => (await label().innerText()) === 'Reasoning');
    expect(await thoughts().isVisible()).toBe(false);
    await label().press('Enter');
    await thoughts().getByText('Hm.').waitFor();
  });

  test('is unfolded where it is all that there is', async () => {
    await says('<think>\nHm.');
    await thoughts().getByText('Hm.').waitFor();
    expect(await thoughts().isVisible()).toBe(true);
  });
});
