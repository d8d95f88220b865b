import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from '../end-to-end/client.ts';
import { boxOf } from './box-of.ts';
import { contoso } from './contoso.ts';
import { violationsOf } from './violations.ts';
import { ChatPage, startWorld, type World } from './world.ts';

/** All that can be read, seen by its name, or heard: texts, names, the title and what the icons say. */
const saidOn = (page: Page) =>
  page.evaluate(() => {
    const names = ['aria-label', 'title', 'placeholder', 'alt', 'content'];
    const elements = [...document.querySelectorAll('*:not(script, style)')];
    return [
      document.title,
      ...elements.flatMap((element) => names.map((name) => element.getAttribute(name) ?? '')),
      ...elements.flatMap((element) => [...element.childNodes].map((node) => (node instanceof Text ? node.data : ''))),
    ].filter((text) => text.trim() !== '');
  });

const pictureSize = (page: Page, selector: string) =>
  page.locator(selector).evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return [image.naturalWidth > 0, image.getAttribute('src')];
  });

const accentOf = (page: Page) =>
  page.locator('.parley-card:has(:checked) .parley-icon').evaluate((icon) => getComputedStyle(icon).color);

const iconOf = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href');

describe('the page of a company', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld('memory', { ...contoso, AUTH_MODE: 'key', TOKEN_LIMIT_PER_DAY: '100000' });
  });
  afterAll(() => world.stop());

  const signIn = async ({ page }: ChatPage) => {
    await page.getByLabel('Function key').fill('a-function-key');
    await page.getByLabel('User').fill('alice');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator('.parley-card').first().waitFor();
  };
  afterEach(async () => {
    const headers = { 'x-functions-key': 'a-function-key', 'x-user-id': 'alice' };
    await fetch(`${world.host.url}/chat/sessions`, { method: 'DELETE', headers });
  });

  test('has its name, logo, greeting, disclaimer, retention and link, and nothing of Parley from sign-in to answer', async () => {
    const chat = await ChatPage.open(world);
    const { page } = chat;
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const said = await saidOn(page);
    await signIn(chat);
    expect(await page.title()).toBe('Contoso Help');
    await page.getByRole('navigation').getByText('Contoso Help', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'What can we do for you?' }).waitFor();
    for (const text of [contoso.BRAND_DISCLAIMER, contoso.BRAND_RETENTION]) {
      await page.getByRole('main').getByText(text, { exact: true }).waitFor();
    }
    const link = page.getByRole('main').getByRole('link', { name: 'Privacy' });
    expect(await link.getAttribute('href')).toBe('https://contoso.com/privacy');
    expect(await link.getAttribute('target')).toBe('_blank');
    const [isShown, logo] = await pictureSize(page, '.parley-logo');
    expect([isShown, logo]).toEqual([true, await iconOf(page)]);
    expect(await pictureSize(page, '.parley-sidebar .parley-brand img')).toEqual([true, logo]);
    said.push(...(await saidOn(page)));
    await page.getByRole('button', { name: 'alice' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    said.push(...(await saidOn(page)));
    await page.keyboard.press('Escape');
    await chat.ask('Hello');
    await page.getByText(/^Kept until/).waitFor();
    said.push(...(await saidOn(page)));
    expect(said.length).toBeGreaterThan(100);
    expect(said.filter((text) => /parley/i.test(text))).toEqual([]);
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  test('has its colours, in the light and in the dark', async () => {
    const chat = await ChatPage.open(world);
    await signIn(chat);
    await chat.page.emulateMedia({ colorScheme: 'light' });
    expect(await accentOf(chat.page)).toBe('rgb(15, 108, 189)');
    await chat.page.emulateMedia({ colorScheme: 'dark' });
    expect(await accentOf(chat.page)).toBe('rgb(108, 184, 246)');
    await chat.close();
  });

  test('speaks the user’s language, also after they picked another one', async () => {
    const chat = await ChatPage.open(world, { locale: 'de-DE' });
    await chat.page.getByLabel('Funktionsschlüssel').fill('a-function-key');
    await chat.page.getByLabel('Benutzer').fill('alice');
    await chat.page.getByRole('button', { name: 'Weiter' }).click();
    await chat.page.getByRole('heading', { name: 'Was können wir für Sie tun?' }).waitFor();
    await chat.page
      .getByRole('button', { name: 'Entwirf eine Agenda für eine halbstündige Teambesprechung.' })
      .waitFor();
    await chat.page.getByRole('button', { name: 'alice' }).click();
    await chat.page.getByLabel('Sprache').selectOption('ar');
    await chat.page.getByRole('heading', { name: 'كيف يمكننا مساعدتك؟' }).waitFor();
    await chat.close();
  });

  test.each([
    ['light and dark', {}],
    ['forced colours', { forcedColors: 'active' }],
  ] as const)('breaks no rule of accessibility in %s, wherever it is the company’s', async (_, media) => {
    const chat = await ChatPage.open(world);
    await chat.page.emulateMedia(media);
    await chat.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await violationsOf(chat.page)).toEqual([]);
    await signIn(chat);
    expect(await violationsOf(chat.page)).toEqual([]);
    await chat.page.getByRole('button', { name: 'alice' }).click();
    await chat.page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(await violationsOf(chat.page)).toEqual([]);
    await chat.close();
  });
});

