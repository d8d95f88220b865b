import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { bundlePage } from './bundle-page.ts';
import { everyElement } from './every-element.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let html: string;
let chat: ChatPage;
let page: Page;
beforeAll(async () => {
  [world, html] = await Promise.all([startWorld('memory'), bundlePage('styles')]);
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await ChatPage.open(world, { colorScheme: 'light', reducedMotion: 'reduce' });
  page = chat.page;
  await page.route('**/fixture', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(new URL('/fixture', world.url).href);
  await page.addStyleTag({ content: 'body { margin: 0 }' });
  await chat.isIdle();
});
afterEach(async () => {
  expect(chat.complaints).toEqual([]);
  await chat.close();
});

async function showAnswer(): Promise<void> {
  world.upstream.enqueue({ deltas: [everyElement] });
  await chat.ask('Show all');
  await chat.buttonOf(0, 'Edit message').click();
  await page.locator('.parley-code-keyword').first().waitFor();
}

const scenes: Record<string, () => Promise<unknown>> = {
  'before the first message': () => page.getByText('Ask something to begin.').waitFor(),
  'with all that an answer can be, and a message that is edited': showAnswer,
  'where it is asked what is wrong with an answer, and a message waits for the next one': async () => {
    await chat.ask('First');
    world.upstream.enqueue({ deltas: ['Half of it', world.upstream.gate()] });
    await chat.send('Second');
    await page.getByText('Half of it').waitFor();
    await chat.sendLater('Third');
    await chat.queued.waitFor();
    await chat.buttonOf(1, 'Bad answer').click();
    await page.getByRole('radio', { name: 'Tone' }).check();
    await page.locator('.parley-gauge button').click();
    await page.locator('.parley-gauge p').waitFor();
  },
  'where a turn failed while the network is gone': async () => {
    world.upstream.enqueue({ status: 400, body: { error: { message: 'no' } } });
    await chat.send('Fail');
    await chat.alert.waitFor();
    await page.context().setOffline(true);
    await page.getByText('You are offline.').waitFor();
  },
};

const require = createRequire(import.meta.url);
const preflight = await readFile(require.resolve('tailwindcss/preflight.css'), 'utf8');
const resets: Record<string, string> = {
  "Tailwind 4's": `@layer base { ${preflight} }`,
  'the same without a layer': preflight,
  "Tailwind 3's for buttons": `*, ::before, ::after { box-sizing: border-box; border: 0 solid #e5e7eb }
    button, [type='button'], [type='submit'] { background: transparent none; text-transform: none; color: inherit }
    button:disabled { cursor: default; opacity: 1 }
    ol, ul, menu { list-style: none; margin: 0; padding: 0 }
    h1, h2, h3, h4, h5, h6 { font-size: inherit; font-weight: inherit }
    table { text-indent: 0; border-color: inherit; border-collapse: collapse }`,
  'one of margins': '* { margin: 0; padding: 0; border: 0; box-sizing: content-box; list-style: none }',
  'one that unsets': `button, textarea, ul, ol, li, p, h1, h2, h3, h4, h5, h6, blockquote, pre, code, hr, section, a, strong,
    em, del, sup, th, td { all: unset }`,
  'one that has texts of its own': `body { letter-spacing: 0.2px; text-align: center; word-spacing: 1px; text-transform: uppercase }
    h1, h2, h3 { color: navy; font-family: serif; font-weight: 500; letter-spacing: -1px } p { margin: 0 }
    a { color: navy; font-weight: 500; text-decoration: inherit }
    code { display: inline-flex; padding: 4px 8px; background: #eee; color: navy; line-height: 135% }`,
};

const told = [
  ...[
    'display',
    'position',
    'box-sizing',
    'margin',
    'padding',
    'border-radius',
    'background-color',
    'color',
    'opacity',
  ],
  ...['font-family', 'font-size', 'font-weight', 'font-style', 'line-height', 'text-align', 'text-decoration-line'],
  ...[
    'text-transform',
    'letter-spacing',
    'word-spacing',
    'vertical-align',
    'white-space',
    'overflow-wrap',
    'cursor',
    'appearance',
  ],
  ...[
    'border-top-width',
    'border-inline-start-width',
    'border-top-color',
    'border-inline-start-color',
    'list-style-type',
  ],
];

/** How each element of the panel looks and where it is, in lines that begin with its name. */
const looks = () =>
  page.evaluate(
    (names) =>
      [...document.querySelectorAll('.parley-panel, .parley-panel *')].flatMap((element, place) => {
        const style = getComputedStyle(element);
        const isSeen = (name: string) => {
          if (name === 'color') return element.textContent !== '';
          if (name === 'list-style-type') return style.display === 'list-item';
          if (name === 'border-top-color') return style.borderTopWidth !== '0px';
          if (name === 'border-inline-start-color') return style.borderInlineStartWidth !== '0px';
          return true;
        };
        const { x, y, width, height } = element.getBoundingClientRect();
        return [
          ...names.filter(isSeen).map((name) => `${name}: ${style.getPropertyValue(name)}`),
          `at ${[x, y, width, height].map(Math.round)}`,
        ].map((line) => `${place} ${element.localName}.${element.className} ${line}`);
      }),
    told,
  );

const where = ['prepend', 'append'] as const;

test.each(Object.entries(scenes))('the panel looks the same whatever the reset of its app is, %s', async (_, show) => {
  await show();
  // What the pointer lies on, and where the list is, may be known a frame later.
  const before = await eventually(async () => {
    const first = await looks();
    await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted))));
    return JSON.stringify(first) === JSON.stringify(await looks()) && first;
  });
  expect(before.length).toBeGreaterThan(200);
  for (const [reset, content] of Object.entries(resets)) {
    for (const place of where) {
      await page.evaluate(
        ([css, to]) => {
          const style = document.createElement('style');
          style.id = 'reset';
          style.textContent = css;
          document.head[to](style);
        },
        [content, place] as const,
      );
      const after = await looks();
      expect(
        after.filter((line) => !before.includes(line)),
        `${reset}, ${place}`,
      ).toEqual([]);
      await page.evaluate(() => document.getElementById('reset')?.remove());
    }
  }
});

test.each(['.parley-panel', ':root'])('an app says on %s how the panel looks', async (selector) => {
  await showAnswer();
  await page.addStyleTag({
    content: `${selector} { --parley-accent: rgb(1, 2, 3); --parley-code-keyword: rgb(4, 5, 6); --parley-radius: 7px;
      --parley-font: serif; --parley-font-size: 20px; --parley-spacing: 9px }`,
  });
  const styleOf = (styled: string, name: string) =>
    page
      .locator(styled)
      .first()
      .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);
  expect(await styleOf('.parley-markdown a', 'color')).toBe('rgb(1, 2, 3)');
  expect(await styleOf('.parley-code-keyword', 'color')).toBe('rgb(4, 5, 6)');
  expect(await styleOf('.parley-code', 'border-top-left-radius')).toBe('7px');
  expect(await styleOf('.parley-markdown p', 'font')).toBe('20px / 32px serif');
  expect(await styleOf('.parley-panel', 'padding-top')).toBe('9px');
});

test('an app says whether the panel is light or dark, wherever its styles stand', async () => {
  const ground = () => page.locator('.parley-panel').evaluate((panel) => getComputedStyle(panel).backgroundColor);
  expect(await ground()).toBe('rgb(255, 255, 255)');
  await page.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = '.parley-panel { color-scheme: dark }';
    document.head.prepend(style);
  });
  expect(await ground()).toBe('rgb(23, 23, 27)');
});
