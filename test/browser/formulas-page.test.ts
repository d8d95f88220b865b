import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, startWorld, type World } from './world.ts';

let world: World;
let chat: ChatPage;
/** What the page has loaded from beside it. */
let loaded: string[];
beforeAll(async () => {
  world = await startWorld('memory');
});
afterAll(() => world.stop());
beforeEach(async () => {
  chat = await ChatPage.open(world, { permissions: ['clipboard-read', 'clipboard-write'] });
  loaded = [];
  chat.page.on('request', (request) => {
    if (request.url().includes('/chat/assets/')) loaded.push(request.url());
  });
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

const answer = () => chat.messages.last().locator('.parley-answer');
const formulas = () => answer().locator('math');
const clipboard = () => chat.page.evaluate(() => navigator.clipboard.readText());

const quadratic = '\\[\nx = \\frac{-b \\pm \\sqrt{b^2-4ac}}{2a}\n\\]';

test('a formula is drawn from MathML, by a script that is loaded once there is one', async () => {
  await says('No formula, for $5 and $6.');
  expect(loaded).toEqual([]);
  await says(`With $a^2$, of\n${quadratic}\nand more.`);
  await formulas().nth(1).waitFor();
  expect(await formulas().count()).toBe(2);
  expect(await formulas().nth(1).locator('mfrac msqrt msup').count()).toBe(1);
  expect(
    await formulas()
      .first()
      .evaluate(({ namespaceURI }) => namespaceURI),
  ).toBe('http://www.w3.org/1998/Math/MathML');
  await says('And $c$ again.');
  await formulas().waitFor();
  expect(loaded).toHaveLength(1);
});

test('the script is kept for good, comes compressed, and under no other name', async () => {
  await says('$x$');
  await formulas().waitFor();
  const response = await fetch(loaded[0] as string, { headers: { 'accept-encoding': 'gzip, br' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(response.headers.get('content-encoding')).toBe('br');
  expect((await fetch((loaded[0] as string).replace(/-\w+\.js/, '-0.js'))).status).toBe(404);
});

describe('the policy of the page', () => {
  test('names no place that scripts may come from', async () => {
    const policy = (await fetch(world.url)).headers.get('content-security-policy') ?? '';
    const [scripts = ''] = /(?<=script-src )[^;]*/.exec(policy) ?? [];
    expect(scripts.split(' ').every((source) => /^'sha256-[\w+/]{43}='$/.test(source))).toBe(true);
  });

  test.each([
    ['the same file, without the hash that it has to name', { integrity: '' }],
    ['another file of the service', { src: '/openapi.yaml' }],
    ['another file that names the same hash', { src: 'https://elsewhere.example/script.js' }],
  ])('refuses %s', async (_, changes) => {
    await says('$x$');
    await formulas().waitFor();
    const html = await (await fetch(world.url)).text();
    const [, path = '', integrity = ''] = /"?\.\/(chat\/assets\/[\w.-]+)[`"'],[`"'](sha256-[^`"']+)/.exec(html) ?? [];
    await chat.page.route('https://elsewhere.example/**', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        headers: { 'access-control-allow-origin': '*' },
        body: 'document.title = "taken over"',
      }),
    );
    const outcome = await chat.page.evaluate(
      (given) =>
        new Promise<string>((resolve) => {
          const script = Object.assign(document.createElement('script'), {
            type: 'module',
            crossOrigin: 'anonymous',
            ...given,
          });
          script.onload = () => resolve('loaded');
          script.onerror = () => resolve('refused');
          document.head.append(script);
        }),
      { src: `/${path}?again`, integrity, ...changes },
    );
    expect(outcome).toBe('refused');
    expect(await chat.page.title()).toBe('Parley');
    chat.complaints.length = 0;
  });

  test('refuses styles in formulas, and asks for none', async () => {
    await says('$$\\boxed{x}\\quad\\color{red}{y}\\quad\\begin{array}{c|c}a&b\\\\\\hline c&d\\end{array}$$');
    await formulas().waitFor();
    const boxed = formulas().locator('mrow').filter({ hasText: 'x' }).last();
    await eventually(() =>
      boxed.evaluate((each) => getComputedStyle(each.parentElement ?? each).borderTopWidth !== ''),
    );
    expect(
      await formulas()
        .locator('mtd')
        .first()
        .evaluate((cell) => getComputedStyle(cell).borderRightStyle),
    ).toBe('solid');
  });
});

test('where the script cannot be loaded, TeX is shown as code; the next formula tries again', async () => {
  await chat.page.route('**/chat/assets/*', (route) => route.abort());
  const hasFailed = Promise.withResolvers<unknown>();
  chat.page.once('requestfailed', hasFailed.resolve);
  await says('So $a^2$ holds.');
  // One that comes before that is no next one.
  await hasFailed.promise;
  expect(await answer().locator('code').allTextContents()).toEqual(['$a^2$']);
  await chat.page.unroute('**/chat/assets/*');
  await says('And $b^2$.');
  await formulas().waitFor();
  await chat.messages.nth(1).locator('math').waitFor();
});

test('what TeX does not know is shown as code, and other formulas are drawn', async () => {
  await says('$\\nothing$, $x$ and $\\def\\a{\\a\\a}\\a$');
  await formulas().waitFor();
  expect(await formulas().count()).toBe(1);
  expect(await answer().locator('code').allTextContents()).toEqual(['$\\nothing$', '$\\def\\a{\\a\\a}\\a$']);
});

describe('what is copied', () => {
  const copy = async (select: (element: HTMLElement) => void) => {
    await answer().evaluate(select);
    await chat.page.keyboard.press('Control+C');
  };

  test('is TeX, in the text around it', async () => {
    await says(`With $a^2$, of\n\n${quadratic}\n\n- one\n- two`);
    await formulas().nth(1).waitFor();
    await copy((element) => getSelection()?.selectAllChildren(element));
    await eventually(async () => (await clipboard()).includes('two'));
    expect((await clipboard()).replaceAll(/\n+/g, '\n').trim()).toBe(`With $a^2$, of\n${quadratic}\none\ntwo`);
    expect(await answer().locator('.parley-tex').first().isVisible()).toBe(false);
  });

  test('is the whole formula where a part of it is selected', async () => {
    await says('With $a^2+b$, so');
    await formulas().waitFor();
    await copy((element) => getSelection()?.selectAllChildren(element.querySelector('msup') as Element));
    await eventually(async () => (await clipboard()) === '$a^2+b$');
  });

  test('by the button is what the model wrote', async () => {
    await says('With $a^2$.');
    await chat.messages.last().getByRole('button', { name: 'Copy', exact: true }).click();
    await eventually(async () => (await clipboard()) === 'With $a^2$.');
  });
});

test('in text that runs from right to left, formulas run from left to right', async () => {
  await says('المعادلة $a+b=c$ صحيحة\n\n$$\nx = 1\n$$');
  await formulas().nth(1).waitFor();
  expect(
    await answer()
      .locator('p')
      .first()
      .evaluate((each) => getComputedStyle(each).direction),
  ).toBe('rtl');
  for (const formula of await formulas().all()) {
    expect(await formula.evaluate((each) => getComputedStyle(each).direction)).toBe('ltr');
  }
});

describe('on a phone', () => {
  beforeEach(() => chat.page.setViewportSize({ width: 320, height: 640 }));

  test('a long formula scrolls by itself, by keyboard too, and the page does not', async () => {
    const long = Array.from({ length: 40 }, (_, place) => `x_{${place}}`).join(' + ');
    await says(`In text $${long}$ and\n\n$$\n${long}\n$$\n\nShort $x$.`);
    await formulas().nth(2).waitFor();
    expect(await chat.isTooWide()).toBe(false);
    const boxes = answer().locator('.parley-formula');
    await eventually(async () => (await boxes.nth(1).getAttribute('tabindex')) === '0');
    expect(await boxes.first().getAttribute('tabindex')).toBe('0');
    expect(await boxes.nth(2).getAttribute('tabindex')).toBeNull();
    await boxes.nth(1).focus();
    await boxes.nth(1).press('ArrowRight');
    await eventually(() => boxes.nth(1).evaluate(({ scrollLeft }) => scrollLeft > 0));
    expect(await violationsOf(chat.page)).toEqual([]);
  });
});

test('formulas break no rule of accessibility', async () => {
  await says(`With $a^2$, of\n${quadratic}\nand $\\nothing$.`);
  await formulas().nth(1).waitFor();
  expect(await violationsOf(chat.page)).toEqual([]);
});