describe('a company’s page', () => {
  async function withPage(env: Record<string, string>, use: (chat: ChatPage, world: World) => Promise<void>) {
    const world = await startWorld('memory', env);
    try {
      const chat = await ChatPage.open(world, { viewport: { width: 320, height: 640 } });
      await chat.page.locator('.parley-card').first().waitFor();
      await use(chat, world);
      expect(chat.complaints).toEqual([]);
    } finally {
      await world.stop();
    }
  }

  test('without a logo shows the first letter of its name, in its colours, also as the icon', () =>
    withPage({ BRAND_NAME: '"<Ünlü>" & Co', BRAND_ACCENT: '#7a0a3c' }, async ({ page }) => {
      const icon = decodeURIComponent((await iconOf(page)) ?? '');
      expect(icon).toMatch(/^data:image\/svg\+xml,<svg .*#7a0a3c.*>Ü<\/text><\/svg>$/);
      const [isShown] = await pictureSize(page, 'header .parley-brand img');
      expect(isShown).toBe(true);
      await page.getByRole('banner').getByText('"<Ünlü>" & Co', { exact: true }).waitFor();
    }));

  test('that is nobody’s is Parley’s, with a mark of its own', () =>
    withPage({}, async ({ page }) => {
      expect(await page.title()).toBe('Parley');
      await page.getByRole('heading', { name: 'How can I help?' }).waitFor();
      expect(await pictureSize(page, 'header .parley-brand img')).toEqual([true, await iconOf(page)]);
      expect(await page.locator('.parley-facts').innerText()).toBe('');
    }));

  test('with texts as long as they may be fits on 320 pixels, and leaves room to write', () =>
    withPage(
      {
        BRAND_NAME: 'W'.repeat(60),
        BRAND_GREETING: 'Donaudampfschifffahrtsgesellschaft'.repeat(5),
        BRAND_DISCLAIMER: 'Answers may be wrong. '.repeat(20),
        BRAND_FOOTER: 'x'.repeat(100),
        BRAND_FOOTER_URL: 'https://contoso.com/',
      },
      async (chat) => {
        expect(await chat.isTooWide()).toBe(false);
        const [field, facts] = [await boxOf(chat.input), await boxOf(chat.page.locator('.parley-facts'))];
        expect(facts.y).toBeGreaterThan(field.bottom);
        expect(facts.bottom).toBeLessThanOrEqual(640);
        expect(await violationsOf(chat.page)).toEqual([]);
      },
    ));
});

test('an icon of the page is that of the tab as soon as it is served, before its script runs', async () => {
  const world = await startWorld('memory', contoso);
  const html = await (await fetch(world.url)).text();
  const { logo } = (await (await new Client(world.host.url).get('/chat/branding')).json()) as { logo: string };
  expect(html).toContain(`<link rel="icon" href="${logo}" />`);
  expect(html).toMatch(/<meta name="theme-color" content="#ffffff" media="\(prefers-color-scheme: light\)"/);
  await world.stop();
});
