import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { boxOf } from './box-of.ts';
import { everyElement } from './every-element.ts';
import { hasInk } from './ink.ts';
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

const answer = () => chat.messages.last().locator('.parley-markdown');
const styleOf = (element: Locator, name: string) =>
  element.evaluate((each, property) => getComputedStyle(each).getPropertyValue(property), name);

test('an answer with all that Markdown can be breaks no rule of accessibility', async () => {
  await says(everyElement);
  await answer().locator('.parley-code-keyword').first().waitFor();
  expect(await violationsOf(chat.page)).toEqual([]);
});

test('what an answer defines at its end becomes links in what was shown before', async () => {
  const gate = world.upstream.gate();
  const deltas = [
    'See [the book][1] and a note[^n].\n\nMore.\n\n',
    gate,
    '[^n]: From [it][1].\n\n[1]: https://e.example/x',
  ];
  world.upstream.enqueue({ deltas });
  await chat.send('Cite');
  await answer().getByText('More.').waitFor();
  expect(await answer().getByRole('link').count()).toBe(0);
  await answer()
    .getByText('More.')
    .evaluate((element) => Object.assign(element, { isThatOne: true }));
  gate.open();
  await chat.isIdle();
  expect(await answer().getByRole('link', { name: 'the book' }).getAttribute('href')).toBe('https://e.example/x');
  expect(
    await answer()
      .getByText('More.')
      .evaluate((element) => 'isThatOne' in element),
  ).toBe(true);
  expect(await answer().getByRole('region', { name: 'Footnotes' }).getByRole('listitem').innerText()).toContain(
    'From it',
  );
});

test('a footnote is gone to and back by keyboard, and the address of the page stays', async () => {
  await says(`First[^1].\n\n${'Long.\n\n'.repeat(60)}[^1]: Note`);
  await says('Second[^1].\n\n[^1]: Another');
  const first = chat.messages.nth(1).locator('.parley-markdown');
  const address = chat.page.url();
  const reference = first.getByRole('link', { name: 'Footnote 1', exact: true });
  const note = first.getByRole('region', { name: 'Footnotes' }).getByRole('listitem');
  await reference.press('Enter');
  expect(await chat.hasKeyboard(note)).toBe(true);
  await eventually(() => note.evaluate((each) => each.getBoundingClientRect().bottom < innerHeight));
  await first.getByRole('link', { name: 'Back to reference 1 of footnote 1' }).press('Enter');
  expect(await chat.hasKeyboard(reference)).toBe(true);
  expect(chat.page.url()).toBe(address);
});

test('an answer looks the same whether it was streamed or is read again', async () => {
  const letters = Array.from(everyElement.matchAll(/.{1,7}/gs), ([piece]) => piece);
  world.upstream.enqueue({ deltas: letters, delayMs: 1 });
  await chat.ask('Say it');
  // Ids are made anew.
  const shown = async () => (await answer().innerHTML()).replaceAll(/ (id|href)="[^"]*"/g, '');
  await answer().locator('.parley-code-keyword').first().waitFor();
  const streamed = await shown();
  await chat.page.reload();
  await answer().locator('.parley-code-keyword').first().waitFor();
  expect(await shown()).toBe(streamed);
});

describe('on a phone', () => {
  beforeEach(() => chat.page.setViewportSize({ width: 320, height: 640 }));
  const columns = ['Region', 'Total', 'Growth', 'Customers', 'Revenue', 'Employees', 'Founded', 'Headquarters'];
  const row = ['Scandinavia', '1,200,000', '12 %', '340,000', '9,876,543', '12,345', '1987', 'Copenhagen'];
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`;

  test('a table scrolls sideways, by keyboard too, and breaks no words', async () => {
    await says(line(columns) + line(columns.map(() => '---')) + line(row));
    const table = answer().getByRole('region', { name: 'Table' });
    const { scrollWidth, clientWidth } = await table.evaluate(({ scrollWidth, clientWidth }) => ({
      scrollWidth,
      clientWidth,
    }));
    expect(clientWidth).toBeLessThan(320);
    expect(scrollWidth).toBeGreaterThan(600);
    const lines = await answer()
      .locator('th, td')
      .evaluateAll((cells) =>
        cells.map((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
        }),
      );
    expect(lines).toEqual([...columns, ...row].map((text) => (text.includes(' ') ? expect.any(Number) : 1)));
    await table.focus();
    await table.press('ArrowRight');
    await eventually(() => table.evaluate(({ scrollLeft }) => scrollLeft > 0));
  });

  test('elsewhere long words break, and nothing is wider than the page', async () => {
    const word = 'averyverylongword'.repeat(10);
    await says(`${word}\n\n- \`${word}\`\n\n# ${word}\n\nhttps://e.example/${word}\n\n\`\`\`${word}\n${word}\n\`\`\``);
    expect(await chat.isTooWide()).toBe(false);
    const message = await boxOf(chat.messages.last());
    for (const element of await answer().locator('p, li, h3, a, .parley-code').all()) {
      expect((await boxOf(element)).right).toBeLessThanOrEqual(message.right);
    }
  });
});

