import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await ChatPage.open(world, { permissions: ['clipboard-read', 'clipboard-write'], colorScheme: 'light' });
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

async function says(answer: string): Promise<void> {
  world.upstream.enqueue({ deltas: [answer] });
  await chat.ask('Say it');
  await chat.isLaidOut();
}

const answer = () => chat.messages.last().locator('.parley-markdown');
const pre = () => answer().locator('pre');
const keyword = () => answer().locator('.parley-code-keyword');
const fenced = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``;
const clipboard = () => chat.page.evaluate(() => navigator.clipboard.readText());

/** The contrast of a colour on the ground of the code that it is in, by WCAG 2. */
const contrastOf = (element: Locator) =>
  element.evaluate((piece) => {
    const luminance = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = Array.from(colour.matchAll(/[\d.]+/g), ([part]) => {
        const value = Number(part) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const block = piece.closest('.parley-code') as Element;
    const [light = 0, dark = 0] = [getComputedStyle(piece).color, getComputedStyle(block).backgroundColor]
      .map(luminance)
      .sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  });

test.each(['light', 'dark'] as const)(
  'code names its language and has colours that can be told from its ground, if %s',
  async (colorScheme) => {
    await chat.page.emulateMedia({ colorScheme });
    const code =
      '/* A\ncomment */\n@decorated() class Thing<T> { static n: number = 0x1f; s = "a" + call(`b`); readonly x = /c/ }';
    await says(`${fenced('ts', code)}\n\n${fenced('diff', '- old\n+ new')}`);
    await keyword().first().waitFor();
    expect(await answer().locator('.parley-code-language').allInnerTexts()).toEqual(['ts', 'diff']);
    const names = ['comment', 'keyword', 'type', 'title', 'number', 'string', 'deletion', 'addition'];
    for (const name of names) {
      const piece = answer().locator(`.parley-code-${name}`).first();
      expect(await contrastOf(piece), name).toBeGreaterThanOrEqual(4.5);
    }
    expect(await pre().first().innerText()).toBe(`${code}\n`);
  },
);

test.each(['brainfuck', '', 'constructor', '__proto__', '<b>', 'javascript:alert(1)'])(
  'code in the unknown language %j is plain text',
  async (language) => {
    await says(`${fenced(language, 'if (a < b) return "c";')}\n\n${fenced('js', 'return')}`);
    await keyword().first().waitFor();
    expect(await pre().first().locator('[class^=parley-code-]').count()).toBe(0);
    expect(await pre().first().innerText()).toBe('if (a < b) return "c";\n');
  },
);

test('what is selected of code, or copied, is the code', async () => {
  const code = Array.from({ length: 100 }, (_, place) => (place % 3 === 0 ? `// ${place}` : '')).join('\n');
  await says(`a\n\n${fenced('js', code)}\n\nb`);
  await answer().locator('.parley-code-comment').first().waitFor();
  const selected = await pre().evaluate((element) => {
    getSelection()?.selectAllChildren(element);
    return getSelection()?.toString();
  });
  expect(selected?.trimEnd()).toBe(code);
  await chat.button('Copy code').click();
  await eventually(async () => (await clipboard()) === code);
});

test('lines of code are wrapped when the user wants that', async () => {
  await says(fenced('', 'word '.repeat(100)));
  const isWider = () => pre().evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
  expect(await isWider()).toBe(true);
  const wrap = chat.page.getByRole('button', { name: 'Wrap lines' });
  expect(await wrap.getAttribute('aria-pressed')).toBe('false');
  await wrap.click();
  expect(await wrap.getAttribute('aria-pressed')).toBe('true');
  expect(await isWider()).toBe(false);
  await wrap.click();
  expect(await isWider()).toBe(true);
});

test('code scrolls by keyboard, and has a name', async () => {
  await says(fenced('py', `x = "${'word '.repeat(100)}"`));
  const code = answer().getByRole('group', { name: 'Code in py' });
  await code.focus();
  await code.press('ArrowRight');
  await eventually(() => code.evaluate(({ scrollLeft }) => scrollLeft > 0));
});

test('the button that copies stays in sight while long code is read', async () => {
  const code = Array.from({ length: 300 }, (_, place) => `line(${place});`).join('\n');
  await says(`${fenced('js', code)}\n\nThe end.`);
  const list = chat.page.getByRole('region', { name: 'Messages' });
  await list.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  const copy = chat.button('Copy code');
  const isOnTop = () =>
    copy.evaluate((button) => {
      const { x, y } = button.getBoundingClientRect();
      return button.contains(document.elementFromPoint(x + 5, y + 5));
    });
  await eventually(isOnTop);
  const [{ y: top = 0 } = {}, { y = 0 } = {}] = [await list.boundingBox(), await copy.boundingBox()].map(
    (box): { y?: number } => box ?? {},
  );
  expect(y - top).toBeLessThan(20);
});

test('a huge block of code is shown and copied whole, and has colours as far as they cost little', async () => {
  const code = Array.from({ length: 4_000 }, (_, place) => `const variable${place} = call(${place}); // ${place}`).join(
    '\n',
  );
  await says(
    `${fenced('js', code)}\n\n${fenced('js', `const long = "${'x'.repeat(5_000)}"`)}\n\n${fenced('js', 'return')}`,
  );
  await keyword().first().waitFor();
  const keywords = await pre().evaluateAll((all) =>
    all.map((block) => block.querySelectorAll('.parley-code-keyword').length),
  );
  const linesWithin = code.slice(0, 50_000).split('\n').length - 1;
  expect(keywords).toEqual([linesWithin, 0, 1]);
  expect(await pre().first().textContent()).toBe(`${code}\n`);
  expect(await pre().first().innerText()).toBe(`${code}\n`);
  await chat.button('Copy code').first().click();
  await eventually(async () => (await clipboard()) === code);
});

test('code that grows gets its colours line by line, and keeps what it has', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, place) => `const a${place} = "${place}"; /* comment\n of two lines */\n`,
  );
  const gate = world.upstream.gate();
  world.upstream.enqueue({
    deltas: ['```js\n', 'const first = 1;\n', ...lines.slice(0, 20), gate, ...lines.slice(20), '```'],
    delayMs: 5,
  });
  await chat.send('Code');
  await eventually(async () => (await keyword().count()) > 10);
  await pre().evaluate((element) => {
    const lost: string[] = [];
    Object.assign(globalThis, { lost });
    new MutationObserver((changes) => {
      for (const { removedNodes } of changes) {
        for (const node of removedNodes) if (node instanceof Element) lost.push(node.outerHTML);
      }
    }).observe(element, { subtree: true, childList: true });
  });
  gate.open();
  await chat.isIdle();
  await eventually(async () => (await keyword().count()) === 41);
  const lost = await chat.page.evaluate(() => (globalThis as unknown as { lost: string[] }).lost);
  expect(lost).toEqual([]);
  expect(await pre().innerText()).toBe(`const first = 1;\n${lines.join('')}`);
});