describe('nothing is clipped:', () => {
  /** Between the item and the edge of its message, on the side where the item begins. */
  async function hasMarker(text: string, side: 'left' | 'right'): Promise<boolean> {
    const item = answer().getByRole('listitem').filter({ hasText: text }).last();
    const message = await boxOf(chat.messages.last());
    const { x, y, right, height } = await boxOf(item);
    const strip = side === 'left' ? { x: message.x, width: x - message.x } : { x: right, width: message.right - right };
    return await hasInk(chat.page, { ...strip, y, height });
  }

  test('headings differ by their rank, and the first three from the text by their size', async () => {
    await says(Array.from({ length: 6 }, (_, rank) => `${'#'.repeat(rank + 1)} Rank ${rank + 1}`).join('\n\n'));
    const sizes = await answer()
      .getByRole('heading')
      .evaluateAll((all) => all.map((each) => Number.parseFloat(getComputedStyle(each).fontSize)));
    expect(sizes).toEqual([28, 22, 18, 16, 14, 14]);
  });

  test('a table has a ground under its header, lines between its rows alone, and a shade where it goes on sideways', async () => {
    const wide = Array.from({ length: 12 }, (_, column) => `a-column-of-that-name-${column}`);
    await says([wide, wide.map(() => '---'), wide, wide].map((row) => `| ${row.join(' | ')} |`).join('\n'));
    const of = (part: string, name: string) => styleOf(answer().locator(part).first(), name);
    expect(await of('th', 'background-color')).not.toBe('rgba(0, 0, 0, 0)');
    expect(await of('td', 'background-color')).toBe('rgba(0, 0, 0, 0)');
    expect(await of('td', 'border-top-width')).toBe('1px');
    expect(await of('td', 'border-inline-end-width')).toBe('0px');
    const table = answer().getByRole('region', { name: 'Table' });
    expect(await of('.parley-wide', 'background-attachment')).toBe('local, local, scroll, scroll, scroll');
    expect(await table.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toBe(true);
    /** How light the ground is at the right edge of the last row, between its words and its border. */
    const edge = async () => {
      const { x, y, width, height } = await boxOf(table);
      const clip = { x: x + width - 2, y: y + height - 4, width: 1, height: 1 };
      return (await chat.page.screenshot({ clip })).toString('base64');
    };
    const before = await edge();
    await table.evaluate((each) => each.scrollTo({ left: each.scrollWidth }));
    await eventually(async () => (await edge()) !== before);
  });

  test('bullets and numbers stand where their item begins, in either direction', async () => {
    await says('- שלום\n- مرحبا\n- hello\n\n1. أولا\n\n2. ثانيا\n\n999999999. last\n\n> - اقتباس');
    expect(
      await answer()
        .locator('li')
        .evaluateAll((all) => all.map((item) => getComputedStyle(item).direction)),
    ).toEqual(['rtl', 'rtl', 'ltr', 'rtl', 'rtl', 'ltr', 'rtl']);
    for (const text of ['שלום', 'مرحبا', 'أولا', 'ثانيا', 'اقتباس'])
      expect(await hasMarker(text, 'right'), text).toBe(true);
    for (const text of ['hello', 'last']) expect(await hasMarker(text, 'left'), text).toBe(true);
    // There is room for the longest number: it ends before the edge.
    const { x, y, height } = await boxOf(answer().getByRole('listitem').filter({ hasText: 'last' }));
    expect(await hasInk(chat.page, { x: x - 120, y, width: 20, height })).toBe(false);
  });

  test('a task has its box in place of a bullet', async () => {
    await says('- [x] done\n- [ ] open');
    expect(await styleOf(answer().getByRole('listitem').first(), 'list-style-type')).toBe('none');
    const box = await boxOf(answer().getByRole('checkbox', { name: 'Completed task' }));
    expect(box.x).toBeGreaterThan((await boxOf(chat.messages.last())).x);
    expect(await answer().getByRole('checkbox', { name: 'Incomplete task' }).isChecked()).toBe(false);
  });

  test('buttons at the edge of a message have all of their borders and focus rings', async () => {
    await says('Hello');
    const copy = chat.messages.last().getByRole('button', { name: 'Copy', exact: true });
    const { x, y, height } = await boxOf(copy);
    await copy.hover();
    expect(await hasInk(chat.page, { x: x - 1, y: y + height / 2 - 2, width: 3, height: 4 })).toBe(true);
    await chat.page.mouse.move(0, 0);
    await chat.input.focus();
    expect(await hasInk(chat.page, { x: x - 4, y: y + height / 2 - 2, width: 4, height: 4 })).toBe(false);
    while (!(await chat.hasKeyboard(copy))) await chat.page.keyboard.press('Shift+Tab');
    expect(await hasInk(chat.page, { x: x - 4, y: y + height / 2 - 2, width: 4, height: 4 })).toBe(true);
  });
});
